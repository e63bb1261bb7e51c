//! Fulfilments: the packing queue of a location, shipments, single ones, and who may see them.

use read_models::{FulfilmentHistory, Fulfilments};
use serde_json::{Value, json};
use service_kit::auth::{Scope, Scopes};
use uuid::Uuid;

use super::stock::apply;
use super::world::{World, post, tenant};

fn asked(number: u32, tenant: &str, location: &str) -> FulfilmentHistory {
    let lines = [("A", 2), ("B", i64::from(number))];
    FulfilmentHistory::new(number.into(), tenant, 70).later(number * 60).requested(location, &lines)
}

fn shipped(number: u32, carrier: &str) -> FulfilmentHistory {
    asked(number, "shop", "zrh-1").released().accepted().packed().shipped(carrier, "99.1")
}

async fn filled() -> World {
    let world = World::new().await;
    let histories = [
        asked(3, "shop", "zrh-1").accepted().packed(),
        asked(1, "shop", "zrh-1"),
        asked(2, "shop", "zrh-1").accepted().picked(),
        asked(4, "shop", "zrh-1").released().accepted().packed(),
        asked(5, "shop", "bsl-1"),
        asked(6, "elsewhere", "zrh-1"),
        shipped(7, "post"),
        shipped(8, "courier").lost(),
        shipped(9, "post").delivered(),
    ];
    let records: Vec<_> = histories.iter().flat_map(FulfilmentHistory::records).collect();
    apply::<Fulfilments>(&world, &records).await;
    world
}

fn numbers(list: &Value) -> Vec<u128> {
    let id = |node: &Value| node["fulfilmentId"].as_str().unwrap().parse::<Uuid>().unwrap().as_u128();
    list["nodes"].as_array().unwrap().iter().map(id).collect()
}

#[tokio::test]
async fn a_packing_queue_shows_what_each_waits_for_the_oldest_first() {
    let world = filled().await;
    let staff = world.staff();
    let query = |arguments: &str| {
        format!(
            "{{ packingQueue(location: \"zrh-1\"{arguments}) {{ pageInfo {{ hasNextPage hasPreviousPage endCursor }} \
             nodes {{ fulfilmentId waitsFor }} }} }}"
        )
    };
    let mut whole = world.data(&staff, &query("")).await["packingQueue"].take();
    assert_eq!(numbers(&whole), [1, 2, 3, 4]);
    let steps: Vec<Value> =
        whole["nodes"].as_array_mut().unwrap().iter_mut().map(|node| node["waitsFor"].take()).collect();
    assert_eq!(steps, ["TO_ACCEPT", "TO_PACK", "AWAITS_RELEASE", "TO_SHIP"]);
    let first = world.data(&staff, &query(", first: 3")).await["packingQueue"].take();
    assert_eq!((numbers(&first), &first["pageInfo"]["hasNextPage"]), (vec![1, 2, 3], &json!(true)));
    let cursor = first["pageInfo"]["endCursor"].as_str().unwrap();
    let second = world.data(&staff, &query(&format!(", after: \"{cursor}\""))).await["packingQueue"].take();
    assert_eq!((numbers(&second), &second["pageInfo"]["hasPreviousPage"]), (vec![4], &json!(true)));
    let of_one = query(&format!(", waitsFor: TO_SHIP, after: \"{cursor}\""));
    assert_eq!(world.ask(&staff, &of_one).await.code(), "BAD_CURSOR", "it is of another list");
    let to_ship = world.data(&staff, &query(", waitsFor: TO_SHIP")).await["packingQueue"].take();
    assert_eq!(numbers(&to_ship), [4]);
    let wrong = world.ask(&staff, "{ packingQueue(location: \"\") { nodes { fulfilmentId } } }").await;
    assert_eq!(wrong.code(), "BAD_USER_INPUT");
}

#[tokio::test]
async fn shipments_are_filtered_and_the_newest_comes_first() {
    let world = filled().await;
    let staff = world.staff();
    let list = async |arguments: &str| {
        let query = format!("{{ shipments{arguments} {{ edges {{ cursor }} nodes {{ fulfilmentId state }} }} }}");
        world.data(&staff, &query).await["shipments"].take()
    };
    assert_eq!(numbers(&list("").await), [9, 8, 7]);
    let by_post = list("(carrier: \"post\", first: 1)").await;
    assert_eq!(numbers(&by_post), [9]);
    let cursor = by_post["edges"][0]["cursor"].as_str().unwrap();
    assert_eq!(numbers(&list(&format!("(carrier: \"post\", after: \"{cursor}\")")).await), [7]);
    assert_eq!(numbers(&list("(state: LOST)").await), [8]);
    assert_eq!(numbers(&list("(carrier: \"courier\", state: DELIVERED)").await), [0_u128; 0]);
    // They left four seconds after the minute in which they were asked for.
    let between = list("(shippedAfter: \"2026-01-01T00:08:04Z\", shippedBefore: \"2026-01-01T00:09:04Z\")").await;
    assert_eq!(numbers(&between), [8]);
}

