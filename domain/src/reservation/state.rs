//! The states of a reservation. Each carries only the data that later decisions need.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{LocationId, OrderId, RequestId, TenantId, Timestamp};

use super::lines::ReservedLine;

/// The reservation aggregate. Whoever asks chooses the id of a stream.
#[derive(Debug, Clone, Copy)]
pub struct Reservation;

/// The state of a reservation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReservationState {
    /// The reservation has no event yet.
    Absent,
    /// Requests were refused because nothing was reserved. It can still be granted.
    Unreserved(Inbox),
    /// It holds stock, also beyond its expiry until that is recorded.
    Granted(Granted),
    /// Terminal: there was not enough, or it came too late.
    Refused(Inbox),
    /// Terminal: what it held was given back, or will never be reserved because it was released before.
    Released(Inbox),
    /// Terminal: what it held was given back because nobody renewed it.
    Expired(Inbox),
    /// Terminal: all that it held has left the location.
    Shipped(Inbox),
}

/// Whose reservation it is, and what it has answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    pub tenant: TenantId,
    pub order: OrderId,
    /// The requests that were answered. They stay for good, since a repetition may come at any time.
    pub answered: BTreeSet<RequestId>,
}

/// A reservation that holds stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    pub inbox: Inbox,
    pub location: LocationId,
    /// What has not been shipped, by SKU. At least one.
    pub lines: Vec<ReservedLine>,
    pub expires_at: Timestamp,
}

impl ReservationState {
    /// The state's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Absent => "Absent",
            Self::Unreserved(_) => "Unreserved",
            Self::Granted(_) => "Granted",
            Self::Refused(_) => "Refused",
            Self::Released(_) => "Released",
            Self::Expired(_) => "Expired",
            Self::Shipped(_) => "Shipped",
        }
    }

    /// Whose reservation it is, and what it has answered. `None` while it is absent.
    pub const fn inbox(&self) -> Option<&Inbox> {
        match self {
            Self::Absent => None,
            Self::Granted(granted) => Some(&granted.inbox),
            Self::Unreserved(inbox)
            | Self::Refused(inbox)
            | Self::Released(inbox)
            | Self::Expired(inbox)
            | Self::Shipped(inbox) => Some(inbox),
        }
    }

    /// The reservation's tenant. `None` while it is absent.
    pub fn tenant(&self) -> Option<&TenantId> {
        self.inbox().map(|inbox| &inbox.tenant)
    }

    /// What it holds, by SKU; nothing unless it is granted.
    pub fn lines(&self) -> &[ReservedLine] {
        match self {
            Self::Granted(granted) => &granted.lines,
            Self::Absent
            | Self::Unreserved(_)
            | Self::Refused(_)
            | Self::Released(_)
            | Self::Expired(_)
            | Self::Shipped(_) => &[],
        }
    }

    /// Where it holds stock; `None` unless it is granted.
    pub const fn location(&self) -> Option<&LocationId> {
        match self {
            Self::Granted(granted) => Some(&granted.location),
            Self::Absent
            | Self::Unreserved(_)
            | Self::Refused(_)
            | Self::Released(_)
            | Self::Expired(_)
            | Self::Shipped(_) => None,
        }
    }
}
