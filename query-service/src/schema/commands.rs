//! The commands that are possible for an order now.

use async_graphql::Enum;
use read_models::{OrderView, ViewState};
use service_kit::auth::Scope;

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

/// The commands that the viewer may give for an order, by its state and the viewer's scopes.
pub fn allowed(view: &OrderView, viewer: &Viewer) -> Vec<OrderCommand> {
    fitting(view).into_iter().filter(|command| command.permitted(viewer)).collect()
}

fn fitting(view: &OrderView) -> Vec<OrderCommand> {
    use OrderCommand as C;
    match view.state {
        ViewState::Draft => {
            let mut commands = vec![C::AddLine];
            if view.line_count > 0 {
                commands.extend([C::ChangeLineQuantity, C::RemoveLine]);
            }
            commands.push(C::SetAddress);
            if view.line_count > 0 && view.shipping_address.is_some() {
                commands.push(C::PlaceOrder);
            }
            commands.push(C::CancelOrder);
            commands
        }
        ViewState::Placed => vec![C::CancelOrder],
        ViewState::Cancelled | ViewState::Completed | ViewState::Foreign => Vec::new(),
    }
}

impl OrderCommand {
    /// There is no catalogue, so a line comes with its price, which needs a scope of its own.
    fn permitted(self, viewer: &Viewer) -> bool {
        match self {
            Self::AddLine => viewer.may(Scope::ORDERS_DRAFT) && viewer.may(Scope::ORDERS_PRICE),
            Self::ChangeLineQuantity | Self::RemoveLine | Self::SetAddress => viewer.may(Scope::ORDERS_DRAFT),
            Self::PlaceOrder => viewer.may(Scope::ORDERS_PLACE),
            Self::CancelOrder => viewer.may(Scope::ORDERS_CANCEL),
        }
    }
}
