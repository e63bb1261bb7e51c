//! The topics in which others answer.

use std::sync::Arc;

use domain::contract::{PublicEvents, Published};
use domain::fulfilment::contract::TOPIC as FULFILMENT_TOPIC;
use domain::location::contract::PublicEvent as LocationEvent;
use domain::payment::contract::TOPIC as PAYMENT_TOPIC;
use domain::stock::contract::{PublicEvent as StockEvent, TOPIC as INVENTORY_TOPIC};
use event_store::Metadata;
use messaging::registry::Registry;
use messaging::{Decoder, KindReader};
use request_kit::{InvalidField, Outcome, Source};
use service_kit::errors::chain;

use crate::coordinator::{CoordinateError, Coordinator};
use crate::learned::{Learned, of_fulfilment, of_payment, of_reservation};

/// The consumer group of the answers.
pub const GROUP: &str = "saga-coordinator.v1";

/// The topics of the answers.
pub const TOPICS: [&str; 3] = [INVENTORY_TOPIC, PAYMENT_TOPIC, FULFILMENT_TOPIC];

/// The namespaces of what else is published to the topic of reservations.
const BESIDE_RESERVATIONS: &[&str] = &[StockEvent::NAMESPACE];
/// The namespaces of what else is published to the topic of fulfilments.
const BESIDE_FULFILMENTS: &[&str] = &[LocationEvent::NAMESPACE];

/// The topics of the answers, which are [`TOPICS`] or stand for them, with what is done for each of their events. The schemas are asked
/// from the registry.
pub fn sources(coordinator: &Arc<Coordinator>, registry: &Registry, topics: [&str; 3]) -> [Source; 3] {
    let [inventory, payment, fulfilment] = topics;
    let reservations = KindReader::new(Decoder::new(registry.clone()), BESIDE_RESERVATIONS);
    let payments = KindReader::new(Decoder::new(registry.clone()), &[]);
    let fulfilments = KindReader::new(Decoder::new(registry.clone()), BESIDE_FULFILMENTS);
    [
        answers(inventory, reservations, coordinator, of_reservation),
        answers(payment, payments, coordinator, of_payment),
        answers(fulfilment, fulfilments, coordinator, of_fulfilment),
    ]
}

fn answers<E: PublicEvents>(
    topic: &str,
    reader: KindReader<E>,
    coordinator: &Arc<Coordinator>,
    meaning: fn(&E) -> Result<Option<Learned>, InvalidField>,
) -> Source {
    let coordinator = Arc::clone(coordinator);
    Source::events(topic, reader, move |published: Published<E>| {
        let coordinator = Arc::clone(&coordinator);
        async move {
            match meaning(&published.event) {
                Ok(Some(learned)) => handle(&coordinator, &learned, published).await,
                Ok(None) => Outcome::Done,
                Err(error) => Outcome::Poison(chain(&error)),
            }
        }
    })
}

async fn handle<E>(coordinator: &Coordinator, learned: &Learned, published: Published<E>) -> Outcome {
    let Published { event_id, correlation_id, traceparent, .. } = published;
    let metadata = Metadata::caused_by(&event_id, correlation_id, traceparent);
    match coordinator.learn(learned, metadata).await {
        Ok(()) => Outcome::Done,
        Err(error @ (CoordinateError::OtherTenant { .. } | CoordinateError::Refused { .. })) => {
            Outcome::Poison(chain(&error))
        }
        Err(CoordinateError::Store { source, .. }) => source.into(),
    }
}
