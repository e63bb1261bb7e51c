//! What kitchens report of their tickets, each event delivered twice: it is done once to the fulfilment, where it still can be.

use domain::contract::{Facts, Position, PublicEvents, Published};
use domain::fulfilment::{FulfilmentEvent, FulfilmentRejectionReason};
use domain::ticket::contract::PublicEvent;
use domain::ticket::{
    TicketAccepted, TicketEvent, TicketItem, TicketReady, TicketRejected, TicketRejectionReason, TicketStarted,
};
use domain::{EventId, LocationId, OrderId, Quantity, Reason, Sku, StationName, StoredEvent, TenantId, Timestamp};
use messaging::testing::TestTopic;
use messaging::{Encoder, OutgoingRecord};
use service_kit::clock::{Ids, SystemIds};

use crate::world::{World, cancel, fulfilment_of, new_order, request};

/// The topic of a kitchen.
struct Kitchen {
    topic: TestTopic,
    encoder: Encoder<PublicEvent>,
}

impl Kitchen {
    async fn new() -> Self {
        let topic = TestTopic::create(2).await;
        let encoder = topic.encoder_of().await;
        Self { topic, encoder }
    }

    /// Publishes an event of an order's ticket twice.
    async fn reports(&self, tenant: &str, order: OrderId, version: i64, event: TicketEvent) {
        let facts = Facts { id: fulfilment_of(order), version, tenant: TenantId::try_new(tenant).unwrap() };
        let published = Published {
            event: PublicEvent::publish(&facts, &event),
            event_id: EventId::new(SystemIds.ordered()),
            position: Position { shard: 0, position: version },
            recorded_at: now(),
            correlation_id: None,
            causation_id: None,
            traceparent: None,
        };
        let record = || {
            let outgoing = OutgoingRecord { published: published.clone(), payload_hash: [0; 32] };
            self.encoder.encode(&outgoing).unwrap()
        };
        self.topic.produce([record(), record()]).await;
    }
}

fn now() -> Timestamp {
    Timestamp::try_from("2026-06-01T12:00:00Z".to_owned()).unwrap()
}

fn location() -> LocationId {
    LocationId::try_new("zrh-1").unwrap()
}

fn ready(order: OrderId) -> TicketEvent {
    TicketEvent::TicketReady(TicketReady { order, location: location(), at: now() })
}

fn accepted(order: OrderId) -> TicketEvent {
    let item = TicketItem {
        sku: Sku::try_new("tea").unwrap(),
        quantity: Quantity::try_new(3).unwrap(),
        station: StationName::try_new("bar").unwrap(),
        course: 1,
        preparation_s: 60,
    };
    TicketEvent::TicketAccepted(TicketAccepted {
        tenant: TenantId::try_new("shop").unwrap(),
        order,
        location: location(),
        items: vec![item],
        promised_at: now(),
        at: now(),
    })
}

fn started(order: OrderId) -> TicketEvent {
    TicketEvent::TicketStarted(TicketStarted { order, location: location(), at: now() })
}

fn rejected(tenant: &str, order: OrderId) -> TicketEvent {
    TicketEvent::TicketRejected(TicketRejected {
        tenant: TenantId::try_new(tenant).unwrap(),
        order,
        location: location(),
        reason: TicketRejectionReason::SoldOut,
        skus: vec![Sku::try_new("tea").unwrap()],
        at: now(),
    })
}

fn names(events: &[FulfilmentEvent]) -> Vec<&'static str> {
    events.iter().map(StoredEvent::event_type).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_kitchen_reports_is_done_once_to_its_fulfilment() {
    let (world, kitchen) = (World::new().await, Kitchen::new().await);
    let (asked, follows) = (world.member(), world.follows(&kitchen.topic.name).await);
    let [cooked, sold_out, given_up] = [new_order(), new_order(), new_order()];
    for order in [cooked, sold_out, given_up] {
        world.ask_twice("shop", request(order)).await;
        world.wait_for_events(fulfilment_of(order), 1).await;
    }
    world.ask_twice("shop", cancel(given_up)).await;
    world.wait_for_events(fulfilment_of(given_up), 2).await;

    kitchen.reports("shop", sold_out, 1, rejected("shop", sold_out)).await;
    kitchen.reports("shop", given_up, 1, ready(given_up)).await;
    kitchen.reports("shop", cooked, 1, accepted(cooked)).await;
    kitchen.reports("shop", cooked, 2, started(cooked)).await;
    kitchen.reports("shop", cooked, 3, ready(cooked)).await;
    let events = world.wait_for_events(fulfilment_of(cooked), 3).await;
    assert_eq!(names(&events), ["FulfilmentRequested", "FulfilmentAccepted", "FulfilmentPacked"]);
    let events = world.wait_for_events(fulfilment_of(sold_out), 2).await;
    let [_, FulfilmentEvent::FulfilmentRejected(rejected)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(
        (rejected.reason, rejected.note.as_ref().map(Reason::as_str)),
        (FulfilmentRejectionReason::OutOfStock, Some("tea")),
        "the customer is told what is missing"
    );
    follows.has_consumed(10).await;
    let events = world.events(fulfilment_of(given_up)).await;
    assert_eq!(names(&events), ["FulfilmentRequested", "FulfilmentCancelled"], "it came too late");
    asked.stop().await;
    follows.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kitchen_of_another_tenant_changes_nothing() {
    let (world, kitchen) = (World::new().await, Kitchen::new().await);
    let (asked, follows) = (world.member(), world.follows(&kitchen.topic.name).await);
    let order = new_order();
    world.ask_twice("shop", request(order)).await;
    world.wait_for_events(fulfilment_of(order), 1).await;
    kitchen.reports("rival", order, 1, ready(order)).await;
    let reasons = world.wait_for_parked(1).await;
    assert!(reasons[0].contains("belongs to another tenant"), "{reasons:?}");
    assert_eq!(names(&world.events(fulfilment_of(order)).await), ["FulfilmentRequested"]);
    asked.stop().await;
    follows.stop().await;
}
