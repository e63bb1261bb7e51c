//! The events of locations.

use std::sync::Arc;

use domain::contract::{PublicEvents, Published};
use domain::fulfilment::contract::PublicEvent as FulfilmentEvent;
use domain::location::contract::PublicEvent;
use event_store::Store;
use messaging::registry::Registry;
use messaging::{Decoder, KindReader};
use request_kit::{Outcome, Source};
use service_kit::errors::chain;

use super::locations::KnownLocations;

/// The namespaces of what else is published there.
const BESIDE_LOCATIONS: &[&str] = &[FulfilmentEvent::NAMESPACE];

/// The topic of the locations, or one that stands for it, with what is done for each event: it is recorded in the database of the log.
pub fn location_source(store: &Store, registry: &Registry, topic: &str) -> Source {
    let reader = KindReader::new(Decoder::new(registry.clone()), BESIDE_LOCATIONS);
    let locations = Arc::new(KnownLocations(store.pool().clone()));
    Source::events(topic, reader, move |published: Published<PublicEvent>| {
        let locations = Arc::clone(&locations);
        async move { record(&locations, &published.event).await }
    })
}

async fn record(locations: &KnownLocations, event: &PublicEvent) -> Outcome {
    let head = |code| (event.tenant(), code, event.version());
    let recorded = match event {
        PublicEvent::LocationRegistered(one) => locations.describe(head(one.code.as_str()), &one.details).await,
        PublicEvent::LocationChanged(one) => locations.describe(head(one.code.as_str()), &one.details).await,
        PublicEvent::LocationPaused(one) => locations.pause(head(one.code.as_str()), true).await,
        PublicEvent::LocationResumed(one) => locations.pause(head(one.code.as_str()), false).await,
        PublicEvent::ForeignEvent(_) => return Outcome::Done,
    };
    recorded.map_or_else(|error| Outcome::Unavailable(chain(&error)), |()| Outcome::Done)
}
