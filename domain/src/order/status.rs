//! What an order's payments and its lines come to in one word. It is derived, never set.

use crate::UnitPrice;
use crate::{Currency, Quantity};

use super::ledger::PaymentState;
use super::quantities::LineQuantities;
use super::values::PieceState;

/// How far an order is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaymentStatus {
    /// Nothing was authorised yet.
    Pending,
    /// The customer has to do something.
    RequiresAction,
    /// The last attempt failed.
    Failed,
    /// The provider let go of what it had set aside.
    Voided,
    /// Money is set aside, and none was captured.
    Authorized,
    /// Some of what is to be paid was captured.
    PartiallyCaptured,
    /// All of what is to be paid was captured.
    Captured,
    /// Some of what was captured was paid back.
    PartiallyRefunded,
    /// All of what was captured was paid back.
    Refunded,
    /// The customer's bank took money back.
    ChargedBack,
}

/// How far an order is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FulfilmentStatus {
    /// No location has to send anything yet.
    Unfulfilled,
    /// Locations have to send pieces, and have sent none.
    InProgress,
    PartiallyShipped,
    /// Everything that was not cancelled has left.
    Shipped,
    PartiallyDelivered,
    /// Everything that was not cancelled has arrived.
    Delivered,
}

/// What the status of an order depends on of one of its payments, in minor units of the order's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentSums {
    pub state: PaymentState,
    /// And not voided.
    pub authorized: i64,
    pub captured: i64,
    pub refunded: i64,
    pub charged_back: i64,
}

impl PaymentStatus {
    /// Every status.
    pub const ALL: [Self; 10] = [
        Self::Pending,
        Self::RequiresAction,
        Self::Failed,
        Self::Voided,
        Self::Authorized,
        Self::PartiallyCaptured,
        Self::Captured,
        Self::PartiallyRefunded,
        Self::Refunded,
        Self::ChargedBack,
    ];

    /// The status's name, as it is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::RequiresAction => "REQUIRES_ACTION",
            Self::Failed => "FAILED",
            Self::Voided => "VOIDED",
            Self::Authorized => "AUTHORIZED",
            Self::PartiallyCaptured => "PARTIALLY_CAPTURED",
            Self::Captured => "CAPTURED",
            Self::PartiallyRefunded => "PARTIALLY_REFUNDED",
            Self::Refunded => "REFUNDED",
            Self::ChargedBack => "CHARGED_BACK",
        }
    }

    /// The status of payments of what is due, in minor units. `None` where nothing is due and no payment has come to anything.
    pub fn of(due: i64, payments: &[PaymentSums]) -> Option<Self> {
        let sum = |of: fn(&PaymentSums) -> i64| payments.iter().map(|payment| i128::from(of(payment))).sum::<i128>();
        let has = |state| payments.iter().any(|payment| payment.state == state);
        let captured = sum(|payment| payment.captured);
        let refunded = sum(|payment| payment.refunded);
        if sum(|payment| payment.charged_back) > 0 {
            return Some(Self::ChargedBack);
        }
        if captured > 0 {
            return Some(match (refunded, captured) {
                (refunded, captured) if refunded >= captured => Self::Refunded,
                (1.., _) => Self::PartiallyRefunded,
                (_, captured) if captured >= i128::from(due) => Self::Captured,
                (_, _) => Self::PartiallyCaptured,
            });
        }
        if sum(|payment| payment.authorized) > 0 {
            return Some(Self::Authorized);
        }
        let states = [
            (due > 0 && has(PaymentState::RequiresAction), Self::RequiresAction),
            (due > 0 && has(PaymentState::Pending), Self::Pending),
            (has(PaymentState::Failed), Self::Failed),
            (has(PaymentState::Voided), Self::Voided),
            (due > 0, Self::Pending),
        ];
        states.into_iter().find_map(|(applies, status)| applies.then_some(status))
    }
}

impl FulfilmentStatus {
    /// Every status.
    pub const ALL: [Self; 6] = [
        Self::Unfulfilled,
        Self::InProgress,
        Self::PartiallyShipped,
        Self::Shipped,
        Self::PartiallyDelivered,
        Self::Delivered,
    ];

