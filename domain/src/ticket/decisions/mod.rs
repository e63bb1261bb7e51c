//! One file for each decision: the command, its validation and its tests; and the list of them.
//!
//! What a kitchen decides is decided on the ticket too, so the kitchen has looked whether it may be.

mod accept_ticket;
mod cancel_ticket;
mod delay_ticket;
mod finish_ticket;
mod hand_over_ticket;
mod hold_ticket;
mod reject_ticket;
mod resume_ticket;
mod start_ticket;

pub use accept_ticket::*;
pub use cancel_ticket::*;
pub use delay_ticket::*;
pub use finish_ticket::*;
pub use hand_over_ticket::*;
pub use hold_ticket::*;
pub use reject_ticket::*;
pub use resume_ticket::*;
pub use start_ticket::*;

use super::Ticket;
use crate::Scope;
use crate::decision::declare_commands;

declare_commands! {
    /// A command of a ticket.
    TicketCommand of Ticket {
        AcceptTicket,
        RejectTicket,
        StartTicket,
        HoldTicket,
        ResumeTicket,
        DelayTicket,
        FinishTicket,
        HandOverTicket,
        CancelTicket,
    }
}

/// What the staff of a kitchen need to report anything.
const OF_STAFF: &[Scope] = &[Scope::TENANT_STAFF, Scope::FULFILMENT_WRITE];

#[cfg(test)]
pub(in crate::ticket) mod fixtures;
