//! What a reservation publishes. The records stand beside the stored events in `event.rs`; here is what they share.

use serde::{Deserialize, Serialize};

use crate::contract::{self, ContractRequestedLine, ToPublic, declare_symbols};

pub use super::event::records::*;

/// The topic of the records, which stock publishes to as well. Key: the reservation's id.
pub const TOPIC: &str = crate::stock::contract::TOPIC;

/// A public event of a reservation with what its record's headers say of it.
pub type Published = contract::Published<PublicEvent>;

/// A SKU of a reservation as it was granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractGrantedLine {
    pub sku: String,
    /// Pieces, with those that are backordered.
    pub quantity: i64,
    /// Pieces that no stock is set aside for.
    pub backordered: i64,
    /// Pieces that were available when it was decided.
    pub available: i64,
}

/// Pieces of a SKU that a reservation gives back or ships.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractReservedLine {
    pub sku: String,
    /// Pieces, with those that are backordered.
    pub quantity: i64,
    /// Pieces that no stock is set aside for.
    pub backordered: i64,
}

/// Backordered pieces of a SKU for which stock was set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractFilledLine {
    pub sku: String,
    /// Pieces.
    pub quantity: i64,
}

/// A SKU that cannot be reserved as asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractShortage {
    pub sku: String,
    /// Pieces.
    pub requested: i64,
    /// Pieces that were available when it was decided.
    pub available: i64,
}

impl ToPublic for super::RequestedLine {
    type Public = ContractRequestedLine;

    fn to_public(&self) -> ContractRequestedLine {
        ContractRequestedLine { sku: self.sku.to_public(), quantity: self.quantity.to_public() }
    }
}

impl ToPublic for super::GrantedLine {
    type Public = ContractGrantedLine;

    fn to_public(&self) -> ContractGrantedLine {
        ContractGrantedLine {
            sku: self.sku.to_public(),
            quantity: self.quantity.to_public(),
            backordered: self.backordered.to_public(),
            available: self.available.to_public(),
        }
    }
}

impl ToPublic for super::ReservedLine {
    type Public = ContractReservedLine;

    fn to_public(&self) -> ContractReservedLine {
        ContractReservedLine {
            sku: self.sku.to_public(),
            quantity: self.quantity.to_public(),
            backordered: self.backordered.to_public(),
        }
    }
}

impl ToPublic for super::FilledLine {
    type Public = ContractFilledLine;

    fn to_public(&self) -> ContractFilledLine {
        ContractFilledLine { sku: self.sku.to_public(), quantity: self.quantity.to_public() }
    }
}

impl ToPublic for super::Shortage {
    type Public = ContractShortage;

    fn to_public(&self) -> ContractShortage {
        ContractShortage {
            sku: self.sku.to_public(),
            requested: self.requested.to_public(),
            available: self.available.to_public(),
        }
    }
}

declare_symbols!(
    /// Why nothing was reserved.
    ReservationRefusalReason of super::ReservationRefusalReason {
        /// There is not enough of at least one SKU.
        OutOfStock,
        /// The release came first.
        ReleasedBefore,
        /// The expiry that was asked for had passed.
        TooLate,
    }
);
declare_symbols!(
    /// Why a request was refused.
    RequestRefusalReason of super::RequestRefusalReason {
        /// Nothing has been reserved under the id.
        NotReserved,
        /// The reservation was granted by another request.
        AlreadyReserved,
        /// The reservation was refused.
        Refused,
        /// The reservation was released.
        Released,
        /// The reservation has expired.
        Expired,
        /// All of the reservation was shipped.
        Shipped,
        /// More pieces than the reservation holds.
        MoreThanReserved,
        /// The expiry that was asked for had passed.
        TooLate,
        /// The reservation is another order's.
        OtherOrder,
    }
);

impl ReservationGranted {
    pub(super) fn describe(&self) -> String {
        let sum = |of: fn(&ContractGrantedLine) -> i64| self.lines.iter().map(of).sum::<i64>();
        let backordered = sum(|line| line.backordered);
        format!(
            "Reserved {} pieces at {}, of these {backordered} backordered",
            sum(|line| line.quantity),
            self.location
        )
    }
}

impl ReservationRefused {
    pub(super) fn describe(&self) -> String {
        let of = |shortage: &ContractShortage| {
            format!("{} of {} {} available", shortage.available, shortage.requested, shortage.sku)
        };
        if self.shortages.is_empty() {
            return format!("{:?}", self.reason);
        }
        self.shortages.iter().map(of).collect::<Vec<_>>().join(", ")
    }
}

impl PublicEvent {
    /// The request that the event answers; `None` for one that no request has asked for.
    pub fn request(&self) -> Option<&str> {
        match self {
            Self::ReservationGranted(event) => Some(&event.request),
            Self::ReservationRefused(event) => Some(&event.request),
            Self::ReservationRenewed(event) => Some(&event.request),
            Self::ReservationReleased(event) => Some(&event.request),
            Self::ReservationShipped(event) => Some(&event.request),
            Self::RequestRefused(event) => Some(&event.request),
            Self::ReservationExpired(_) | Self::ReservationBackorderFilled(_) | Self::ForeignEvent(_) => None,
        }
    }
}
