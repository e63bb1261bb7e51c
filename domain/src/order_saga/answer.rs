//! Answers of other participants, as a saga learns them.

use serde::{Deserialize, Serialize};

use crate::{FulfilmentId, Money, PaymentId, ReservationId, Timestamp};

/// What was asked, by the stream that answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    Reservation(ReservationId),
    Payment(PaymentId),
    Fulfilment(FulfilmentId),
}

/// What an event of another participant's means for the saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    pub kind: AnswerKind,
    /// Until when stock is reserved, of a grant and a renewal.
    pub expires_at: Option<Timestamp>,
    /// The sum so far of what was authorised, captured or refunded.
    pub amount: Option<Money>,
}

impl Answer {
    /// An answer without more to it.
    pub const fn plain(kind: AnswerKind) -> Self {
        Self { kind, expires_at: None, amount: None }
    }
}

/// The kinds of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AnswerKind {
    StockGranted,
    StockRefused,
    StockRenewed,
    StockReleased,
    StockExpired,
    /// A part of the reserved pieces left the location.
    StockShippedInPart,
    /// All reserved pieces have left it.
    StockShipped,
    /// Backordered pieces were set aside.
    StockBackorderFilled,
    StockRequestRefused,
    /// The payment is known to its participant and waits for the customer.
    PaymentPending,
    /// The customer has to do something, such as 3-D Secure.
    PaymentActionRequired,
    PaymentAuthorized,
    PaymentDeclined,
    PaymentCaptured,
    CaptureFailed,
    PaymentVoided,
    VoidFailed,
    PaymentRefunded,
    RefundFailed,
    /// The authorisation can no longer be captured.
    PaymentExpired,
    /// The customer's bank takes money back.
    PaymentDisputed,
    PaymentRequestRefused,
    FulfilmentRequested,
    FulfilmentAccepted,
    FulfilmentRejected,
    FulfilmentReleased,
    FulfilmentHeld,
    FulfilmentPacked,
    FulfilmentShipped,
    FulfilmentDelivered,
    FulfilmentLost,
    FulfilmentCancelled,
    FulfilmentRequestRefused,
}
