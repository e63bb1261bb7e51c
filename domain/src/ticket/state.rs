//! The states of a ticket.

use serde::{Deserialize, Serialize};

use crate::{LocationId, OrderId, TenantId, Timestamp};

use super::TicketItem;
use super::rejection::TicketRejection;

/// The ticket aggregate. A stream has the id of the fulfilment that it is for.
#[derive(Debug, Clone, Copy)]
pub struct Ticket;

/// The state of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TicketState {
    /// The ticket has no event yet.
    Absent,
    /// Nothing of it was begun.
    Queued(TicketDetails),
    /// Something of it was begun.
    Cooking(TicketDetails),
    /// Every item is done, and it waits for who takes it.
    Ready(TicketDetails),
    /// Terminal: it left the kitchen.
    HandedOver(TicketDetails),
    /// Terminal: the kitchen will not prepare it.
    Rejected(TicketDetails),
    /// Terminal: nobody wants it any more.
    Cancelled(TicketDetails),
}

/// What a ticket is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketDetails {
    pub tenant: TenantId,
    pub order: OrderId,
    pub location: LocationId,
    /// Empty for one that was never accepted.
    pub items: Vec<TicketItem>,
    /// When it is to be ready; of one that was never accepted, when it was rejected.
    pub promised_at: Timestamp,
    /// How often the promise was moved.
    pub delays: u32,
    /// Whether no further item may be begun.
    pub held: bool,
}

impl TicketState {
    /// The state's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Absent => "Absent",
            Self::Queued(_) => "Queued",
            Self::Cooking(_) => "Cooking",
            Self::Ready(_) => "Ready",
            Self::HandedOver(_) => "HandedOver",
            Self::Rejected(_) => "Rejected",
            Self::Cancelled(_) => "Cancelled",
        }
    }

    /// What it is for. `None` while it is absent.
    pub const fn details(&self) -> Option<&TicketDetails> {
        match self {
            Self::Absent => None,
            Self::Queued(details)
            | Self::Cooking(details)
            | Self::Ready(details)
            | Self::HandedOver(details)
            | Self::Rejected(details)
            | Self::Cancelled(details) => Some(details),
        }
    }

    /// What it is for, while something of it is still to be done.
    pub const fn open(&self) -> Option<&TicketDetails> {
        match self {
            Self::Queued(details) | Self::Cooking(details) => Some(details),
            Self::Absent | Self::Ready(_) | Self::HandedOver(_) | Self::Rejected(_) | Self::Cancelled(_) => None,
        }
    }

    /// Whether something of it is still to be done, or it waits for who takes it.
    pub const fn is_in_kitchen(&self) -> bool {
        matches!(self, Self::Queued(_) | Self::Cooking(_) | Self::Ready(_))
    }

    /// The rejection of what the state does not allow, such as `started`.
    pub(super) const fn forbids(&self, done: &'static str) -> TicketRejection {
        match self {
            Self::Absent => TicketRejection::NotFound,
            Self::Queued(_)
            | Self::Cooking(_)
            | Self::Ready(_)
            | Self::HandedOver(_)
            | Self::Rejected(_)
            | Self::Cancelled(_) => TicketRejection::NotAllowed { state: self.name(), done },
        }
    }
}
