//! One file for each decision: the command, its validation and its tests.

mod add_line;
mod cancel_order;
mod change_line_quantity;
mod create_draft;
mod erase_subject;
mod import_order;
mod place_order;
mod remove_line;
mod set_address;

pub use add_line::AddLine;
pub use cancel_order::CancelOrder;
pub use change_line_quantity::ChangeLineQuantity;
pub use create_draft::CreateDraft;
pub use erase_subject::EraseSubject;
pub use import_order::{ImportLine, ImportOrder};
pub use place_order::PlaceOrder;
pub use remove_line::RemoveLine;
pub use set_address::SetAddress;

use super::{Draft, OrderRejection, OrderState};

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
