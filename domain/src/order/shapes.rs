//! Symbols and shapes in an order's public records, and how records tell of them in words.

use std::fmt::Debug;

use serde::{Deserialize, Serialize};

use crate::contract::{ToPublic, declare_symbols};

use super::values;

declare_symbols!(
    /// Why an order must not go on for now.
    HoldKind of values::HoldKind {
        /// A person has to look at what the screening for fraud found.
        Fraud,
        /// The customer has to do something for the payment.
        PaymentAction,
        /// The goods cannot be sent to the address as it is.
        Address,
        /// There is not enough of what was ordered.
        Stock,
        /// Somebody edits the order.
        Edit,
        /// Somebody stopped it by hand.
        Manual,
    }
);
declare_symbols!(
    /// Why an order was rejected.
    RejectionReason of values::RejectionReason {
        /// It was taken for fraud.
        Fraud,
        /// The payment was not authorised.
        Payment,
        /// There is not enough of what was ordered.
        Stock,
        /// The tenant's staff decided it.
        Staff,
    }
);
declare_symbols!(
    /// What a screening for fraud came to.
    ScreeningOutcome of values::ScreeningOutcome {
        /// The order may go on.
        Pass,
        /// A person has to decide.
        Review,
        /// The order is taken for fraud.
        Reject,
    }
);
declare_symbols!(
    /// How what was recorded contradicts the order.
    ExceptionKind of values::ExceptionKind {
        /// Stock was reserved for an order that needs none.
        UnexpectedStock,
        /// Pieces that the order does not have, or no longer.
        MoreThanOrdered,
        /// A reservation expired although the order was confirmed.
        StockLost,
        /// Money was authorised or captured for an order that is not open.
        UnexpectedPayment,
        /// More money was captured than was authorised.
        CapturedBeyondAuthorized,
        /// More money was paid back than was captured.
        RefundedBeyondCaptured,
        /// An amount is of another currency than the order.
        OtherCurrency,
        /// The screening for fraud rejects an order that was confirmed.
        RejectedByScreening,
        /// A fulfilment was planned or cancelled that should not be.
        UnexpectedFulfilment,
        /// A fulfilment has more pieces than its reservation holds.
        MoreThanReserved,
        /// Goods were sent, delivered or lost that should not be under way.
        UnexpectedShipment,
        /// Goods were sent while the order was held.
        ShippedWhileHeld,
        /// Goods were sent that are worth more than was captured.
        ShippedBeforeCapture,
    }
);
declare_symbols!(
    /// Where pieces of a line are.
    PieceState of values::PieceState {
        /// Nothing has been done for them.
        Open,
        /// Stock is set aside for them.
        Reserved,
        /// Their reservation has no stock for them yet.
        Backordered,
        /// A location has to send them.
        InFulfilment,
        /// They have left.
        Shipped,
        /// They have arrived.
        Delivered,
        /// They will not be sent.
        Cancelled,
    }
);

/// Pieces of a SKU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractSkuPieces {
    pub sku: String,
    /// Pieces, with those that are backordered.
    pub quantity: i64,
    /// Pieces that no stock is set aside for.
    pub backordered: i64,
}

/// Pieces of a line that go from one state to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractLineChange {
    pub line_id: String,
    pub sku: String,
    /// Pieces.
    pub quantity: i64,
    pub from: PieceState,
    pub to: PieceState,
}

impl ToPublic for values::SkuPieces {
    type Public = ContractSkuPieces;

    fn to_public(&self) -> ContractSkuPieces {
        ContractSkuPieces {
            sku: self.sku.to_public(),
            quantity: self.quantity.to_public(),
            backordered: self.backordered.to_public(),
        }
    }
}

impl ToPublic for values::LineChange {
    type Public = ContractLineChange;

    fn to_public(&self) -> ContractLineChange {
        ContractLineChange {
            line_id: self.line_id.to_public(),
            sku: self.sku.to_public(),
            quantity: self.quantity.to_public(),
            from: self.from.to_public(),
            to: self.to.to_public(),
        }
    }
}

/// A symbol in words, such as `payment action`.
pub(super) fn words(symbol: impl Debug) -> String {
    let mut words = String::new();
    for letter in format!("{symbol:?}").chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

/// A note behind what it is about.
pub(super) fn noted(note: Option<&str>) -> String {
    note.map(|note| format!(": {note}")).unwrap_or_default()
}

/// How many pieces some changes are about.
pub(super) fn pieces(changes: &[ContractLineChange]) -> i64 {
    changes.iter().map(|change| change.quantity).fold(0, i64::saturating_add)
}

/// How many pieces come to a state.
pub(super) fn pieces_to(state: PieceState, changes: &[ContractLineChange]) -> i64 {
    let coming = changes.iter().filter(|change| change.to == state);
    coming.map(|change| change.quantity).fold(0, i64::saturating_add)
}
