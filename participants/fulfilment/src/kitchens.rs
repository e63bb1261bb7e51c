//! What kitchens report of their tickets: they are the staff of their locations, and a ticket has its fulfilment's id.

use std::sync::Arc;

use domain::contract::{PublicEvents, Published};
use domain::fulfilment::{
    AcceptFulfilment, FulfilmentCommand, FulfilmentRejectionReason, PackFulfilment, RejectFulfilment,
};
use domain::ticket::contract::{PublicEvent, TicketRejected, TicketRejectionReason};
use domain::{FulfilmentId, Reason, TenantId, Timestamp};
use event_store::Metadata;
use messaging::KindReader;
use request_kit::{InvalidField, Outcome, Source, invalid};
use service_kit::errors::chain;

use crate::fulfilments::{AskError, AskedBy, Fulfilments};

/// The consumer group of tickets' events.
pub const GROUP: &str = "fulfilment.kitchens.v1";

/// The events of tickets on a topic, each with what it says of its fulfilment.
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
        PublicEvent::TicketAccepted(_) => AcceptFulfilment { at }.into(),
        PublicEvent::TicketRejected(rejected) => {
            RejectFulfilment { reason: reason(rejected.reason), note: note(rejected), at }.into()
        }
        PublicEvent::TicketReady(_) => PackFulfilment { at }.into(),
        _ => return Ok(None),
    };
    let id = event.ticket_id().parse().map_err(invalid("ticket_id"))?;
    Ok(Some((id, TenantId::try_new(event.tenant()).map_err(invalid("tenant"))?, command)))
}

const fn reason(reason: TicketRejectionReason) -> FulfilmentRejectionReason {
    match reason {
        TicketRejectionReason::SoldOut | TicketRejectionReason::NotOnMenu => FulfilmentRejectionReason::OutOfStock,
        TicketRejectionReason::Paused
        | TicketRejectionReason::Full
        | TicketRejectionReason::NoStaff
        | TicketRejectionReason::TooLarge => FulfilmentRejectionReason::NoCapacity,
        TicketRejectionReason::Unknown => FulfilmentRejectionReason::Other,
    }
}

/// What is not to be had, where that is why and it is short enough for a note.
fn note(rejected: &TicketRejected) -> Option<Reason> {
    Reason::try_new(rejected.skus.join(", ")).ok()
}
