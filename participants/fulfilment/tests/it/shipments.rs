//! What carriers show of parcels, each event delivered twice: it is done once to the fulfilment, released or not.

use domain::contract::{Facts, Position, PublicEvents, Published};
use domain::fulfilment::FulfilmentEvent;
use domain::shipment::contract::PublicEvent;
use domain::shipment::{
    ShipmentDelivered, ShipmentEvent, ShipmentHandedOver, ShipmentLost, ShipmentPacked, ShipmentReturned,
};
use domain::{Carrier, EventId, LocationId, OrderId, StoredEvent, TenantId, Timestamp, TrackingNumber};
use messaging::testing::TestTopic;
use messaging::{Encoder, OutgoingRecord};
use serde_json::Value;
use service_kit::clock::{Ids, SystemIds};

use crate::world::{World, cancel, fulfilment_of, new_order, request};

/// The topic of shipments.
struct Shipments {
    topic: TestTopic,
    encoder: Encoder<PublicEvent>,
}

impl Shipments {
    async fn new() -> Self {
        let topic = TestTopic::create(2).await;
        let encoder = topic.encoder_of().await;
        Self { topic, encoder }
    }

    /// Publishes an event of an order's shipment twice.
    async fn shows(&self, order: OrderId, event: ShipmentEvent) {
        let facts = Facts { id: fulfilment_of(order), version: 1, tenant: TenantId::try_new("shop").unwrap() };
        let published = Published {
            event: PublicEvent::publish(&facts, &event),
            event_id: EventId::new(SystemIds.ordered()),
            position: Position { shard: 0, position: 1 },
            recorded_at: Timestamp::EPOCH,
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

fn location() -> LocationId {
    LocationId::try_new("zrh-1").unwrap()
}

fn carrier() -> Carrier {
    Carrier::try_new("postal").unwrap()
}

fn tracking() -> TrackingNumber {
    TrackingNumber::try_new("T1").unwrap()
}

fn handed_over(order: OrderId) -> ShipmentEvent {
    let (occurred_at, at) = (Timestamp::EPOCH, Timestamp::EPOCH);
    let (location, carrier, tracking) = (location(), carrier(), tracking());
    let left = ShipmentHandedOver { order, location, carrier, tracking, released: false, occurred_at, at };
    ShipmentEvent::ShipmentHandedOver(left)
}

fn names(events: &[FulfilmentEvent]) -> Vec<&'static str> {
    events.iter().map(StoredEvent::event_type).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_carrier_shows_is_done_once_to_the_fulfilment() {
    let (world, shipments) = (World::new().await, Shipments::new().await);
    let (asked, follows) = (world.member(), world.follows_shipments(&shipments.topic.name).await);
    let orders = [new_order(), new_order(), new_order()];
    for order in orders {
        world.ask_twice("shop", request(order)).await;
        world.wait_for_events(fulfilment_of(order), 1).await;
        for verb in ["accept", "pack"] {
            world.post(&format!("/v1/fulfilments/{}/{verb}", fulfilment_of(order)), &Value::Null).await.assert(200);
        }
        let (location, at) = (location(), Timestamp::EPOCH);
        shipments.shows(order, ShipmentEvent::ShipmentPacked(ShipmentPacked { order, location, at })).await;
        shipments.shows(order, handed_over(order)).await;
    }
    let [delivered, lost, returned] = orders;
    let (location, carrier, tracking) = (location(), carrier(), tracking());
    let (occurred_at, at) = (Timestamp::EPOCH, Timestamp::EPOCH);
    let arrived = ShipmentDelivered {
        order: delivered,
        location: location.clone(),
        carrier: carrier.clone(),
        tracking: tracking.clone(),
        occurred_at,
        at,
    };
    shipments.shows(delivered, ShipmentEvent::ShipmentDelivered(arrived)).await;
    let gone = ShipmentLost {
        order: lost,
        location: location.clone(),
        carrier: carrier.clone(),
        tracking: tracking.clone(),
        occurred_at,
        at,
    };
    shipments.shows(lost, ShipmentEvent::ShipmentLost(gone)).await;
    let back = ShipmentReturned { order: returned, location, carrier, tracking, occurred_at, at };
    shipments.shows(returned, ShipmentEvent::ShipmentReturned(back)).await;
    follows.has_consumed(18).await;
    let before = ["FulfilmentRequested", "FulfilmentAccepted", "FulfilmentPacked", "FulfilmentShipped"];
    for (order, end) in [(delivered, "FulfilmentDelivered"), (lost, "FulfilmentLost"), (returned, "FulfilmentLost")] {
        let events = world.events(fulfilment_of(order)).await;
        assert_eq!(names(&events), [&before[..], &[end]].concat());
        let FulfilmentEvent::FulfilmentShipped(shipped) = &events[3] else { panic!("{events:?}") };
        assert_eq!((shipped.carrier.as_str(), shipped.tracking.as_str()), ("postal", "T1"));
    }
    asked.stop().await;
    follows.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_left_although_it_was_cancelled_stays_cancelled() {
    let (world, shipments) = (World::new().await, Shipments::new().await);
    let (asked, follows) = (world.member(), world.follows_shipments(&shipments.topic.name).await);
    let order = new_order();
    world.ask_twice("shop", request(order)).await;
    world.wait_for_events(fulfilment_of(order), 1).await;
    world.ask_twice("shop", cancel(order)).await;
    world.wait_for_events(fulfilment_of(order), 2).await;
    shipments.shows(order, handed_over(order)).await;
    follows.has_consumed(2).await;
    assert_eq!(names(&world.events(fulfilment_of(order)).await), ["FulfilmentRequested", "FulfilmentCancelled"]);
    asked.stop().await;
    follows.stop().await;
}
