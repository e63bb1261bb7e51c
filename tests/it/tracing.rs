//! One order followed by its trace id through every hop.

use domain::contract::Position;
use domain::order::contract::TOPIC;
use event_store::{Store, StoreOptions, StreamId};
use messaging::headers::{CORRELATION_ID, GLOBAL_POSITION, ID, TRACEPARENT};
use messaging::testing::TestTopic;
use reqwest::Method;
use serde_json::json;

use crate::engine::engine;
use crate::tenant::TestTenant;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_leads_from_the_request_to_the_read_model() {
    let clerk = TestTenant::open().admin();
    let draft = clerk.draft().await;
    let request = clerk
        .request(Method::POST, &format!("/v1/orders/{}/place", draft.id))
        .header("traceparent", format!("00-{TRACE}-00f067aa0ba902b7-01"))
        .header("x-correlation-id", "journey-1")
        .json(&json!({}));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-correlation-id"], "journey-1");
    let token = answer.headers()["order-consistency-token"].to_str().unwrap().to_owned();

    // In the log.
    let store = Store::open(&engine().settings.databases.orders, StoreOptions::default()).await.unwrap();
    let rows = store.read_stream(&StreamId::new("order", &draft.id), 0).await.unwrap();
    let row = rows.last().unwrap();
    assert_eq!(row.event_type, "OrderPlaced");
    assert!(row.metadata.contains(TRACE), "{}", row.metadata);

    // In the read model, which also proves that it went through Kafka.
    let after = crate::tenant::Ordered { consistency: token, ..draft.clone() };
    let query = "query ($id: ID!) { order(id: $id) { timeline(first: 10) {
        nodes { type traceId correlationId } } } }";
    let seen = clerk.query(Some(&after), query, json!({"id": draft.id})).await;
    let last = seen["order"]["timeline"]["nodes"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last, json!({"type": "OrderPlaced", "traceId": TRACE, "correlationId": "journey-1"}));

    // On the topic.
    let topic = TestTopic { name: TOPIC.to_owned(), partitions: 12 };
    let records = topic.read_all().await;
    let text = |name: &str, record: &messaging::IncomingRecord| {
        record.headers.last(name).map(|value| String::from_utf8(value.to_vec()).unwrap())
    };
    let event_id = Some(row.event_id.to_string());
    let record = records.iter().find(|record| text(ID, record) == event_id).expect("the event is on the topic");
    assert!(text(TRACEPARENT, record).unwrap().contains(TRACE));
    assert_eq!(text(CORRELATION_ID, record).unwrap(), "journey-1");
    assert!(text(GLOBAL_POSITION, record).unwrap().parse::<Position>().is_ok());
    assert_eq!(record.key.as_deref(), Some(draft.id.as_bytes()));
}