#[tokio::test]
async fn a_fulfilment_is_shown_whole_once_its_version_is_there() {
    let world = filled().await;
    let staff = world.staff();
    let query = |number: u128, version: i64| {
        let id = Uuid::from_u128(number);
        format!(
            "{{ fulfilment(id: \"{id}\", consistency: \"fulfilment:{id}@{version}\") {{ orderId location state waitsFor \
             released lines {{ sku quantity }} carrier trackingNumber rejection requestedAt acceptedAt packedAt \
             shippedAt deliveredAt lostAt version position consistencyToken }} }}"
        )
    };
    let id = Uuid::from_u128(9);
    let expected = json!({
        "orderId": Uuid::from_u128(70), "location": "zrh-1", "state": "DELIVERED", "waitsFor": null, "released": true,
        "lines": [{"sku": "A", "quantity": 2}, {"sku": "B", "quantity": 9}], "carrier": "post",
        "trackingNumber": "99.1", "rejection": null, "requestedAt": "2026-01-01T00:09:00+00:00",
        "acceptedAt": "2026-01-01T00:09:02+00:00", "packedAt": "2026-01-01T00:09:03+00:00",
        "shippedAt": "2026-01-01T00:09:04+00:00", "deliveredAt": "2026-01-01T00:09:05+00:00", "lostAt": null,
        "version": 6, "position": "0.6", "consistencyToken": format!("fulfilment:{id}@6"),
    });
    assert_eq!(world.data(&staff, &query(9, 6)).await["fulfilment"], expected);
    let (later, waits) = (asked(1, "shop", "zrh-1").accepted().records(), query(1, 2));
    let (found, ()) = tokio::join!(world.ask(&staff, &waits), apply::<Fulfilments>(&world, &later[1..]));
    assert_eq!(found.body["data"]["fulfilment"]["state"], "ACCEPTED", "{}", found.body);
    let of_another = format!("{{ fulfilment(id: \"{}\") {{ state }} }}", Uuid::from_u128(6));
    assert_eq!(world.data(&staff, &of_another).await["fulfilment"], Value::Null);
    assert_eq!(world.ask(&staff, "{ fulfilment(id: \"9\") { state } }").await.code(), "BAD_USER_INPUT");
}

#[tokio::test]
async fn only_those_who_send_see_what_is_sent() {
    let world = filled().await;
    let scoped =
        |scopes: &[Scope]| world.issuer.token_with(scopes.iter().copied().collect::<Scopes>(), &tenant(), None);
    let queries = [
        "{ packingQueue(location: \"zrh-1\") { nodes { state } } }",
        "{ shipments { nodes { state } } }",
        "{ fulfilment(id: \"00000000-0000-0000-0000-000000000001\") { state } }",
    ];
    for query in queries {
        for token in [world.customer("c1"), scoped(&[Scope::ORDERS_READ, Scope::TENANT_STAFF])] {
            assert_eq!(world.ask(&token, query).await.code(), "FORBIDDEN", "{query}");
        }
        let packer = scoped(&[Scope::FULFILMENT_WRITE, Scope::TENANT_STAFF]);
        assert_eq!(world.send(post(&packer, json!({"query": query}).to_string())).await.status, 200, "{query}");
        world.data(&packer, query).await;
    }
}

#[tokio::test]
async fn the_number_of_statements_does_not_grow_with_the_page() {
    let world = filled().await;
    let staff = world.staff();
    for first in [1, 4] {
        let before = world.reads.statements();
        let query = format!(
            "{{ packingQueue(location: \"zrh-1\", first: {first}) {{ nodes {{ state lines {{ sku quantity }} }} }} }}"
        );
        world.data(&staff, &query).await;
        // Whether the projectors' health is read depends on the time since it was read last: two statements.
        let statements = world.reads.statements() - before;
        assert!((1..=3).contains(&statements), "{statements}");
    }
}
