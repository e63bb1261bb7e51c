//! The quantities of a stock item, and how they change.

use serde::{Deserialize, Serialize};

use crate::Pieces;

/// The quantities of a stock item. [`StockLevel::available`], [`StockLevel::shortage`] and [`StockLevel::fillable`] follow from
/// them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StockLevel {
    /// Pieces at the location, whether or not they are reserved.
    pub on_hand: Pieces,
    /// Pieces that reservations hold: what they were granted and have neither shipped nor given back. With those of `backordered`.
    pub reserved: Pieces,
    /// The part of `reserved` that was granted beyond what was available, and that no stock has been set aside for since.
    pub backordered: Pieces,
    /// Pieces that are kept back from new reservations.
    pub safety_stock: Pieces,
}

impl StockLevel {
    /// What can be newly reserved without backorder: on hand − reserved − safety stock, and never below zero.
    pub const fn available(self) -> Pieces {
        self.on_hand.saturating_sub(self.reserved).saturating_sub(self.safety_stock)
    }

    /// Pieces on hand that are set aside for reservations: reserved without what is backordered.
    pub const fn set_aside(self) -> Pieces {
        self.reserved.saturating_sub(self.backordered)
    }

    /// How many of the pieces that are set aside are not on hand. Above zero only after a fact that contradicts the books.
    pub const fn shortage(self) -> Pieces {
        self.set_aside().saturating_sub(self.on_hand)
    }

    /// How many of the backordered pieces could be set aside from what is on hand now.
    pub fn fillable(self) -> Pieces {
        self.on_hand.saturating_sub(self.set_aside()).saturating_sub(self.safety_stock).min(self.backordered)
    }

    /// With more pieces on hand, unless that is more than can be kept.
    pub(super) fn with_more(self, pieces: Pieces) -> Option<Self> {
        Some(Self { on_hand: self.on_hand.checked_add(pieces)?, ..self })
    }

    /// With fewer pieces on hand, and the pieces that are missing to take so many away. A report of more than is on hand means that
    /// the books were wrong before it.
    pub(super) const fn with_fewer(self, pieces: Pieces) -> (Self, Pieces) {
        let level = Self { on_hand: self.on_hand.saturating_sub(pieces), ..self };
        (level, pieces.saturating_sub(self.on_hand))
    }

    /// With more pieces reserved, unless those are more than can be kept.
    pub(super) fn with_reserved(self, quantity: Pieces, backordered: Pieces) -> Option<Self> {
        let reserved = self.reserved.checked_add(quantity)?;
        Some(Self { reserved, backordered: self.backordered.checked_add(backordered)?, ..self })
    }

    /// With fewer pieces reserved, unless reservations do not hold so many.
    pub(super) fn without_reserved(self, quantity: Pieces, backordered: Pieces) -> Option<Self> {
        let set_aside = self.set_aside().checked_sub(quantity.checked_sub(backordered)?)?;
        let backordered = self.backordered.checked_sub(backordered)?;
        Some(Self { reserved: set_aside.checked_add(backordered)?, backordered, ..self })
    }

    /// With backordered pieces set aside from what is on hand, unless there are not enough of either.
    pub(super) fn with_filled(self, quantity: Pieces) -> Option<Self> {
        let level = Self { backordered: self.backordered.checked_sub(quantity)?, ..self };
        (quantity <= self.fillable()).then_some(level)
    }
}

/// What a reservation may be granted of a stock item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Availability {
    /// Pieces that can be set aside now.
    pub available: Pieces,
    /// Pieces that may be promised beyond these; zero where the item allows no backorder.
    pub backorder_max: Pieces,
}

impl Availability {
    /// Of an item that the location does not keep.
    pub const NONE: Self = Self { available: Pieces::ZERO, backorder_max: Pieces::ZERO };

    /// How many of so many pieces would be backordered; `None` where they cannot be reserved.
    pub fn backordered(self, quantity: Pieces) -> Option<Pieces> {
        let missing = quantity.saturating_sub(self.available);
        (missing <= self.backorder_max).then_some(missing)
    }
}