    /// The status's name, as it is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unfulfilled => "UNFULFILLED",
            Self::InProgress => "IN_PROGRESS",
            Self::PartiallyShipped => "PARTIALLY_SHIPPED",
            Self::Shipped => "SHIPPED",
            Self::PartiallyDelivered => "PARTIALLY_DELIVERED",
            Self::Delivered => "DELIVERED",
        }
    }

    /// The status of an order of these lines. `None` where nothing of it is to be sent.
    pub fn of(lines: impl IntoIterator<Item = LineQuantities>) -> Option<Self> {
        let (mut wanted, mut in_fulfilment, mut shipped, mut delivered) = (0, 0, 0, 0);
        for line in lines {
            wanted += line.sum().get() - line.cancelled.get();
            in_fulfilment += line.in_fulfilment.get();
            shipped += line.shipped.get();
            delivered += line.delivered.get();
        }
        let statuses = [
            (delivered == wanted, Self::Delivered),
            (delivered > 0, Self::PartiallyDelivered),
            (shipped == wanted, Self::Shipped),
            (shipped > 0, Self::PartiallyShipped),
            (in_fulfilment > 0, Self::InProgress),
        ];
        let found = statuses.into_iter().find_map(|(applies, status)| applies.then_some(status));
        (wanted > 0).then(|| found.unwrap_or(Self::Unfulfilled))
    }
}

/// What pieces of a line cost in minor units: the total as of a line of so many pieces.
pub fn worth(price: UnitPrice, pieces: u64, currency: Currency) -> i64 {
    let quantity = u32::try_from(pieces).ok().and_then(|pieces| Quantity::try_new(pieces).ok());
    let total = quantity.and_then(|quantity| price.line_total(quantity, currency).ok());
    total.map_or(0, crate::Money::minor)
}

/// The pieces of a line that have left.
pub(super) fn gone(line: &LineQuantities) -> u64 {
    line.sum_of(&[PieceState::Shipped, PieceState::Delivered]).get()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pieces;

    fn payment(state: PaymentState, authorized: i64, captured: i64, refunded: i64) -> PaymentSums {
        PaymentSums { state, authorized, captured, refunded, charged_back: 0 }
    }

    #[test]
    fn payments_come_to_one_status() {
        use PaymentState as S;
        let of = |due, payments: &[PaymentSums]| PaymentStatus::of(due, payments);
        assert_eq!(of(100, &[]), Some(PaymentStatus::Pending));
        assert_eq!(of(0, &[]), None);
        assert_eq!(of(100, &[payment(S::RequiresAction, 0, 0, 0)]), Some(PaymentStatus::RequiresAction));
        assert_eq!(of(100, &[payment(S::Failed, 0, 0, 0)]), Some(PaymentStatus::Failed));
        let second = [payment(S::Failed, 0, 0, 0), payment(S::Authorized, 100, 0, 0)];
        assert_eq!(of(100, &second), Some(PaymentStatus::Authorized));
        assert_eq!(of(0, &[payment(S::Voided, 0, 0, 0)]), Some(PaymentStatus::Voided));
        assert_eq!(of(100, &[payment(S::Authorized, 100, 40, 0)]), Some(PaymentStatus::PartiallyCaptured));
        assert_eq!(of(40, &[payment(S::Authorized, 100, 40, 0)]), Some(PaymentStatus::Captured));
        assert_eq!(of(100, &[payment(S::Authorized, 100, 100, 1)]), Some(PaymentStatus::PartiallyRefunded));
        assert_eq!(of(100, &[payment(S::Authorized, 100, 100, 100)]), Some(PaymentStatus::Refunded));
        let back = PaymentSums { charged_back: 1, ..payment(S::Authorized, 100, 100, 100) };
        assert_eq!(of(100, &[back]), Some(PaymentStatus::ChargedBack));
    }

    #[test]
    fn lines_come_to_one_status() {
        let pieces = |number| Pieces::try_new(number).unwrap();
        let line = |open, in_fulfilment, shipped, delivered| LineQuantities {
            open: pieces(open),
            in_fulfilment: pieces(in_fulfilment),
            shipped: pieces(shipped),
            delivered: pieces(delivered),
            ..LineQuantities::default()
        };
        let cancelled = LineQuantities { cancelled: pieces(3), ..LineQuantities::default() };
        assert_eq!(FulfilmentStatus::of([cancelled]), None);
        assert_eq!(FulfilmentStatus::of([line(2, 0, 0, 0), cancelled]), Some(FulfilmentStatus::Unfulfilled));
        assert_eq!(FulfilmentStatus::of([line(1, 1, 0, 0)]), Some(FulfilmentStatus::InProgress));
        assert_eq!(FulfilmentStatus::of([line(0, 1, 1, 0)]), Some(FulfilmentStatus::PartiallyShipped));
        assert_eq!(FulfilmentStatus::of([line(0, 0, 2, 0), cancelled]), Some(FulfilmentStatus::Shipped));
        assert_eq!(FulfilmentStatus::of([line(0, 0, 1, 1)]), Some(FulfilmentStatus::PartiallyDelivered));
        assert_eq!(FulfilmentStatus::of([line(0, 0, 0, 2), cancelled]), Some(FulfilmentStatus::Delivered));
    }
}
