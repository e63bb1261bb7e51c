//! What a fulfilment publishes. The records stand beside the stored events in `event.rs`; here is what they share.

use serde::{Deserialize, Serialize};

use crate::contract::{self, ToPublic, declare_symbols};

pub use super::event::records::*;

/// The topic of the records. Key: the fulfilment's id.
pub const TOPIC: &str = "fulfilment.events.v1";

/// A public event of a fulfilment with what its record's headers say of it.
pub type Published = contract::Published<PublicEvent>;

/// Pieces of a SKU that are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractFulfilmentLine {
    pub sku: String,
    /// Pieces.
    pub quantity: i64,
}

impl ToPublic for super::FulfilmentLine {
    type Public = ContractFulfilmentLine;

    fn to_public(&self) -> ContractFulfilmentLine {
        ContractFulfilmentLine { sku: self.sku.to_public(), quantity: self.quantity.to_public() }
    }
}

declare_symbols!(
    /// Why a location will not send what it was asked for.
    FulfilmentRejectionReason of super::FulfilmentRejectionReason {
        /// Something is not there.
        OutOfStock,
        /// Something is there and cannot be sold.
        Damaged,
        /// No carrier brings it to the address.
        Undeliverable,
        /// The location has no time, or is closed.
        NoCapacity,
        /// The note says more.
        Other,
    }
);
declare_symbols!(
    /// Why a request was refused.
    RequestRefusalReason of super::RequestRefusalReason {
        /// Nothing was asked for under the id.
        NotRequested,
        /// Another request has asked for it.
        AlreadyRequested,
        /// The location has rejected it.
        Rejected,
        /// It was cancelled.
        Cancelled,
        /// It has left the location.
        Shipped,
        /// The fulfilment is another order's.
        OtherOrder,
    }
);

impl PublicEvent {
    /// The request that the event answers; `None` for one that the staff reported.
    pub fn request(&self) -> Option<&str> {
        match self {
            Self::FulfilmentRequested(event) => Some(&event.request),
            Self::FulfilmentReleased(event) => Some(&event.request),
            Self::FulfilmentHeld(event) => Some(&event.request),
            Self::FulfilmentCancelled(event) => Some(&event.request),
            Self::RequestRefused(event) => Some(&event.request),
            Self::FulfilmentAccepted(_)
            | Self::FulfilmentRejected(_)
            | Self::FulfilmentPicked(_)
            | Self::FulfilmentPacked(_)
            | Self::FulfilmentShipped(_)
            | Self::FulfilmentDelivered(_)
            | Self::FulfilmentLost(_)
            | Self::ForeignEvent(_) => None,
        }
    }
}
