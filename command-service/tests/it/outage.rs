//! Databases that do not answer.

use command_service::Limits;
use event_store::StoreOptions;
use serde_json::json;
use service_kit::config::DatabaseUrl;

use crate::imports::{import, ndjson, row};
use crate::world::{Setting, World, address};

#[tokio::test]
async fn without_the_key_store_no_address_is_taken_and_the_rest_goes_on() {
    // Nothing listens on port 9, the discard service's.
    let nowhere = DatabaseUrl::new("IDENTITY_DATABASE_URL", "postgres://identity@127.0.0.1:9/identity");
    let world = World::with(Setting { identity: Some(nowhere), ..Default::default() }).await;
    let path = world.draft("c-1").await;
    let refused = world.put(&format!("{path}/address"), &address()).send().await;
    let refused = refused.assert_problem(503, "store_unavailable");
    assert_eq!((refused.header("retry-after"), &refused.body["retryable"]), ("1", &json!(true)));
    world.get(&path).send().await.assert(200);
}

#[tokio::test]
async fn an_import_waits_a_bounded_time_for_the_store_and_can_be_repeated() {
    let limits = Limits { import_retry_ms_max: 200, ..Default::default() };
    let options = StoreOptions { reconcile_ms_max: 200, ..Default::default() };
    let world = World::with(Setting { limits, options, ..Default::default() }).await;
    let rows = ndjson(&[row("1"), row("2")]);
    let name: String = world.orders.client().await.query_one("SELECT current_database()", &[]).await.unwrap().get(0);
    let server = service_kit::testing::TestDatabase::create().await;
    let server = server.client().await;
    server.batch_execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await.unwrap();
    let terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
    server.query(terminate, &[&name]).await.unwrap();
    let (reply, results) = import(&world, rows.clone()).await;
    assert_eq!((reply.status, results.len()), (200, 2));
    for result in results {
        assert_eq!((&result["status"], &result["retryable"]), (&json!("failed"), &json!(true)), "{result}");
    }
    world.post("/v1/orders", &json!({"currency": "EUR"})).send().await.assert(503);

    server.batch_execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).await.unwrap();
    let (_, results) = import(&world, rows).await;
    for result in results {
        assert_eq!(result["status"], "imported", "{result}");
    }
    assert_eq!(world.events().await, 2);
}
