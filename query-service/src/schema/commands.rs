//! The commands that are possible for an order now.

use async_graphql::Enum;
use domain::order::{self, Outline, Stage};
use read_models::ViewState;

use crate::access::Viewer;

/// A command that can be given for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum OrderCommand {
    /// Add a line.
    AddLine,
    /// Change a line's quantity.
    ChangeLineQuantity,
    /// Remove a line.
    RemoveLine,
    /// Set an address.
    SetAddress,
    /// Place the order.
    PlaceOrder,
    /// Cancel the order.
    CancelOrder,
}

/// The commands that the viewer may give for an order: those that its decisions would accept, as far as the viewer has their
/// scopes.
pub fn allowed(state: ViewState, has_lines: bool, has_shipping_address: bool, viewer: &Viewer) -> Vec<OrderCommand> {
    let reached = match state {
        ViewState::Draft => Stage::Draft,
        ViewState::Placed => Stage::Placed,
        ViewState::Cancelled => Stage::Cancelled,
        ViewState::Completed => Stage::Imported,
        // Nothing is known of what another kind of event has led to.
        ViewState::Foreign => return Vec::new(),
    };
    let outline = Outline {
        stage: reached,
        has_lines,
        has_shipping_address,
        is_held: false,
        has_cancellable: false,
        has_shipped: false,
    };
    let permitted = outline.possible().iter().filter(|command| viewer.may_give(command));
    permitted.filter_map(OrderCommand::of).collect()
}

impl OrderCommand {
    /// The command as clients know it, if it is given for an order that exists.
    const fn of(command: &order::OrderCommand) -> Option<Self> {
        match command {
            order::OrderCommand::AddLine(_) => Some(Self::AddLine),
            order::OrderCommand::ChangeLineQuantity(_) => Some(Self::ChangeLineQuantity),
            order::OrderCommand::RemoveLine(_) => Some(Self::RemoveLine),
            order::OrderCommand::SetAddress(_) => Some(Self::SetAddress),
            order::OrderCommand::PlaceOrder(_) => Some(Self::PlaceOrder),
            order::OrderCommand::CancelOrder(_) => Some(Self::CancelOrder),
            order::OrderCommand::CreateDraft(_)
            | order::OrderCommand::ImportOrder(_)
            | order::OrderCommand::EraseSubject(_)
            | order::OrderCommand::HoldOrder(_)
            | order::OrderCommand::ReleaseHold(_)
            | order::OrderCommand::CancelLines(_)
            | order::OrderCommand::AddNote(_)
            | order::OrderCommand::RecordFact(_)
            | order::OrderCommand::ConfirmOrder(_)
            | order::OrderCommand::RejectOrder(_)
            | order::OrderCommand::CompleteOrder(_) => None,
        }
    }
}
