//! The topics of what is told of.

use std::sync::Arc;

use domain::contract::{PublicEvents, Published};
use domain::fulfilment::contract::TOPIC as FULFILMENT_TOPIC;
use domain::kitchen::contract::PublicEvent as KitchenEvent;
use domain::location::contract::PublicEvent as LocationEvent;
use domain::order::contract::{PublicEvent as OrderEvent, TOPIC as ORDERS_TOPIC};
use domain::payment::contract::TOPIC as PAYMENT_TOPIC;
use domain::shipment::contract::TOPIC as SHIPPING_TOPIC;
use domain::shipping_location::contract::PublicEvent as ShippingLocationEvent;
use domain::ticket::contract::TOPIC as KITCHEN_TOPIC;
use event_store::Metadata;
use messaging::registry::Registry;
use messaging::{Decoder, KindReader};
use request_kit::{InvalidField, Outcome, Source};
use service_kit::errors::chain;

use crate::context::Notifications;
use crate::error::RequestError;
use crate::meaning::{Meaning, of_fulfilment, of_order, of_payment, of_shipment, of_ticket};

/// The consumer group of what is told of.
pub const GROUP: &str = "notification.v1";

/// The topics of what is told of.
pub const TOPICS: [&str; 5] = [ORDERS_TOPIC, PAYMENT_TOPIC, FULFILMENT_TOPIC, KITCHEN_TOPIC, SHIPPING_TOPIC];

/// The namespaces of what else is published to the topic of fulfilments.
const BESIDE_FULFILMENTS: &[&str] = &[LocationEvent::NAMESPACE];

/// The namespaces of what else is published to the topic of tickets.
const BESIDE_TICKETS: &[&str] = &[KitchenEvent::NAMESPACE];

/// The namespaces of what else is published to the topic of shipments.
const BESIDE_SHIPMENTS: &[&str] = &[ShippingLocationEvent::NAMESPACE];

/// The topics of what is told of, which are [`TOPICS`] or stand for them, with what is done for each of their events. The schemas are
/// asked from the registry.
pub fn sources(notifications: &Arc<Notifications>, registry: &Registry, topics: [&str; 5]) -> [Source; 5] {
    let [orders, payments, fulfilments, tickets, shipments] = topics;
    [
        events(orders, (registry, &[]), notifications, of_order, placed),
        events(payments, (registry, &[]), notifications, of_payment, |_| None),
        events(fulfilments, (registry, BESIDE_FULFILMENTS), notifications, of_fulfilment, |_| None),
        events(tickets, (registry, BESIDE_TICKETS), notifications, of_ticket, |_| None),
        events(shipments, (registry, BESIDE_SHIPMENTS), notifications, of_shipment, |_| None),
    ]
}

type Placed = domain::order::contract::OrderPlaced;

const fn placed(event: &OrderEvent) -> Option<&Placed> {
    match event {
        OrderEvent::OrderPlaced(record) => Some(record),
        _ => None,
    }
}

fn events<E: PublicEvents>(
    topic: &str,
    (registry, beside): (&Registry, &'static [&'static str]),
    notifications: &Arc<Notifications>,
    meaning: fn(&E) -> Result<Option<Meaning>, InvalidField>,
    placed: fn(&E) -> Option<&Placed>,
) -> Source {
    let notifications = Arc::clone(notifications);
    let reader = KindReader::new(Decoder::new(registry.clone()), beside);
    Source::events(topic, reader, move |published: Published<E>| {
        let notifications = Arc::clone(&notifications);
        async move {
            if let Some(record) = placed(&published.event) {
                return place(&notifications, record).await;
            }
            match meaning(&published.event) {
                Ok(Some(meaning)) => tell(&notifications, &meaning, published).await,
                Ok(None) => Outcome::Done,
                Err(error) => Outcome::Poison(chain(&error)),
            }
        }
    })
}

async fn place(notifications: &Notifications, record: &Placed) -> Outcome {
    let Ok(order) = record.order_id.parse() else {
        return Outcome::Poison(format!("{:?} is no order's id", record.order_id));
    };
    match notifications.orders.save(order, record, notifications.now()).await {
        Ok(()) => Outcome::Done,
        Err(error) => Outcome::Unavailable(chain(&error)),
    }
}

async fn tell<E>(notifications: &Notifications, meaning: &Meaning, published: Published<E>) -> Outcome {
    let Published { event_id, correlation_id, traceparent, .. } = published;
    let metadata = Metadata::caused_by(&event_id, correlation_id, traceparent);
    match notifications.request(event_id, meaning, metadata).await {
        Ok(()) => Outcome::Done,
        Err(error @ RequestError::Refused { .. }) => Outcome::Poison(chain(&error)),
        Err(error @ RequestError::Table(_)) => Outcome::Unavailable(chain(&error)),
        Err(RequestError::Store { source, .. }) => source.into(),
    }
}
