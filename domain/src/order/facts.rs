//! What happens outside an order and is recorded by it.

use crate::{Carrier, FulfilmentId, LocationId, Money, PaymentId, Reason, ReservationId, Timestamp, TrackingNumber};

use super::values::{ScreeningOutcome, SkuPieces};
use crate::reservation::Shortage;

/// Something that has happened outside the order. Amounts are sums of everything so far, so that a repeat is told by its sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderFact {
    /// A location set stock aside.
    StockReserved {
        reservation: ReservationId,
        location: LocationId,
        lines: Vec<SkuPieces>,
    },
    /// A location had not enough.
    StockReservationFailed {
        reservation: ReservationId,
        location: LocationId,
        shortages: Vec<Shortage>,
    },
    /// A reservation's time was over.
    StockReservationExpired {
        reservation: ReservationId,
    },
    /// A reservation was given back, or refused for good before it was granted.
    StockReleased {
        reservation: ReservationId,
    },
    FraudScreened {
        outcome: ScreeningOutcome,
        score: u32,
        reasons: Vec<Reason>,
    },
    /// The customer has to do something before the payment can be authorised.
    PaymentActionRequired {
        payment: PaymentId,
    },
    PaymentAuthorized {
        payment: PaymentId,
        /// In all.
        amount: Money,
        expires_at: Option<Timestamp>,
    },
    /// An attempt to pay failed.
    PaymentFailed {
        payment: PaymentId,
        /// The provider's code for the reason.
        code: Reason,
    },
    PaymentCaptured {
        payment: PaymentId,
        /// In all.
        amount: Money,
    },
    AuthorizationVoided {
        payment: PaymentId,
    },
    RefundIssued {
        payment: PaymentId,
        /// In all.
        amount: Money,
    },
    ChargebackReceived {
        payment: PaymentId,
        /// In all.
        amount: Money,
    },
    /// A location was asked to send what a reservation holds.
    FulfilmentPlanned {
        fulfilment: FulfilmentId,
        reservation: ReservationId,
        location: LocationId,
        lines: Vec<SkuPieces>,
    },
    FulfilmentCancelled {
        fulfilment: FulfilmentId,
    },
    /// What a fulfilment sends has left, at once.
    ShipmentDispatched {
        fulfilment: FulfilmentId,
        lines: Vec<SkuPieces>,
        carrier: Carrier,
        tracking: TrackingNumber,
    },
    ShipmentDelivered {
        fulfilment: FulfilmentId,
    },
    ShipmentLost {
        fulfilment: FulfilmentId,
    },
}
