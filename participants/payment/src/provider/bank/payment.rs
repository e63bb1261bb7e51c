//! A payment by bank transfer: what follows from what came for it and what it was told.

use domain::payment::{ObservedPayment, ObservedStatus};
use domain::{Currency, Money, OrderId, PaymentId, ProviderReference, TenantId};
use serde::Serialize;
use tokio_postgres::Row;
use utoipa::ToSchema;

use crate::provider::Known;

/// Why money is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = OutgoingReason)]
pub enum SendReason {
    /// It was captured, and is given back.
    Refund,
    /// It came and was not captured.
    NotCaptured,
    /// More came than was to be paid.
    Surplus,
    /// It came for a payment that was cancelled.
    Cancelled,
}

impl SendReason {
    const ALL: [Self; 4] = [Self::Refund, Self::NotCaptured, Self::Surplus, Self::Cancelled];

    /// The reason as it is stored and shown.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Refund => "REFUND",
            Self::NotCaptured => "NOT_CAPTURED",
            Self::Surplus => "SURPLUS",
            Self::Cancelled => "CANCELLED",
        }
    }

    pub(super) fn recorded(symbol: &str) -> Self {
        let found = Self::ALL.into_iter().find(|reason| reason.symbol() == symbol);
        found.expect("reasons are recorded by their symbols")
    }
}

/// A payment with the sums of what came and what goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BankPayment {
    pub(super) reference: ProviderReference,
    pub(super) payment: PaymentId,
    pub(super) order: OrderId,
    pub(super) tenant: TenantId,
    pub(super) amount: Money,
    pub(super) captured: Option<i64>,
    pub(super) capture_key: Option<String>,
    pub(super) is_cancelled: bool,
    pub(super) received: i64,
    pub(super) refunded: i64,
    /// What is sent back and was never captured.
    pub(super) returned: i64,
}

impl BankPayment {
    /// Reads a row of the statements that show payments.
    pub(super) fn read(row: &Row) -> Result<Self, tokio_postgres::Error> {
        let (reference, tenant, currency): (&str, &str, &str) = (row.try_get(0)?, row.try_get(3)?, row.try_get(5)?);
        Ok(Self {
            reference: ProviderReference::recorded(reference).expect("references are recorded as they were made"),
            payment: PaymentId::new(row.try_get(1)?),
            order: OrderId::new(row.try_get(2)?),
            tenant: TenantId::recorded(tenant).expect("tenants are recorded as they were told"),
            amount: Money::new(row.try_get(4)?, recorded_currency(currency)),
            captured: row.try_get(6)?,
            capture_key: row.try_get(7)?,
            is_cancelled: row.try_get(8)?,
            received: row.try_get(9)?,
            refunded: row.try_get(10)?,
            returned: row.try_get(11)?,
        })
    }

    /// Whether all of it has come.
    pub(super) const fn is_paid(&self) -> bool {
        self.received >= self.amount.minor()
    }

    /// The most that is kept of what comes.
    const fn kept_max(&self) -> i64 {
        match self.captured {
            Some(captured) => captured,
            None if self.is_cancelled => 0,
            None => self.amount.minor(),
        }
    }

    /// What came beyond what is kept and is not sent back yet.
    pub(super) fn surplus(&self) -> i64 {
        self.received - self.received.min(self.kept_max()) - self.returned
    }

    /// Why a surplus is sent back that did not follow from a capture.
    pub(super) const fn surplus_reason(&self) -> SendReason {
        if self.is_cancelled { SendReason::Cancelled } else { SendReason::Surplus }
    }

    /// The payment as payments see it.
    pub(super) fn known(&self) -> Known {
        let captured = self.captured.unwrap_or(0);
        let (status, capturable) = match self.captured {
            Some(_) => (ObservedStatus::Captured, 0),
            None if self.is_cancelled => (ObservedStatus::Cancelled, 0),
            None if self.is_paid() => (ObservedStatus::Authorized, self.amount.minor()),
            None => (ObservedStatus::AwaitsMethod, 0),
        };
        let seen = ObservedPayment {
            reference: self.reference.clone(),
            status,
            capturable,
            captured,
            refunded: self.refunded,
            disputed: 0,
            expires_at: None,
            failure: None,
        };
        Known { payment: Some(self.payment), seen, client_secret: None }
    }
}

/// A currency as it is in the tables.
pub(super) fn recorded_currency(code: &str) -> Currency {
    Currency::try_new(code).expect("currencies are recorded as they were told")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn payment(received: i64) -> BankPayment {
        BankPayment {
            reference: ProviderReference::try_new("bt_1").unwrap(),
            payment: PaymentId::new(Uuid::nil()),
            order: OrderId::new(Uuid::nil()),
            tenant: TenantId::try_new("shop").unwrap(),
            amount: Money::new(100, Currency::EUR),
            captured: None,
            capture_key: None,
            is_cancelled: false,
            received,
            refunded: 0,
            returned: 0,
        }
    }

    fn captured(minor: i64, received: i64) -> BankPayment {
        BankPayment { captured: Some(minor), ..payment(received) }
    }

    fn cancelled(received: i64) -> BankPayment {
        BankPayment { is_cancelled: true, ..payment(received) }
    }

    #[test]
    fn it_is_authorised_once_all_of_it_has_come_and_for_no_more() {
        let of = |payment: BankPayment| {
            let seen = payment.known().seen;
            (seen.status, seen.capturable, seen.captured)
        };
        for received in [0, 99] {
            assert_eq!(of(payment(received)), (ObservedStatus::AwaitsMethod, 0, 0));
        }
        for received in [100, 130] {
            assert_eq!(of(payment(received)), (ObservedStatus::Authorized, 100, 0));
        }
        assert_eq!(of(captured(60, 100)), (ObservedStatus::Captured, 0, 60));
        assert_eq!(of(cancelled(130)), (ObservedStatus::Cancelled, 0, 0));
    }

    #[test]
    fn what_is_not_kept_is_sent_back_once() {
        let cases = [(payment(99), 0), (payment(130), 30), (captured(60, 100), 40), (cancelled(50), 50)];
        for (payment, surplus) in cases {
            assert_eq!(payment.surplus(), surplus, "{payment:?}");
            assert_eq!(BankPayment { returned: surplus, ..payment }.surplus(), 0);
        }
        // Refunds are of what was captured.
        assert_eq!(BankPayment { refunded: 60, ..captured(100, 100) }.surplus(), 0);
    }
}
