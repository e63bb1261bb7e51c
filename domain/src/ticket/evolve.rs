//! Folding a ticket's events.

use crate::{StoredEvent, Timestamp, Unfoldable};

use super::{TicketDetails, TicketEvent, TicketState};

pub(super) fn evolve(state: TicketState, event: &TicketEvent) -> Result<TicketState, Unfoldable> {
    use TicketEvent as E;
    use TicketState as S;
    match (state, event) {
        (S::Absent, E::TicketAccepted(accepted)) => Ok(S::Queued(TicketDetails {
            tenant: accepted.tenant.clone(),
            order: accepted.order,
            location: accepted.location.clone(),
            items: accepted.items.clone(),
            promised_at: accepted.promised_at,
            delays: 0,
            held: false,
        })),
        (S::Absent, E::TicketRejected(rejected)) => Ok(S::Rejected(TicketDetails {
            tenant: rejected.tenant.clone(),
            order: rejected.order,
            location: rejected.location.clone(),
            items: Vec::new(),
            promised_at: rejected.at,
            delays: 0,
            held: false,
        })),
        (S::Queued(details) | S::Cooking(details), E::TicketRejected(_)) => Ok(S::Rejected(details)),
        (S::Queued(details), E::TicketStarted(_)) => Ok(S::Cooking(details)),
        (S::Queued(details), E::TicketHeld(_)) => Ok(S::Queued(TicketDetails { held: true, ..details })),
        (S::Cooking(details), E::TicketHeld(_)) => Ok(S::Cooking(TicketDetails { held: true, ..details })),
        (S::Queued(details), E::TicketResumed(_)) => Ok(S::Queued(TicketDetails { held: false, ..details })),
        (S::Cooking(details), E::TicketResumed(_)) => Ok(S::Cooking(TicketDetails { held: false, ..details })),
        (S::Queued(details), E::TicketDelayed(delayed)) => Ok(S::Queued(delay(details, delayed.promised_at))),
        (S::Cooking(details), E::TicketDelayed(delayed)) => Ok(S::Cooking(delay(details, delayed.promised_at))),
        (S::Cooking(details), E::TicketReady(_)) => Ok(S::Ready(details)),
        (S::Ready(details), E::TicketHandedOver(_)) => Ok(S::HandedOver(details)),
        (S::Queued(details) | S::Cooking(details) | S::Ready(details), E::TicketCancelled(_)) => {
            Ok(S::Cancelled(details))
        }
        (state, event) => Err(Unfoldable { state: state.name().to_owned(), event: event.event_type().to_owned() }),
    }
}

fn delay(details: TicketDetails, promised_at: Timestamp) -> TicketDetails {
    TicketDetails { promised_at, delays: details.delays.saturating_add(1), ..details }
}
