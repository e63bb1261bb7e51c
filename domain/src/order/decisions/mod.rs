//! One file for each decision: the command, the scopes it needs, its validation and its tests; and the list of them.

mod add_line;
mod add_note;
mod cancel_lines;
mod cancel_order;
mod change_line_quantity;
mod complete_order;
mod confirm_order;
mod create_draft;
mod erase_subject;
mod expire_draft;
mod hold_order;
mod import_order;
mod place_order;
mod record_fact;
mod reject_order;
mod release_hold;
mod remove_line;
mod set_address;

pub use add_line::*;
pub use add_note::*;
pub use cancel_lines::*;
pub use cancel_order::*;
pub use change_line_quantity::*;
pub use complete_order::*;
pub use confirm_order::*;
pub use create_draft::*;
pub use erase_subject::*;
pub use expire_draft::*;
pub use hold_order::*;
pub use import_order::*;
pub use place_order::*;
pub use record_fact::*;
pub use reject_order::*;
pub use release_hold::*;
pub use remove_line::*;
pub use set_address::*;

use uuid::Uuid;

use super::{Confirmed, Draft, Order, OrderRejection, OrderState};
use crate::decision::{Decision, declare_commands};
use crate::{LineId, Timestamp};

/// The line that samples name.
pub(super) const SAMPLE_LINE: LineId = LineId::new(Uuid::nil());
/// The moment of samples.
pub(super) const SAMPLE_AT: Timestamp = Timestamp::EPOCH;

/// A command that can be tried on an order.
pub(super) trait Sample: Decision<Order> {
    /// One of its kind that keeps all rules about values, for what is possible for an order; `None` for a command that nobody
    /// gives for an order that exists.
    fn sample() -> Option<Self>;
}

declare_commands! {
    /// A command of an order.
    OrderCommand of Order sampled by Sample {
        CreateDraft,
        AddLine,
        ChangeLineQuantity,
        RemoveLine,
        SetAddress,
        PlaceOrder,
        CancelOrder,
        ImportOrder,
        EraseSubject,
        HoldOrder,
        ReleaseHold,
        CancelLines,
        AddNote,
        RecordFact,
        ConfirmOrder,
        RejectOrder,
        CompleteOrder,
        ExpireDraft,
    }
}

/// The draft of a state, for the commands that only a draft accepts.
fn draft_of<'a>(state: &'a OrderState, command: &'static str) -> Result<&'a Draft, OrderRejection> {
    match state {
        OrderState::Draft(draft) => Ok(draft),
        state => Err(refused(state, command)),
    }
}

/// The draft of an order that was placed and goes on, for the commands that only such an order accepts.
fn open_of<'a>(state: &'a OrderState, command: &'static str) -> Result<&'a Draft, OrderRejection> {
    match state {
        OrderState::Placed(placed) | OrderState::Confirmed(Confirmed { placed, .. }) => Ok(&placed.draft),
        state => Err(refused(state, command)),
    }
}

/// That the state does not allow a command.
fn refused(state: &OrderState, command: &'static str) -> OrderRejection {
    match state {
        OrderState::Absent => OrderRejection::NotFound,
        state => OrderRejection::NotAllowed { state: state.name(), command },
    }
}

#[cfg(test)]
pub(in crate::order) mod fixtures;
#[cfg(test)]
pub(in crate::order) mod progress_fixtures;
