//! Why a ticket takes no notice of a command.

use crate::Unfoldable;
use crate::refusal::{Code, Rejection};

/// Why a ticket takes no notice of a command. No event results.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TicketRejection {
    /// There is no such ticket.
    #[error("there is no such ticket")]
    NotFound,
    /// What is to be done cannot be, in this state.
    #[error("a ticket that is {state} cannot be {done}")]
    NotAllowed { state: &'static str, done: &'static str },
    /// The stream is damaged.
    #[error("the history of the ticket is damaged: {0}")]
    Damaged(#[from] Unfoldable),
}

/// The codes that rejections of tickets are told under.
pub mod code {
    crate::codes! {
        /// Not yours, or none.
        TICKET_NOT_FOUND = "ticket_not_found", NotFound, "There is no such ticket";
        /// Not in this state.
        TICKET_STATE_CONFLICT = "ticket_state_conflict", Conflict, "The state of the ticket does not allow this";
        /// The history does not fold.
        TICKET_STREAM_DAMAGED = "ticket_stream_damaged", Internal, "The history of the ticket is damaged";
    }
}

impl Rejection for TicketRejection {
    fn code(&self) -> Code {
        match self {
            Self::NotFound => code::TICKET_NOT_FOUND,
            Self::NotAllowed { .. } => code::TICKET_STATE_CONFLICT,
            Self::Damaged(_) => code::TICKET_STREAM_DAMAGED,
        }
    }

    fn detail(&self) -> String {
        self.to_string()
    }
}
