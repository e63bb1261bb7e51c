//! From goods received to a reservation that GraphQL shows, whichever log inventory has.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use service_kit::poll::wait_until;
use service_kit::testing::PATIENCE;

use crate::tenant::TestTenant;

const LOOK: Duration = Duration::from_millis(50);
const SHOWN: &str = "query ($order: ID!) { reservations(order: $order) { state }
    stockAt(location: \"zrh-1\", sku: \"85123A\") { onHand reserved available } }";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_reserved_for_an_order_is_seen_and_given_back() {
    let clerk = TestTenant::open().admin();
    let placed = clerk.placed().await;
    let received = json!({"location": "zrh-1", "sku": "85123A", "by": 20, "reason": "RECEIVED"});
    assert_eq!(clerk.send(Method::POST, "/v1/stock/adjustments", received).await.status(), 200);
    let lines = json!([{"sku": "85123A", "quantity": 3}]);
    let wanted = json!({"orderId": placed.id, "location": "zrh-1", "lines": lines});
    let reserved = clerk.send(Method::POST, "/v1/reservations", wanted).await;
    assert_eq!(reserved.status(), 201);
    let reserved: Value = reserved.json().await.unwrap();
    let shows = async |state: &str, [on_hand, held, available]: [u32; 3]| {
        let stock = json!({"onHand": on_hand, "reserved": held, "available": available});
        let expected = json!({"reservations": [{"state": state}], "stockAt": stock});
        wait_until(PATIENCE, LOOK, async || {
            clerk.ask(None, SHOWN, json!({"order": placed.id})).await["data"] == expected
        })
        .await
        .unwrap_or_else(|_| panic!("GraphQL does not show {expected}"));
    };
    shows("GRANTED", [20, 3, 17]).await;
    let path = format!("/v1/reservations/{}/release", reserved["reservationId"].as_str().unwrap());
    assert_eq!(clerk.send(Method::POST, &path, json!({})).await.status(), 200);
    shows("RELEASED", [20, 0, 20]).await;
}
