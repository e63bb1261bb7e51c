//! One file for each decision: the command, the scopes it needs, its validation and its tests; and the list of them.

mod add_line;
mod cancel_order;
mod change_line_quantity;
mod create_draft;
mod erase_subject;
mod import_order;
mod place_order;
mod remove_line;
mod set_address;

pub use add_line::*;
pub use cancel_order::*;
pub use change_line_quantity::*;
pub use create_draft::*;
pub use erase_subject::*;
pub use import_order::*;
pub use place_order::*;
pub use remove_line::*;
pub use set_address::*;

use uuid::Uuid;

use super::{Draft, Order, OrderRejection, OrderState};
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
    }
}

/// The draft of a state, for the commands that only a draft accepts.
fn draft_of<'a>(state: &'a OrderState, command: &'static str) -> Result<&'a Draft, OrderRejection> {
    match state {
        OrderState::Draft(draft) => Ok(draft),
        OrderState::Absent => Err(OrderRejection::NotFound),
        state => Err(OrderRejection::NotAllowed { state: state.name(), command }),
    }
}

#[cfg(test)]
pub(in crate::order) mod fixtures;
