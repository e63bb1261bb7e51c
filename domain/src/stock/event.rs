//! The events of a stock item, as they are stored and as they are published. Released schemas change only through an upcaster.
//!
//! Each event has the location, the SKU and the level after it, so that a reader of the topic needs no earlier event to know what is
//! available.

use serde::{Deserialize, Serialize};

use crate::contract::declare_events;
use crate::{Difference, LocationId, OrderId, Pieces, Reason, ReservationId, Sku, StockId, TenantId, TransferId};

use super::level::StockLevel;

declare_events! {
    kind "stock" stream stock_id: StockId namespace "orders.stock.v1";
    /// An event of the stock of a SKU at a location.
    stored StockEvent upcasters [];
    /// A record of a stock item on the inventory topic.
    public PublicEvent;

    /// A location began to keep a SKU, with nothing on hand and without backorder.
    StockItemAdded "1.0" [
        tenant: TenantId,
    ] {
        location: LocationId,
        sku: Sku,
        level: StockLevel,
    }
    says |event| format!("{} is kept at {}", event.sku, event.location);

    /// The quantity on hand was changed for a reason.
    StockAdjusted "1.0" {
        location: LocationId,
        sku: Sku,
        /// By how much the quantity on hand has changed.
        by: Difference,
        reason: AdjustmentReason,
        /// Pieces of the report beyond what was on hand, which `by` does not have: above zero where the books were wrong before.
        discrepancy: Pieces,
        /// In the words of the person who reported it.
        note: Option<Reason>,
        level: StockLevel,
    }
    says |event| event.describe();

    /// The pieces at the location were counted.
    StockCounted "1.0" {
        location: LocationId,
        sku: Sku,
        counted: Pieces,
        /// Of what was counted from what the books had on hand.
        difference: Difference,
        level: StockLevel,
    }
    says |event| format!("Counted {} ({:+})", event.counted, event.difference);

    /// Pieces left for another location.
    StockTransferredOut "1.0" {
        location: LocationId,
        sku: Sku,
        transfer: TransferId,
        destination: LocationId,
        quantity: Pieces,
        level: StockLevel,
    }
    says |event| format!("{} sent to {}", event.quantity, event.destination);

    /// Pieces came from another location.
    StockTransferredIn "1.0" {
        location: LocationId,
        sku: Sku,
        transfer: TransferId,
        origin: LocationId,
        quantity: Pieces,
        level: StockLevel,
    }
    says |event| format!("{} came from {}", event.quantity, event.origin);

    /// The safety stock was set to what the level says.
    SafetyStockChanged "1.0" {
        location: LocationId,
        sku: Sku,
        level: StockLevel,
    }
    says |event| format!("Safety stock is {}", event.level.safety_stock);

    /// Reservations beyond what is available were allowed or forbidden.
    BackorderPolicyChanged "1.0" {
        location: LocationId,
        sku: Sku,
        allows_backorder: bool,
        level: StockLevel,
    }
    says |event| format!("Backorder {}", if event.allows_backorder { "allowed" } else { "forbidden" });

    /// A reservation was granted pieces.
    StockReserved "1.0" {
        location: LocationId,
        sku: Sku,
        reservation: ReservationId,
        order: OrderId,
        /// With those that are backordered.
        quantity: Pieces,
        backordered: Pieces,
        level: StockLevel,
    }
    says |event| format!("{} reserved, of these {} backordered", event.quantity, event.backordered);

    /// A reservation gave pieces back, or expired with them.
    StockReleased "1.0" {
        location: LocationId,
        sku: Sku,
        reservation: ReservationId,
        order: OrderId,
        /// With those that were backordered.
        quantity: Pieces,
        backordered: Pieces,
        level: StockLevel,
    }
    says |event| format!("{} released, of these {} backordered", event.quantity, event.backordered);

    /// Pieces of a reservation left the location.
    StockShipped "1.0" {
        location: LocationId,
        sku: Sku,
        reservation: ReservationId,
        order: OrderId,
        /// With those that were backordered.
        quantity: Pieces,
        backordered: Pieces,
        /// Pieces beyond what was on hand: above zero where the books were wrong before.
        discrepancy: Pieces,
        level: StockLevel,
    }
    says |event| format!("{} shipped", event.quantity);

    /// Backordered pieces of a reservation were set aside from what is on hand.
    BackorderFilled "1.0" {
        location: LocationId,
        sku: Sku,
        reservation: ReservationId,
        order: OrderId,
        quantity: Pieces,
        level: StockLevel,
    }
    says |event| format!("{} backordered pieces filled", event.quantity);

    /// Fewer pieces are on hand than are set aside for reservations, after the event before this one. Whoever holds a reservation may
    /// have to ship from elsewhere or wait.
    StockShortage "1.0" {
        location: LocationId,
        sku: Sku,
        /// How many of the pieces that are set aside are missing in all.
        short: Pieces,
        level: StockLevel,
    }
    says |event| format!("{} short of what is reserved", event.short);
}

/// Why the quantity on hand changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AdjustmentReason {
    /// Goods came from a supplier. A fact; adds.
    Received,
    /// Goods can no longer be sold. A fact; takes away.
    Damaged,
    /// Goods are gone. A fact; takes away.
    Lost,
    /// Goods are there that the books did not have. A fact; adds.
    Found,
    /// A customer sent goods back and they can be sold again. A fact; adds.
    Returned,
    /// The books are put right by hand. A request, in either direction.
    Correction,
}

impl StockEvent {
    /// The quantities after the event.
    pub const fn level(&self) -> StockLevel {
        match self {
            Self::StockItemAdded(event) => event.level,
            Self::StockAdjusted(event) => event.level,
            Self::StockCounted(event) => event.level,
            Self::StockTransferredOut(event) => event.level,
            Self::StockTransferredIn(event) => event.level,
            Self::SafetyStockChanged(event) => event.level,
            Self::BackorderPolicyChanged(event) => event.level,
            Self::StockReserved(event) => event.level,
            Self::StockReleased(event) => event.level,
            Self::StockShipped(event) => event.level,
            Self::BackorderFilled(event) => event.level,
            Self::StockShortage(event) => event.level,
        }
    }
}
