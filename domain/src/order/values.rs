//! Values that events of an order and its commands share.

use serde::{Deserialize, Serialize};

use crate::{Description, LineId, Money, Pieces, Quantity, Scope, Sku, UnitPrice};

/// One line with its total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Unique within the order.
    pub id: LineId,
    pub sku: Sku,
    /// As shown on the invoice.
    pub description: Option<Description>,
    pub quantity: Quantity,
    /// The price of one piece.
    pub unit_price: UnitPrice,
    /// Quantity times unit price, rounded once.
    pub total: Money,
}

/// Which of an order's addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AddressKind {
    Shipping,
    Billing,
}

/// Why an order was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CancelReason {
    /// The customer asked for it.
    Customer,
    /// The merchant decided it.
    Staff,
    /// A draft was discarded.
    Discarded,
    /// The payment was not authorised.
    PaymentFailed,
    /// There was not enough of what was ordered.
    OutOfStock,
    /// No location sent what was ordered.
    FulfilmentFailed,
}

/// Whether an order sells or takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderKind {
    /// Goods for money.
    Sale,
    /// Money back: its amounts count negatively in sums.
    Credit,
}

/// Why an order must not go on for now. An order has each kind once at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HoldKind {
    /// A person has to look at what the screening for fraud found.
    Fraud,
    /// The customer has to do something for the payment, such as to confirm it.
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

impl HoldKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [Self::Fraud, Self::PaymentAction, Self::Address, Self::Stock, Self::Edit, Self::Manual];

    /// What whoever places or releases a hold of the kind has to be allowed. Who works on orders must not clear what was stopped for
    /// fraud, and has no say about payments unless it is theirs.
    pub const fn scopes(self) -> &'static [Scope] {
        match self {
            Self::Fraud => &[Scope::ORDERS_HOLD_FRAUD],
            Self::PaymentAction => &[Scope::ORDERS_HOLD_PAYMENT],
            Self::Address | Self::Stock | Self::Edit | Self::Manual => &[Scope::ORDERS_HOLD],
        }
    }
}

/// Why an order was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RejectionReason {
    /// The screening for fraud, or a person after it, took it for fraud.
    Fraud,
    /// The payment was not authorised.
    Payment,
    /// There is not enough of what was ordered.
    Stock,
    /// The merchant decided it.
    Staff,
}

/// What a screening for fraud came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ScreeningOutcome {
    Pass,
    /// A person has to decide.
    Review,
    Reject,
}

/// How a recorded fact contradicts the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ExceptionKind {
    /// Stock was reserved for an order that needs none, or under an id that had been refused.
    UnexpectedStock,
    /// Pieces that the order does not have, or no longer.
    MoreThanOrdered,
    /// A reservation expired although the order was confirmed.
    StockLost,
    /// Money was authorised or captured for an order that is not open.
    UnexpectedPayment,
    /// More money was captured than was authorised and not voided.
    CapturedBeyondAuthorized,
    /// More money was refunded and charged back than was captured.
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

/// Pieces of a SKU, as whoever keeps stock or sends it knows them: by SKU, not by line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkuPieces {
    pub sku: Sku,
    /// With those that are backordered.
    pub quantity: Quantity,
    /// Pieces that no stock is set aside for.
    pub backordered: Pieces,
}

/// Where pieces of a line are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PieceState {
    /// Nothing has been done for them.
    Open,
    /// Stock is set aside for them.
    Reserved,
    /// They belong to a reservation that has no stock for them yet.
    Backordered,
    /// A location has to send them.
    InFulfilment,
    Shipped,
    Delivered,
    /// They will not be sent.
    Cancelled,
}

impl PieceState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Open,
        Self::Reserved,
        Self::Backordered,
        Self::InFulfilment,
        Self::Shipped,
        Self::Delivered,
        Self::Cancelled,
    ];
}

/// Pieces of a line that go from one state to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineChange {
    pub line_id: LineId,
    pub sku: Sku,
    pub quantity: Quantity,
    pub from: PieceState,
    pub to: PieceState,
}
