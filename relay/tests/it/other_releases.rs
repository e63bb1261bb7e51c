//! Events of the engine's own that this release cannot read.

use domain::{EventId, TenantId};
use event_store::{Append, DeclaredEvent, NewEvent, StreamAppend, StreamId, declare};
use relay::RelayError;
use service_kit::clock::{Ids, SystemIds};
use service_kit::poll::wait_until;

use crate::support::{Journey, LOOK, PATIENCE, new_order};

async fn append(journey: &Journey, order: &str, event_type: &str, event_version: &str, payload: &str) -> EventId {
    let id = EventId::new(SystemIds.ordered());
    let event = NewEvent {
        id,
        event_type: event_type.to_owned(),
        event_version: event_version.to_owned(),
        payload: payload.to_owned(),
    };
    let first = StreamAppend::new(StreamId::new("order", order), 0, vec![event]);
    let metadata = "{}".to_owned();
    let append = Append::new(TenantId::try_new("shop").unwrap(), metadata, first);
    journey.store.append(append).await.unwrap();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_ours_that_cannot_be_read_stops_the_relay_and_is_named() {
    let journey = Journey::begin().await;
    journey.append(&new_order(), 0, 3, "{}").await;
    journey.sequence().await;
    let running = journey.start().await;
    journey.published().await;
    let id = append(&journey, &new_order(), "OrderCancelled", "1.0", "{\"OrderCancelled\": {}}").await;
    let error = running.relay.await.unwrap().unwrap_err();
    assert!(matches!(error, RelayError::Unreadable(_)), "{error:?}");
    let said = service_kit::errors::chain(&error);
    assert!(said.contains(&id.to_string()) && said.contains("position 0.4"), "{said}");
    assert_eq!(journey.topic.read_all().await.len(), 3, "what is before it is published, it is not");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_a_newer_release_has_declared_is_left_to_it() {
    let journey = Journey::begin().await;
    let running = journey.start().await;
    journey.append(&new_order(), 0, 3, "{}").await;
    journey.published().await;
    let newer = |event_type: &str, event_version: &str| DeclaredEvent {
        aggregate_type: "order".to_owned(),
        event_type: event_type.to_owned(),
        event_version: event_version.to_owned(),
    };
    // As the newer release's `migrate` does, before any of its events is written.
    let declared = [newer("OrderGiftWrapped", "1.0"), newer("OrderPlaced", "2.0")];
    assert_eq!(declare(journey.database.url(), &declared).await.unwrap(), 2);
    assert_eq!(declare(journey.database.url(), &declared).await.unwrap(), 0);
    append(&journey, &new_order(), "OrderGiftWrapped", "1.0", "{}").await;
    append(&journey, &new_order(), "OrderPlaced", "2.0", "{}").await;
    // The lease is free for a relay of the newer release, again and again.
    let client = journey.database.client().await;
    let epoch = async || client.query_one("SELECT epoch FROM leases", &[]).await.unwrap().get::<_, i64>(0);
    let before = epoch().await;
    wait_until(PATIENCE, LOOK, async || epoch().await >= before + 2).await.unwrap();
    assert!(!running.relay.is_finished());
    assert_eq!(journey.topic.read_all().await.len(), 3, "nothing goes out as somebody else's");
    running.stop().await;
}
