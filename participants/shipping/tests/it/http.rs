//! How locations ship, and who may see shipments, by HTTP.

use reqwest::Method;
use serde_json::{Value, json};
use service_kit::auth::Role;

use crate::world::World;

const PATH: &str = "/v1/locations/zrh-1/shipping";

fn body(carriers: &[&str]) -> Value {
    let carriers: Vec<_> = carriers.iter().map(|carrier| json!({"carrier": carrier, "service": "parcel"})).collect();
    json!({"carriers": carriers, "parcelWeightG": 800})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_location_ships_with_carriers_until_it_is_stopped() {
    let world = World::by_hand().await;
    world.get(PATH).await.assert(404);
    let stop = async || world.send(Method::DELETE, PATH, &Value::Null, "shop", Role::Clerk).await;
    stop().await.assert(404);
    let receipt = world.put(PATH, &body(&["postal", "courier"])).await.assert(200).body;
    assert_eq!((&receipt["version"], &receipt["carriers"]), (&json!(1), &json!(2)));
    let again = world.put(PATH, &body(&["postal", "courier"])).await.assert(200).body;
    assert_eq!((&again["version"], &again["eventIds"]), (&json!(1), &json!([])));
    let view = world.get(PATH).await.assert(200).body;
    assert_eq!(view["carriers"][1], json!({"carrier": "courier", "service": "parcel"}));
    assert_eq!(view["parcelWeightG"], 800);
    assert_eq!(stop().await.assert(200).body["carriers"], 0);
    world.get(PATH).await.assert(404);
    let job = world.planned().await;
    world.get(&job.path()).await.assert(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_meant_is_refused() {
    let world = World::by_hand().await;
    let code = async |body: &Value| world.put(PATH, body).await.body["code"].clone();
    assert_eq!(code(&body(&[])).await, "shipping_carrier_count");
    assert_eq!(code(&body(&["a", "b", "c", "d", "e", "f"])).await, "shipping_carrier_count");
    assert_eq!(code(&body(&["a", "a"])).await, "shipping_carrier_twice");
    assert_eq!(
        code(&json!({"carriers": [{"carrier": "a", "service": "b"}], "parcelWeightG": 0})).await,
        "shipping_weight"
    );
    let invalid = world.put(PATH, &body(&["", "a"])).await.assert(422).body;
    assert_eq!(invalid["errors"][0]["pointer"], "/carriers/0/carrier");
}

#[tokio::test(flavor = "multi_thread")]
async fn others_see_and_change_nothing() {
    let world = World::new().await;
    let job = world.labelled().await;
    let retry = format!("{}/retry", job.path());
    for (method, path) in [(Method::GET, job.path()), (Method::POST, retry), (Method::GET, PATH.to_owned())] {
        let rival = world.send(method.clone(), &path, &Value::Null, "rival", Role::Clerk).await;
        assert_eq!(rival.status, 404, "{method} {path}: {}", rival.body);
        let customer = world.send(method, &path, &Value::Null, "shop", Role::Customer).await;
        assert_eq!(customer.status, 403, "{path}: {}", customer.body);
    }
    let conflict = world.post(&format!("{}/retry", job.path())).await.assert(409).body;
    assert_eq!(conflict["code"], "shipment_state_conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shipment_shows_its_history_in_words() {
    let world = World::new().await;
    let job = world.labelled().await;
    let view = world.get(&job.path()).await.assert(200).body;
    let history: Vec<_> = view["history"].as_array().unwrap().iter().map(|entry| &entry["description"]).collect();
    assert_eq!(history[0], "To be sent from zrh-1 with a carrier");
    assert!(history.last().unwrap().as_str().unwrap().starts_with("A label of postal bought: SIM"), "{history:?}");
    assert_eq!(view["version"], 5);
}
