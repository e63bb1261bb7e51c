//! What carriers show of parcels: a shipment has its fulfilment's id, and what has happened to it has happened to the fulfilment.

use std::sync::Arc;

use domain::contract::{PublicEvents, Published};
use domain::fulfilment::{DeliverFulfilment, FulfilmentCommand, LoseFulfilment, RecordHandover};
use domain::shipment::contract::PublicEvent;
use domain::{Carrier, FulfilmentId, TenantId, Timestamp, TrackingNumber};
use event_store::Metadata;
use messaging::KindReader;
use request_kit::{InvalidField, Outcome, Source, invalid};
use service_kit::errors::chain;

use crate::fulfilments::{AskError, AskedBy, Fulfilments};

/// The consumer group of shipments' events.
pub const GROUP: &str = "fulfilment.shipments.v1";

/// The events of shipments on a topic, each with what it says of its fulfilment.
pub fn source(fulfilments: Arc<Fulfilments>, reader: KindReader<PublicEvent>, topic: &str) -> Source {
    Source::events(topic, reader, move |published: Published<PublicEvent>| {
        let fulfilments = Arc::clone(&fulfilments);
        async move { handle(&fulfilments, published).await }
    })
}

async fn handle(fulfilments: &Fulfilments, published: Published<PublicEvent>) -> Outcome {
    let Published { event, event_id, correlation_id, traceparent, .. } = published;
    let (id, tenant, command) = match read(&event, fulfilments.now()) {
        Ok(Some(read)) => read,
        Ok(None) => return Outcome::Done,
        Err(error) => return Outcome::Poison(chain(&error)),
    };
    let by = AskedBy { tenant, metadata: Metadata::caused_by(&event_id, correlation_id, traceparent) };
    match fulfilments.record_report(id, command, by).await {
        Ok(()) => Outcome::Done,
        Err(error @ AskError::Refused { .. }) => Outcome::Poison(chain(&error)),
        Err(AskError::Store { source, .. }) => source.into(),
    }
}

type Report = (FulfilmentId, TenantId, FulfilmentCommand);

/// What an event says of a fulfilment; `None` where it says nothing that fulfilment needs to know.
fn read(event: &PublicEvent, at: Timestamp) -> Result<Option<Report>, InvalidField> {
    let command: FulfilmentCommand = match event {
        PublicEvent::ShipmentHandedOver(event) => RecordHandover {
            carrier: Carrier::recorded(&*event.carrier).map_err(invalid("carrier"))?,
            tracking: TrackingNumber::recorded(&*event.tracking).map_err(invalid("tracking"))?,
            at,
        }
        .into(),
        PublicEvent::ShipmentDelivered(_) => DeliverFulfilment { at }.into(),
        // Whoever waits for it does not get it, and people decide what is done with what came back.
        PublicEvent::ShipmentLost(_) | PublicEvent::ShipmentReturned(_) => LoseFulfilment { at }.into(),
        _ => return Ok(None),
    };
    let id = event.shipment_id().parse().map_err(invalid("shipment_id"))?;
    Ok(Some((id, TenantId::try_new(event.tenant()).map_err(invalid("tenant"))?, command)))
}
