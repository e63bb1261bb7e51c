//! Facts of payments.

use crate::order::ledger::{increase, minor};
use crate::order::{
    AuthorizationVoided, ChargebackReceived, ExceptionKind, OrderEvent, OrderState, PaymentActionRequired,
    PaymentAuthorized, PaymentCaptured, PaymentFailed, PaymentLedger, PaymentState, RefundIssued,
};
use crate::{Money, PaymentId, Reason, Timestamp};

use super::recording::Recording;

impl Recording<'_> {
    pub(super) fn payment_action_required(&self, payment: PaymentId) -> Vec<OrderEvent> {
        if self.progress.payment(payment).is_some_and(|known| known.state == PaymentState::RequiresAction) {
            return Vec::new();
        }
        vec![OrderEvent::PaymentActionRequired(PaymentActionRequired { payment, at: self.at })]
    }

    /// A repeat authorises as much or less, and for no longer.
    pub(super) fn payment_authorized(
        &self,
        payment: PaymentId,
        amount: Money,
        expires_at: Option<Timestamp>,
    ) -> Vec<OrderEvent> {
        let known = self.ledger(payment);
        let more = increase(known.authorized, amount);
        let is_longer = known.state == PaymentState::Authorized
            && known.authorized == Some(amount)
            && known.expires_at.is_some()
            && expires_at > known.expires_at;
        let added = match more {
            Some(more) => more,
            None if is_longer => Money::zero(amount.currency()),
            None => return Vec::new(),
        };
        let unexpected = (!self.state.is_open())
            .then(|| self.exception_of_state(ExceptionKind::UnexpectedPayment, "a payment was authorised"));
        let event = PaymentAuthorized { payment, amount: added, authorized: amount, expires_at, at: self.at };
        let mut events = vec![OrderEvent::PaymentAuthorized(event)];
        events.extend(unexpected);
        events.extend(self.foreign(amount));
        events
    }

    pub(super) fn payment_failed(&self, payment: PaymentId, code: Reason) -> Vec<OrderEvent> {
        let is_known =
            |known: &PaymentLedger| known.state == PaymentState::Failed && known.failure.as_ref() == Some(&code);
        if self.progress.payment(payment).is_some_and(is_known) {
            return Vec::new();
        }
        vec![OrderEvent::PaymentFailed(PaymentFailed { payment, code, at: self.at })]
    }

    pub(super) fn payment_captured(&self, payment: PaymentId, amount: Money) -> Vec<OrderEvent> {
        let known = self.ledger(payment);
        let Some(more) = increase(known.captured, amount) else { return Vec::new() };
        let mut events =
            vec![OrderEvent::PaymentCaptured(PaymentCaptured { payment, amount: more, captured: amount, at: self.at })];
        if !self.state.is_open() && !matches!(self.state, OrderState::Completed(_)) {
            events.push(self.exception_of_state(ExceptionKind::UnexpectedPayment, "a payment was captured"));
        }
        if amount.minor() > known.authorized_in(amount.currency()) {
            let authorized = Money::new(known.authorized_in(amount.currency()), amount.currency());
            let detail = format!("{amount} were captured, and {authorized} were authorised");
            events.push(self.exception(ExceptionKind::CapturedBeyondAuthorized, &detail));
        }
        events.extend(self.foreign(amount));
        events
    }

    /// A provider that has nothing to let go of says so too.
    pub(super) fn authorization_voided(&self, payment: PaymentId) -> Vec<OrderEvent> {
        let known = self.ledger(payment);
        if known.state == PaymentState::Voided {
            return Vec::new();
        }
        let currency = known.authorized.map_or(self.currency, Money::currency);
        let rest = known.authorized_in(currency).saturating_sub(minor(known.captured, currency)).max(0);
        let amount = Money::new(rest, currency);
        vec![OrderEvent::AuthorizationVoided(AuthorizationVoided { payment, amount, at: self.at })]
    }

    pub(super) fn refund_issued(&self, payment: PaymentId, amount: Money) -> Vec<OrderEvent> {
        let known = self.ledger(payment);
        let Some(more) = increase(known.refunded, amount) else { return Vec::new() };
        let event = RefundIssued { payment, amount: more, refunded: amount, at: self.at };
        let beyond = self.beyond_captured(&known, amount, known.charged_back);
        std::iter::once(OrderEvent::RefundIssued(event)).chain(beyond).chain(self.foreign(amount)).collect()
    }

    pub(super) fn chargeback_received(&self, payment: PaymentId, amount: Money) -> Vec<OrderEvent> {
        let known = self.ledger(payment);
        let Some(more) = increase(known.charged_back, amount) else { return Vec::new() };
        let event = ChargebackReceived { payment, amount: more, charged_back: amount, at: self.at };
        let beyond = self.beyond_captured(&known, amount, known.refunded);
        std::iter::once(OrderEvent::ChargebackReceived(event)).chain(beyond).chain(self.foreign(amount)).collect()
    }

    fn ledger(&self, payment: PaymentId) -> PaymentLedger {
        self.progress.payment(payment).cloned().unwrap_or_else(|| PaymentLedger::new(payment))
    }

    fn beyond_captured(&self, known: &PaymentLedger, amount: Money, otherwise: Option<Money>) -> Option<OrderEvent> {
        let currency = amount.currency();
        let captured = minor(known.captured, currency);
        let paid_back = amount.minor().saturating_add(minor(otherwise, currency));
        let detail = || {
            let (paid_back, captured) = (Money::new(paid_back, currency), Money::new(captured, currency));
            format!("{paid_back} were paid back, and {captured} were captured")
        };
        (paid_back > captured).then(|| self.exception(ExceptionKind::RefundedBeyondCaptured, &detail()))
    }

    fn foreign(&self, amount: Money) -> Option<OrderEvent> {
        let detail = || format!("an amount in {}, and the order is in {}", amount.currency(), self.currency);
        (amount.currency() != self.currency).then(|| self.exception(ExceptionKind::OtherCurrency, &detail()))
    }
}
