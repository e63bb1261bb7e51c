//! What stock publishes. The records stand beside the stored events in `event.rs`; here is what they share.

use serde::{Deserialize, Serialize};

use crate::contract::{self, ToPublic, declare_symbols};

pub use super::event::records::*;

/// The topic of the records, which reservations publish to as well. Key: the stock's id.
pub const TOPIC: &str = "inventory.events.v1";

/// A public event of a stock item with what its record's headers say of it.
pub type Published = contract::Published<PublicEvent>;

/// The quantities of a stock item after an event, in pieces. None is below zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractStockLevel {
    /// At the location, whether or not reserved.
    pub on_hand: i64,
    /// Held by reservations, with what is backordered.
    pub reserved: i64,
    /// The part of `reserved` that no stock is set aside for.
    pub backordered: i64,
    /// Kept back from new reservations.
    pub safety_stock: i64,
    /// What can be newly reserved without backorder.
    pub available: i64,
}

impl ContractStockLevel {
    /// Whether backordered pieces could be set aside from what is on hand.
    pub const fn is_fillable(&self) -> bool {
        self.backordered > 0 && self.on_hand + self.backordered > self.reserved + self.safety_stock
    }
}

impl PublicEvent {
    /// Location, SKU and level of an event; `None` for one of a later release.
    pub fn content(&self) -> Option<(&str, &str, &ContractStockLevel)> {
        match self {
            Self::StockItemAdded(event) => Some((&event.location, &event.sku, &event.level)),
            Self::StockAdjusted(event) => Some((&event.location, &event.sku, &event.level)),
            Self::StockCounted(event) => Some((&event.location, &event.sku, &event.level)),
            Self::StockTransferredOut(event) => Some((&event.location, &event.sku, &event.level)),
            Self::StockTransferredIn(event) => Some((&event.location, &event.sku, &event.level)),
            Self::SafetyStockChanged(event) => Some((&event.location, &event.sku, &event.level)),
            Self::BackorderPolicyChanged(event) => Some((&event.location, &event.sku, &event.level)),
            Self::StockReserved(event) => Some((&event.location, &event.sku, &event.level)),
            Self::StockReleased(event) => Some((&event.location, &event.sku, &event.level)),
            Self::StockShipped(event) => Some((&event.location, &event.sku, &event.level)),
            Self::BackorderFilled(event) => Some((&event.location, &event.sku, &event.level)),
            Self::StockShortage(event) => Some((&event.location, &event.sku, &event.level)),
            Self::ForeignEvent(_) => None,
        }
    }
}

impl ToPublic for super::StockLevel {
    type Public = ContractStockLevel;

    fn to_public(&self) -> ContractStockLevel {
        ContractStockLevel {
            on_hand: self.on_hand.to_public(),
            reserved: self.reserved.to_public(),
            backordered: self.backordered.to_public(),
            safety_stock: self.safety_stock.to_public(),
            available: self.available().to_public(),
        }
    }
}

declare_symbols!(
    /// Why the quantity on hand has changed.
    AdjustmentReason of super::AdjustmentReason {
        /// Goods came from a supplier.
        Received,
        /// Goods can no longer be sold.
        Damaged,
        /// Goods are gone.
        Lost,
        /// Goods are there that the books did not have.
        Found,
        /// A customer sent goods back.
        Returned,
        /// The books were put right by hand.
        Correction,
    }
);

impl StockAdjusted {
    pub(super) fn describe(&self) -> String {
        let note = self.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
        format!("{:?} {:+}, {} on hand{note}", self.reason, self.by, self.level.on_hand)
    }
}
