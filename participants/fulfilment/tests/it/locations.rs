//! Locations over HTTP.

use serde_json::{Value, json};
use service_kit::auth::Role;

use crate::world::World;

fn warehouse() -> Value {
    json!({
        "name": "Zürich", "kind": "WAREHOUSE", "country": "CH",
        "coordinates": {"latitude": 47.3769, "longitude": 8.5417},
        "zones": [{"country": "CH", "postalPrefixes": ["80"]}, {"country": "LI", "postalPrefixes": []}],
        "hours": {"timeZone": "Europe/Zurich", "spans": [{"day": "MONDAY", "opens": 480, "closes": 1020}]},
        "openMax": 500, "cost": 10
    })
}

fn registration(code: &str) -> Value {
    json!({"code": code, "details": warehouse()})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_location_is_registered_changed_paused_and_resumed() {
    let world = World::new().await;
    let registered = world.post("/v1/locations", &registration("zrh 1/a")).await.assert(200);
    assert_eq!((&registered.body["state"], &registered.body["version"]), (&json!("OPEN"), &json!(1)));
    let again = world.post("/v1/locations", &registration("zrh 1/a")).await.assert(200);
    assert_eq!(again.body["eventIds"], json!([]));
    let path = "/v1/locations/zrh%201%2Fa";
    let view = world.get_as(Role::Clerk, "shop", path).await.assert(200);
    let expected = json!({"code": "zrh 1/a", "version": 1, "state": "OPEN", "worksNow": true, "details": warehouse()});
    assert_eq!((view.body, &view.headers["etag"]), (expected, &"\"1\"".parse().unwrap()));

    let kitchen = json!({"name": "Küche", "kind": "KITCHEN", "country": "CH"});
    world.put(path, &kitchen).await.assert(200);
    world.post(&format!("{path}/pause"), &json!({"note": "stocktaking"})).await.assert(200);
    let view = world.get_as(Role::Clerk, "shop", path).await.assert(200).body;
    let details = json!({"name": "Küche", "kind": "KITCHEN", "country": "CH", "zones": [], "cost": 0});
    assert_eq!((&view["details"], &view["state"], &view["version"]), (&details, &json!("PAUSED"), &json!(3)));
    let resumed = world.post(&format!("{path}/resume"), &Value::Null).await.assert(200);
    assert_eq!((&resumed.body["state"], &resumed.body["version"]), (&json!("OPEN"), &json!(4)));
    let exists = world.post("/v1/locations", &registration("zrh 1/a")).await.assert(409);
    assert_eq!(exists.body["code"], "location_exists");
}

#[tokio::test(flavor = "multi_thread")]
async fn locations_are_listed_by_code_and_only_to_their_tenant() {
    let world = World::new().await;
    for code in ["gva-1", "zrh-1", "bsl-1"] {
        world.post("/v1/locations", &registration(code)).await.assert(200);
    }
    world.post_as(Role::Clerk, "other", "o-1", "/v1/locations", &registration("zrh-1")).await.assert(200);
    let codes = |body: &Value| {
        let locations = body["locations"].as_array().unwrap();
        locations.iter().map(|location| location["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = world.get_as(Role::Clerk, "shop", "/v1/locations").await.assert(200).body;
    assert_eq!((codes(&all), &all["next"]), (vec!["bsl-1".into(), "gva-1".into(), "zrh-1".into()], &Value::Null));
    let rest = world.get_as(Role::Clerk, "shop", "/v1/locations?after=bsl-1").await.assert(200).body;
    assert_eq!(codes(&rest), ["gva-1", "zrh-1"]);
    let others = world.get_as(Role::Clerk, "other", "/v1/locations").await.assert(200).body;
    assert_eq!(codes(&others), ["zrh-1"]);
    world.get_as(Role::Clerk, "other", "/v1/locations/gva-1").await.assert(404);
    world.get_as(Role::Customer, "shop", "/v1/locations").await.assert(403);
    world.post_as(Role::Customer, "shop", "c-1", "/v1/locations", &registration("x")).await.assert(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_location_is_named_field_by_field() {
    let world = World::new().await;
    let details = json!({
        "name": "", "kind": "WAREHOUSE", "country": "UK", "coordinates": {"latitude": 91, "longitude": 0},
        "zones": [{"country": "CH", "postalPrefixes": ["80", "8000"]}],
        "hours": {"timeZone": "Europe/Zug", "spans": []}
    });
    let refused = world.post("/v1/locations", &json!({"code": "zrh-1", "details": details})).await.assert(422).body;
    let errors: Vec<_> =
        refused["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(
        errors,
        [
            "/details/name",
            "/details/country",
            "/details/coordinates",
            "/details/zones/0/postalPrefixes/1",
            "/details/hours/timeZone"
        ]
    );
    world.get_as(Role::Clerk, "shop", "/v1/locations/zrh-1").await.assert(404);
    world.put("/v1/locations/zrh-1", &warehouse()).await.assert(404);
    let none = world.post("/v1/locations/zrh-1/pause", &Value::Null).await.assert(404);
    assert_eq!(none.body["code"], "location_not_found");
}
