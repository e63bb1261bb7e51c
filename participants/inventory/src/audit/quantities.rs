//! What the events of a stock item add up to, computed apart from the deciders that wrote them.

use std::fmt;

use domain::Pieces;
use domain::stock::{StockEvent, StockLevel};

/// Quantities as the audit adds them up: below zero where events take away more than there was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Quantities {
    on_hand: i64,
    pub(super) reserved: i64,
    pub(super) backordered: i64,
    safety_stock: i64,
}

/// A stock item before its next event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Item {
    pub(super) quantities: Quantities,
    allows_backorder: bool,
}

/// What is wrong with an event: a code for programs and an explanation for people.
pub(super) type Problem = (&'static str, String);

/// As a number that may be subtracted from.
pub(super) fn count(pieces: Pieces) -> i64 {
    i64::try_from(pieces.get()).expect("Pieces::MAX is far below i64::MAX")
}

impl From<StockLevel> for Quantities {
    fn from(StockLevel { on_hand, reserved, backordered, safety_stock }: StockLevel) -> Self {
        Self {
            on_hand: count(on_hand),
            reserved: count(reserved),
            backordered: count(backordered),
            safety_stock: count(safety_stock),
        }
    }
}

impl fmt::Display for Quantities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { on_hand, reserved, backordered, safety_stock } = self;
        write!(f, "{on_hand} on hand, {reserved} reserved, {backordered} backordered, {safety_stock} safety stock")
    }
}

impl Quantities {
    /// What could be reserved without backorder.
    fn available(self) -> i64 {
        (self.on_hand - self.reserved - self.safety_stock).max(0)
    }

    /// Pieces on hand that reservations hold.
    fn set_aside(self) -> i64 {
        self.reserved - self.backordered
    }

    /// Backordered pieces that could be set aside.
    fn fillable(self) -> i64 {
        (self.on_hand - self.set_aside() - self.safety_stock).clamp(0, self.backordered.max(0))
    }

    fn is_below_zero(self) -> bool {
        let Self { on_hand, reserved, backordered, safety_stock } = self;
        on_hand < 0 || reserved < 0 || backordered < 0 || safety_stock < 0
    }

    fn with_on_hand(self, by: i64) -> Self {
        Self { on_hand: self.on_hand + by, ..self }
    }

    fn with_reserved(self, by: i64, backordered: i64) -> Self {
        Self { reserved: self.reserved + by, backordered: self.backordered + backordered, ..self }
    }

    /// What an event makes of them by its quantities, without the level that it records.
    fn after(self, event: &StockEvent) -> Self {
        match event {
            StockEvent::StockItemAdded(_) => Self::default(),
            StockEvent::StockAdjusted(event) => self.with_on_hand(event.by.get()),
            StockEvent::StockCounted(event) => Self { on_hand: count(event.counted), ..self },
            StockEvent::StockTransferredOut(event) => self.with_on_hand(-count(event.quantity)),
            StockEvent::StockTransferredIn(event) => self.with_on_hand(count(event.quantity)),
            StockEvent::SafetyStockChanged(event) => Self { safety_stock: count(event.level.safety_stock), ..self },
            StockEvent::BackorderPolicyChanged(_) | StockEvent::StockShortage(_) => self,
            StockEvent::StockReserved(event) => self.with_reserved(count(event.quantity), count(event.backordered)),
            StockEvent::StockReleased(event) => self.with_reserved(-count(event.quantity), -count(event.backordered)),
            StockEvent::StockShipped(event) => self
                .with_reserved(-count(event.quantity), -count(event.backordered))
                .with_on_hand(count(event.discrepancy) - count(event.quantity)),
            StockEvent::BackorderFilled(event) => self.with_reserved(0, -count(event.quantity)),
        }
    }
}

impl Item {
    /// Moves on to what an event records, and says what is wrong with it.
    pub(super) fn follow(&mut self, event: &StockEvent) -> Vec<Problem> {
        let before = *self;
        let expected = before.quantities.after(event);
        let recorded = Quantities::from(event.level());
        let mut problems: Vec<Problem> = Vec::new();
        if expected.is_below_zero() {
            problems.push(("level_below_zero", format!("{} leaves {expected}", before.quantities)));
        } else if recorded != expected {
            let detail = format!("it records {recorded}; the events add up to {expected}");
            problems.push(("level_differs", detail));
        }
        if recorded.backordered > recorded.reserved {
            problems.push(("backordered_beyond_reserved", format!("it records {recorded}")));
        }
        problems.extend(before.beyond(event));
        // From what is recorded, so that one wrong event is one finding.
        self.quantities = recorded;
        if let StockEvent::BackorderPolicyChanged(event) = event {
            self.allows_backorder = event.allows_backorder;
        }
        problems
    }

    /// What an event promises or reports beyond what there was before it.
    fn beyond(&self, event: &StockEvent) -> Option<Problem> {
        let Self { quantities, allows_backorder } = *self;
        match event {
            StockEvent::StockReserved(event) => {
                let [quantity, backordered] = [event.quantity, event.backordered].map(count);
                let available = quantities.available();
                if quantity - backordered > available {
                    let detail =
                        format!("{quantity} pieces, {backordered} of them backordered, of {available} available");
                    return Some(("reserved_beyond_available", detail));
                }
                (backordered > 0 && !allows_backorder)
                    .then(|| ("backorder_not_allowed", format!("{backordered} pieces are backordered")))
            }
            StockEvent::BackorderFilled(event) => {
                let (quantity, fillable) = (count(event.quantity), quantities.fillable());
                (quantity > fillable)
                    .then(|| ("filled_beyond_available", format!("{quantity} pieces of {fillable} that could be")))
            }
            StockEvent::StockShipped(event) => {
                let missing = (count(event.quantity) - quantities.on_hand).max(0);
                (count(event.discrepancy) != missing).then(|| {
                    let detail =
                        format!("it reports {} pieces beyond what was on hand, not {missing}", event.discrepancy);
                    ("discrepancy_differs", detail)
                })
            }
            StockEvent::StockShortage(event) => {
                let missing = quantities.set_aside() - quantities.on_hand;
                (count(event.short) != missing)
                    .then(|| ("shortage_differs", format!("it reports {} pieces short, not {missing}", event.short)))
            }
            StockEvent::StockItemAdded(_)
            | StockEvent::StockAdjusted(_)
            | StockEvent::StockCounted(_)
            | StockEvent::StockTransferredOut(_)
            | StockEvent::StockTransferredIn(_)
            | StockEvent::SafetyStockChanged(_)
            | StockEvent::BackorderPolicyChanged(_)
            | StockEvent::StockReleased(_) => None,
        }
    }
}
