//! Erasing a customer's personal data.

use axum::http::Method;
use futures::FutureExt;
use serde_json::json;
use service_kit::auth::{Role, Scope};

use crate::world::{World, address, tenant};

const ERASE: &str = "/v1/privacy/subjects/customer:c-1/erase";

async fn erasures(world: &World) -> Vec<(String, i64)> {
    let sql = "SELECT aggregate_id, count(*) FROM events WHERE event_type = 'SubjectErased' GROUP BY 1 ORDER BY 1";
    let rows = world.orders.client().await.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test]
async fn the_key_goes_first_and_every_order_of_the_customer_says_so_once() {
    let world = World::new().await;
    let mut paths = vec![world.placed("c-1").await, world.draft("c-1").await, world.ready("c-1").await];
    let other = world.placed("c-2").await;
    let row = json!({"source": "old", "reference": "1", "number": "1", "kind": "SALE", "customer": "c-1",
        "currency": "GBP", "placedAt": "2024-01-01T00:00:00Z", "lines": [{"sku": "x", "quantity": 1, "unitPrice": "1"}]});
    let rows =
        world.call(Method::POST, "/v1/imports").token(world.admin()).raw(row.to_string(), "application/x-ndjson");
    let imported = rows.send().await.assert(200).body["orderId"].as_str().unwrap().to_owned();
    paths.push(format!("/v1/orders/{imported}"));

    let erased = world.call(Method::POST, ERASE).no_key().token(world.admin()).send().await.assert(200);
    assert_eq!(erased.body, json!({"subject": "customer:c-1", "orders": 4, "remaining": false}));
    let mut ids: Vec<_> = paths.iter().map(|path| (path.rsplit('/').next().unwrap().to_owned(), 1)).collect();
    ids.sort();
    assert_eq!(erasures(&world).await, ids);
    let view = world.get(&paths[0]).token(world.admin()).send().await.assert(200);
    assert!(!view.body.to_string().contains("Exampleton"), "{}", view.body);
    let theirs = world.get(&other).token(world.admin()).send().await.assert(200);
    assert!(theirs.body.to_string().contains("Exampleton"), "{}", theirs.body);

    let again = world.call(Method::POST, ERASE).token(world.admin()).send().await.assert(200);
    assert_eq!(again.body["orders"], 0);
    assert_eq!(erasures(&world).await, ids);
    let refused = world.put(&format!("{}/address", paths[1]), &address()).send().await;
    assert!((400..500).contains(&refused.status), "nothing is sealed for an erased customer: {}", refused.body);
}

#[tokio::test]
async fn an_erasure_that_was_interrupted_goes_on_where_it_stopped() {
    let world = World::new().await;
    let customers = (0..300).map(|_| world.post("/v1/orders", &json!({"customer": "c-1", "currency": "EUR"})).send());
    futures::future::join_all(customers).await.into_iter().for_each(|reply| _ = reply.assert(201));
    let erase = || world.call(Method::POST, ERASE).token(world.admin()).send();
    {
        // The client goes away as soon as some orders are written.
        let mut first = Box::pin(erase().fuse());
        let some = async || !erasures(&world).await.is_empty();
        let noticed =
            service_kit::poll::wait_until(service_kit::testing::PATIENCE, std::time::Duration::from_millis(1), some);
        futures::select_biased! {
            noticed = Box::pin(noticed.fuse()) => noticed.unwrap(),
            reply = first => _ = reply.assert(200),
        }
    }
    let before = erasures(&world).await.len();
    assert!((1..=300).contains(&before));
    let rest = erase().await.assert(200);
    assert_eq!(rest.body["remaining"], false);
    let all = erasures(&world).await;
    assert_eq!((all.len(), all.iter().all(|(_, times)| *times == 1)), (300, true));
}

#[tokio::test]
async fn an_order_without_a_customer_is_a_subject_of_its_own() {
    let world = World::new().await;
    let created = world.post("/v1/orders", &json!({"currency": "EUR"})).send().await.assert(201);
    let path = created.header("location").to_owned();
    let id = path.rsplit('/').next().unwrap();
    world.put(&format!("{path}/address"), &address()).send().await.assert(200);
    let erase = format!("/v1/privacy/subjects/order:{id}/erase");
    let elsewhere = world.issuer.token(Role::Admin, &tenant("other"), None);
    world.call(Method::POST, &erase).token(elsewhere).send().await.assert_problem(404, "order_not_found");
    let readable = world.get(&path).token(world.admin()).send().await.assert(200);
    assert!(readable.body.to_string().contains("Exampleton"));
    let erased = world.call(Method::POST, &erase).token(world.admin()).send().await.assert(200);
    assert_eq!(erased.body["orders"], 1);
    let view = world.get(&path).token(world.admin()).send().await.assert(200);
    assert!(!view.body.to_string().contains("Exampleton"), "{}", view.body);
}

#[tokio::test]
async fn only_staff_with_the_scope_erase_and_only_within_their_tenant() {
    let world = World::new().await;
    let path = world.placed("c-1").await;
    for token in [world.clerk(), world.customer("c-1"), world.staff_with(&[Scope::ORDERS_READ])] {
        world.call(Method::POST, ERASE).token(token).send().await.assert_problem(403, "forbidden");
    }
    let elsewhere = world.issuer.token(Role::Admin, &tenant("other"), None);
    let nothing = world.call(Method::POST, ERASE).token(elsewhere).send().await.assert(200);
    assert_eq!(nothing.body["orders"], 0);
    assert!(world.get(&path).token(world.admin()).send().await.body.to_string().contains("Exampleton"));
    for subject in ["c-1", "customer:", "order:1", "%00", "customer:%0a"] {
        let path = format!("/v1/privacy/subjects/{subject}/erase");
        world.call(Method::POST, &path).token(world.admin()).send().await.assert_problem(404, "subject_unknown");
    }
}
