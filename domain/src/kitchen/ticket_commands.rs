//! What an event of a kitchen means for its ticket.

use crate::FulfilmentId;
use crate::ticket::{
    AcceptTicket, CancelTicket, FinishTicket, HoldTicket, RejectTicket, ResumeTicket, StartTicket, TicketCommand,
};

use super::KitchenEvent;

/// The command that an event of a kitchen means for its ticket; `None` for an event that is of no ticket, or no milestone of one.
///
/// It is decided in the unit of work that appends the event. None is refused there: the kitchen has the ticket in its state exactly as
/// long as something of it is to be done.
pub fn ticket_commands(event: &KitchenEvent) -> Option<(FulfilmentId, TicketCommand)> {
    match event {
        KitchenEvent::TicketQueued(event) => {
            let command = AcceptTicket {
                tenant: event.tenant.clone(),
                order: event.order,
                location: event.location.clone(),
                items: event.items.clone(),
                promised_at: event.promised_at,
                at: event.at,
            };
            Some((event.ticket, command.into()))
        }
        KitchenEvent::TicketTurnedAway(event) => {
            let command = RejectTicket {
                tenant: event.tenant.clone(),
                order: event.order,
                location: event.location.clone(),
                reason: event.reason,
                skus: event.skus.clone(),
                at: event.at,
            };
            Some((event.ticket, command.into()))
        }
        KitchenEvent::TicketHeld(event) => Some((event.ticket, HoldTicket { at: event.at }.into())),
        KitchenEvent::TicketResumed(event) => Some((event.ticket, ResumeTicket { at: event.at }.into())),
        KitchenEvent::TicketWithdrawn(event) => Some((event.ticket, CancelTicket { at: event.at }.into())),
        KitchenEvent::CookingStarted(event) => Some((event.ticket, StartTicket { at: event.at }.into())),
        KitchenEvent::TicketCompleted(event) => Some((event.ticket, FinishTicket { at: event.at }.into())),
        KitchenEvent::StationsSet(_)
        | KitchenEvent::MenuItemSet(_)
        | KitchenEvent::SoldOutChanged(_)
        | KitchenEvent::StaffChanged(_)
        | KitchenEvent::ModeChanged(_)
        | KitchenEvent::CookingFinished(_) => None,
    }
}
