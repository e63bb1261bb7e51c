//! What a ticket publishes. The records stand beside the stored events in `event.rs`; here is what they share.

use serde::{Deserialize, Serialize};

use crate::contract::{self, ToPublic, declare_symbols};

pub use super::event::records::*;

/// The topic of the records, which kitchens publish to as well. Key: the ticket's id, which is its fulfilment's.
pub const TOPIC: &str = "kitchen.events.v1";

/// A public event of a ticket with what its record's headers say of it.
pub type Published = contract::Published<PublicEvent>;

/// Pieces of one SKU to prepare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractTicketItem {
    pub sku: String,
    /// Pieces.
    pub quantity: i64,
    pub station: String,
    /// From 1.
    pub course: i64,
    /// For all pieces together.
    pub preparation_s: i64,
}

impl ToPublic for super::TicketItem {
    type Public = ContractTicketItem;

    fn to_public(&self) -> ContractTicketItem {
        ContractTicketItem {
            sku: self.sku.to_public(),
            quantity: self.quantity.to_public(),
            station: self.station.to_public(),
            course: self.course.to_public(),
            preparation_s: self.preparation_s.to_public(),
        }
    }
}

declare_symbols!(
    /// Why a kitchen does not prepare what it was asked for.
    TicketRejectionReason of super::TicketRejectionReason {
        /// The kitchen takes no orders for now.
        Paused,
        /// The kitchen has as many open tickets as it can have.
        Full,
        /// Nobody is on shift.
        NoStaff,
        /// The menu does not have it.
        NotOnMenu,
        /// There is none left today.
        SoldOut,
        /// It has more items or pieces than a ticket can have.
        TooLarge,
    }
);
