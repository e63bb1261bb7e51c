//! The commands that are possible for an order now.

use async_graphql::Enum;
use domain::order::{self, HoldKind, Outline, Stage};
use read_models::{LineRef, ViewState};

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
    /// Hold the order.
    HoldOrder,
    /// Release a hold.
    ReleaseHold,
    /// Cancel pieces of lines.
    CancelLines,
    /// Add a note.
    AddNote,
}

/// The commands that the viewer may give for an order that has some holds: those that its decisions would accept, as far as the viewer
/// has their scopes. Each kind of hold has its own.
pub fn allowed(outline: Outline, holds: &[HoldKind], viewer: &Viewer) -> Vec<OrderCommand> {
    let may = |kind: &HoldKind| viewer.may_all(kind.scopes());
    let permitted = outline.possible().iter().filter(|command| match command {
        order::OrderCommand::HoldOrder(_) => HoldKind::ALL.iter().any(|kind| !holds.contains(kind) && may(kind)),
        order::OrderCommand::ReleaseHold(_) => holds.iter().any(may),
        command => viewer.may_give(command),
    });
    permitted.filter_map(OrderCommand::of).collect()
}

/// How far an order has come; `None` where nothing is known of it, as of what another kind of event has led to.
pub const fn stage(state: ViewState, imported: bool) -> Option<Stage> {
    Some(match state {
        ViewState::Draft => Stage::Draft,
        ViewState::Placed => Stage::Placed,
        ViewState::Confirmed => Stage::Confirmed,
        ViewState::Rejected => Stage::Rejected,
        ViewState::Cancelled => Stage::Cancelled,
        ViewState::Expired => Stage::Expired,
        ViewState::Completed if imported => Stage::Imported,
        ViewState::Completed => Stage::Completed,
        ViewState::Foreign => return None,
    })
}

/// What the pieces of an order's lines allow.
#[derive(Debug, Clone, Copy, Default)]
pub struct PiecesLeft {
    wanted: i64,
    cancellable: i64,
    gone: i64,
}

impl PiecesLeft {
    /// Adds those of a line.
    #[must_use]
    pub const fn and(self, line: &LineRef<'_>) -> Self {
        Self {
            wanted: self.wanted.saturating_add(line.quantity.saturating_sub(line.cancelled)),
            cancellable: self.cancellable.saturating_add(line.open + line.reserved + line.backordered),
            gone: self.gone.saturating_add(line.shipped + line.delivered),
        }
    }

    /// Whether pieces can be cancelled by themselves: something has to be left of the order.
    pub const fn has_cancellable(self) -> bool {
        self.cancellable > 0 && self.wanted > 1
    }

    /// Whether pieces have left.
    pub const fn has_shipped(self) -> bool {
        self.gone > 0
    }
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
            order::OrderCommand::HoldOrder(_) => Some(Self::HoldOrder),
            order::OrderCommand::ReleaseHold(_) => Some(Self::ReleaseHold),
            order::OrderCommand::CancelLines(_) => Some(Self::CancelLines),
            order::OrderCommand::AddNote(_) => Some(Self::AddNote),
            order::OrderCommand::CreateDraft(_)
            | order::OrderCommand::ImportOrder(_)
            | order::OrderCommand::EraseSubject(_)
            | order::OrderCommand::RecordFact(_)
            | order::OrderCommand::ConfirmOrder(_)
            | order::OrderCommand::RejectOrder(_)
            | order::OrderCommand::CompleteOrder(_)
            | order::OrderCommand::ExpireDraft(_) => None,
        }
    }
}
