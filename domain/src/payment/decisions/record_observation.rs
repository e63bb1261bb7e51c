use crate::decision::Decision;
use crate::{Reason, Scope, Timestamp};

use super::super::effect::later;
use super::super::{
    ACTION_S, AuthorizationExpired, DECLINES_MAX, EffectKind, ObservedPayment, ObservedStatus, Payment,
    PaymentActionRequired, PaymentAuthorized, PaymentCaptured, PaymentDeclined, PaymentDetails, PaymentDisputed,
    PaymentEvent, PaymentOpened, PaymentRefunded, PaymentRejection, PaymentState, PaymentVoided, Stage, VoidStarted,
};

/// Record what the provider says of its payment, as the answer to an effect or as it was read.
///
/// A fact: it is refused in no stage of a payment. What was known before leads to no event, and neither does a report that was
/// overtaken by a later one. A payment that was voided before the provider had it, and that the provider has nevertheless, is
/// cancelled there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordObservation {
    pub seen: ObservedPayment,
    /// The number of the effect that the provider answered with this; `None` where it was read.
    pub effect: Option<u32>,
    pub at: Timestamp,
}

impl Decision<Payment> for RecordObservation {
    /// None: nobody asks for it from outside.
    fn scopes(&self) -> &'static [Scope] {
        &[]
    }

    fn decide(self, state: &PaymentState) -> Result<Vec<PaymentEvent>, PaymentRejection> {
        let payment = state.payment().ok_or(PaymentRejection::NotRequested)?;
        if payment.reference.as_ref().is_some_and(|reference| *reference != self.seen.reference) {
            return Err(PaymentRejection::OtherReference);
        }
        let news = News { payment, seen: &self.seen, effect: self.effect, at: self.at };
        let facts = [
            news.opened(),
            news.authorized(),
            news.action_required(),
            news.declined(),
            news.captured(),
            news.refunded(),
            news.disputed(),
            news.ended(),
            news.compensation(),
        ];
        Ok(facts.into_iter().flatten().collect())
    }
}

/// A report beside what is known.
struct News<'a> {
    payment: &'a PaymentDetails,
    seen: &'a ObservedPayment,
    effect: Option<u32>,
    at: Timestamp,
}

impl News<'_> {
    /// Whether the provider has said that nothing will be authorised any more. What says otherwise was read before.
    const fn is_closed(&self) -> bool {
        matches!(self.payment.stage, Stage::Voided { confirmed: true })
    }

    fn opened(&self) -> Option<PaymentEvent> {
        self.payment.reference.is_none().then(|| {
            PaymentEvent::PaymentOpened(PaymentOpened {
                request: Some(self.payment.request),
                order: self.payment.inbox.order,
                reference: self.seen.reference.clone(),
                at: self.at,
            })
        })
    }

    fn authorized(&self) -> Option<PaymentEvent> {
        let Self { payment, seen, .. } = self;
        let amount = match seen.status {
            ObservedStatus::Authorized => seen.capturable.saturating_add(seen.captured),
            _ if seen.captured > 0 => payment.amount.minor().max(seen.captured),
            _ => 0,
        };
        let is_overtaken = self.is_closed() && seen.captured == 0;
        (payment.ledger.authorized == 0 && amount > 0 && !is_overtaken).then(|| {
            PaymentEvent::PaymentAuthorized(PaymentAuthorized {
                request: Some(payment.request),
                order: payment.inbox.order,
                amount: payment.money(amount),
                expires_at: seen.expires_at,
                at: self.at,
            })
        })
    }

    fn action_required(&self) -> Option<PaymentEvent> {
        let Self { payment, seen, at, .. } = self;
        let is_news = seen.status == ObservedStatus::AwaitsAction && payment.stage == Stage::Pending;
        (is_news && !payment.is_voiding()).then(|| {
            PaymentEvent::PaymentActionRequired(PaymentActionRequired {
                request: Some(payment.request),
                order: payment.inbox.order,
                until: later(*at, ACTION_S),
                at: *at,
            })
        })
    }

    fn declined(&self) -> Option<PaymentEvent> {
        let Self { payment, seen, .. } = self;
        if seen.status != ObservedStatus::AwaitsMethod || payment.is_voiding() {
            return None;
        }
        let attempt = seen.failure.as_ref().and_then(|failure| failure.attempt.as_ref());
        let is_known = |attempt| payment.failed_attempts.contains(attempt);
        let is_declined = match payment.stage {
            Stage::RequiresAction { .. } => true,
            Stage::Pending if self.answers_authorization() => seen.failure.is_some(),
            Stage::Pending => {
                payment.failed_attempts.len() < DECLINES_MAX && attempt.is_some_and(|attempt| !is_known(attempt))
            }
            Stage::Authorized { .. }
            | Stage::PartiallyCaptured
            | Stage::Captured
            | Stage::Voided { .. }
            | Stage::Failed
            | Stage::Expired => false,
        };
        is_declined.then(|| {
            let not_authenticated = || Reason::try_new("authentication_failed").expect("it is short and printable");
            PaymentEvent::PaymentDeclined(PaymentDeclined {
                attempt: attempt.cloned(),
                request: Some(payment.request),
                order: payment.inbox.order,
                code: seen.failure.as_ref().map_or_else(not_authenticated, |failure| failure.code.clone()),
                attempts: payment.declines.saturating_add(1),
                at: self.at,
            })
        })
    }

    /// Whether the provider says this in answer to being told to authorise.
    fn answers_authorization(&self) -> bool {
        let effect = self.effect.and_then(|number| self.payment.effect(number));
        effect.is_some_and(|effect| matches!(effect.kind, EffectKind::Authorize { .. }))
    }

    fn captured(&self) -> Option<PaymentEvent> {
        let Self { payment, seen, .. } = self;
        let amount = seen.captured.saturating_sub(payment.ledger.captured);
        let capture = payment.effect.as_ref().filter(|effect| match effect.kind {
            EffectKind::Capture { amount, .. } => {
                seen.captured >= amount.minor() || seen.status == ObservedStatus::Captured
            }
            _ => false,
        });
        (amount > 0).then(|| {
            PaymentEvent::PaymentCaptured(PaymentCaptured {
                request: capture.and_then(|effect| effect.request),
                order: payment.inbox.order,
                amount: payment.money(amount),
                captured: payment.money(seen.captured),
                capturable: payment.money(seen.capturable),
                at: self.at,
            })
        })
    }

    fn refunded(&self) -> Option<PaymentEvent> {
        let Self { payment, seen, .. } = self;
        let amount = seen.refunded.saturating_sub(payment.ledger.refunded);
        let refund = payment.refund.as_ref().filter(|effect| match effect.kind {
            EffectKind::Refund { amount, .. } => seen.refunded >= amount.minor(),
            _ => false,
        });
        (amount > 0).then(|| {
            PaymentEvent::PaymentRefunded(PaymentRefunded {
                request: refund.and_then(|effect| effect.request),
                order: payment.inbox.order,
                amount: payment.money(amount),
                refunded: payment.money(seen.refunded),
                at: self.at,
            })
        })
    }

    fn disputed(&self) -> Option<PaymentEvent> {
        let Self { payment, seen, .. } = self;
        let amount = seen.disputed.saturating_sub(payment.ledger.disputed);
        (amount > 0).then(|| {
            PaymentEvent::PaymentDisputed(PaymentDisputed {
                request: None,
                order: payment.inbox.order,
                amount: payment.money(amount),
                disputed: payment.money(seen.disputed),
                at: self.at,
            })
        })
    }

    /// What was authorised and not captured is given back.
    fn ended(&self) -> Option<PaymentEvent> {
        let Self { payment, seen, at, .. } = self;
        let has_ended = matches!(seen.status, ObservedStatus::Cancelled | ObservedStatus::Expired);
        let has_captured = payment.ledger.captured > 0 || seen.captured > 0;
        let is_known = if has_captured { payment.ledger.capturable == 0 } else { self.is_closed() };
        if !has_ended || (is_known && !payment.is_voiding()) {
            return None;
        }
        let order = payment.inbox.order;
        let is_expiry = seen.status == ObservedStatus::Expired && !payment.is_voiding();
        match payment.stage {
            Stage::Expired if !payment.is_voiding() => None,
            Stage::Authorized { .. } | Stage::PartiallyCaptured if is_expiry => {
                Some(PaymentEvent::AuthorizationExpired(AuthorizationExpired { request: None, order, at: *at }))
            }
            Stage::Pending
            | Stage::RequiresAction { .. }
            | Stage::Authorized { .. }
            | Stage::PartiallyCaptured
            | Stage::Captured
            | Stage::Voided { .. }
            | Stage::Failed
            | Stage::Expired => Some(PaymentEvent::PaymentVoided(PaymentVoided {
                tenant: payment.inbox.tenant.clone(),
                confirmed: true,
                request: payment.effect.as_ref().filter(|_| payment.is_voiding()).and_then(|effect| effect.request),
                order,
                at: *at,
            })),
        }
    }

    /// It was voided when the provider had nothing to cancel, and now it has.
    fn compensation(&self) -> Option<PaymentEvent> {
        let Self { payment, seen, at, .. } = self;
        let is_live = matches!(
            seen.status,
            ObservedStatus::AwaitsMethod
                | ObservedStatus::AwaitsAction
                | ObservedStatus::Processing
                | ObservedStatus::Authorized
        );
        let is_void = payment.stage == Stage::Voided { confirmed: false };
        (is_void && is_live && payment.effect.is_none()).then(|| {
            let effect = payment.last_effect + 1;
            PaymentEvent::VoidStarted(VoidStarted { request: None, order: payment.inbox.order, effect, at: *at })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::ObservedStatus as Status;
    use super::*;

    fn open() -> Vec<PaymentEvent> {
        vec![requested(), opened()]
    }

    fn with(events: impl IntoIterator<Item = PaymentEvent>) -> Vec<PaymentEvent> {
        open().into_iter().chain(events).collect()
    }

    fn paid(capturable: i64, captured: i64) -> ObservedPayment {
        let status = if capturable > 0 { Status::Authorized } else { Status::Captured };
        ObservedPayment { capturable, captured, ..seen(status) }
    }

    #[test]
    fn the_first_report_names_the_payment_of_the_provider() {
        given([requested()]).when(answered(1, seen(Status::AwaitsMethod))).then([opened()]);
        given(open()).when(answered(1, seen(Status::AwaitsMethod))).then_nothing();
        let other = ObservedPayment { reference: reference("pi_2"), ..paid(100, 0) };
        given(open()).when(observe(other)).then_rejected(PaymentRejection::OtherReference);
    }

    #[test]
    fn an_authorisation_is_recorded_once_however_it_comes_about() {
        let until = ObservedPayment { expires_at: Some(at(5_000)), ..paid(100, 0) };
        let expected = || [authorized_until(100, 5_000)];
        given(open()).when(observe(until.clone())).then(expected());
        given(with(attached(2, 2, "pm_1"))).when(answered(2, until.clone())).then(expected());
        given(with([action_required()])).when(observe(until.clone())).then(expected());
        given(with([declined_by("action_expired", 1)])).when(observe(until.clone())).then(expected());
        given(with(expected())).when(observe(until)).then_nothing();
        given([requested()]).when(observe(paid(100, 0))).then([opened(), authorized(100)]);
    }

    #[test]
    fn a_customer_who_has_to_authenticate_gets_time() {
        given(with(attached(2, 2, "pm_1"))).when(answered(2, seen(Status::AwaitsAction))).then([action_required()]);
        given(with([action_required()])).when(observe(seen(Status::AwaitsAction))).then_nothing();
        given(with([authorized(100)])).when(observe(seen(Status::AwaitsAction))).then_nothing();
    }

    #[test]
    fn a_decline_is_recorded_once() {
        let tried = || with(attached(2, 2, "pm_1"));
        given(tried()).when(answered(2, failing(Some("ch_1")))).then([declined(1, "ch_1")]);
        given(tried()).when(answered(2, failing(None))).then([declined_by("card_declined", 1)]);
        given(open()).when(observe(failing(Some("ch_1")))).then([declined(1, "ch_1")]);
        let again = tried().into_iter().chain([declined(1, "ch_1")]).chain(attached(3, 3, "pm_2"));
        given(again.clone()).when(observe(failing(Some("ch_1")))).then_nothing();
        given(again).when(answered(3, failing(Some("ch_2")))).then([declined(2, "ch_2")]);
    }

    #[test]
    fn what_is_read_without_a_new_failure_leaves_the_attempt_open() {
        let tried = || with(attached(2, 2, "pm_1"));
        given(tried()).when(observe(seen(Status::AwaitsMethod))).then_nothing();
        given(tried()).when(observe(failing(None))).then_nothing();
        given(tried()).when(observe(seen(Status::Processing))).then_nothing();
    }

    #[test]
    fn a_failed_authentication_is_a_decline() {
        given(with([action_required()]))
            .when(observe(seen(Status::AwaitsMethod)))
            .then([declined_by("authentication_failed", 1)]);
    }

    #[test]
    fn captures_are_recorded_by_their_sum() {
        let capturing = |minor| with([authorized(100), capture_started(3, 2, minor)]);
        given(capturing(100)).when(answered(2, paid(0, 100))).then([captured(Some(3), 100, 100, 0)]);
        given(capturing(60)).when(observe(paid(0, 60))).then([captured(Some(3), 60, 60, 0)]);
        given(capturing(60)).when(observe(paid(70, 30))).then([captured(None, 30, 30, 70)]);
        let done = with([authorized(100), captured(None, 60, 60, 0)]);
        given(done.clone()).when(observe(paid(0, 60))).then_nothing();
        given(done).when(observe(paid(0, 100))).then([captured(None, 40, 100, 0)]);
    }

    #[test]
    fn money_that_nobody_asked_for_is_recorded_in_every_stage() {
        given(open()).when(observe(paid(0, 100))).then([authorized(100), captured(None, 100, 100, 0)]);
        given(with([void_started(Some(3), 2), voided(3, true)]))
            .when(observe(paid(0, 100)))
            .then([authorized(100), captured(None, 100, 100, 0)]);
        given(with([authorized(100), expired()])).when(observe(paid(0, 100))).then([captured(None, 100, 100, 0)]);
        given(with([authorized(100)])).when(observe(paid(0, 120))).then([captured(None, 120, 120, 0)]);
    }

    #[test]
    fn refunds_and_disputes_are_recorded_by_their_sums() {
        let paid_out = |refunded, disputed| ObservedPayment { refunded, disputed, ..paid(0, 100) };
        let done = || with([authorized(100), captured(None, 100, 100, 0), refund_started(3, 2, 30)]);
        given(done()).when(answered(2, paid_out(30, 0))).then([refunded(Some(3), 30, 30)]);
        given(done()).when(observe(paid_out(10, 100))).then([refunded(None, 10, 10), disputed(100, 100)]);
        given(done().into_iter().chain([refunded(Some(3), 30, 30)])).when(observe(paid_out(30, 0))).then_nothing();
    }

    #[test]
    fn a_cancelled_payment_is_voided_once() {
        let cancelled = || observe(seen(Status::Cancelled));
        given(with([void_started(Some(3), 2)])).when(cancelled()).then([voided(3, true)]);
        given(with([authorized(100)])).when(cancelled()).then([voided_by_provider()]);
        given(with([void_started(Some(3), 2), voided(3, true)])).when(cancelled()).then_nothing();
        given(with([authorized(100), captured(None, 60, 60, 40), void_started(Some(3), 2)]))
            .when(observe(ObservedPayment { captured: 60, ..seen(Status::Cancelled) }))
            .then([voided(3, true)]);
    }

    #[test]
    fn an_authorisation_that_the_provider_gave_back_has_expired() {
        let lapsed = || observe(seen(Status::Expired));
        given(with([authorized(100)])).when(lapsed()).then([expired()]);
        given(with([authorized(100), expired()])).when(lapsed()).then_nothing();
        given(with([authorized(100), expired(), void_started(Some(3), 2)])).when(lapsed()).then([voided(3, true)]);
        given(open()).when(lapsed()).then([voided_by_provider()]);
    }

    #[test]
    fn what_was_overtaken_by_a_void_is_no_news() {
        let gone = || with([void_started(Some(3), 2), voided(3, true)]);
        for late in [paid(100, 0), seen(Status::AwaitsAction), failing(Some("ch_1"))] {
            given(gone()).when(observe(late)).then_nothing();
        }
    }

    #[test]
    fn what_was_voided_before_the_provider_had_it_is_cancelled_there() {
        let early = || [requested(), voided(3, false)];
        given(early()).when(answered(1, seen(Status::AwaitsMethod))).then([opened(), void_started(None, 2)]);
        given(early().into_iter().chain([opened()]))
            .when(observe(paid(100, 0)))
            .then([authorized(100), void_started(None, 2)]);
        given(early().into_iter().chain([opened(), void_started(None, 2)]))
            .when(observe(seen(Status::AwaitsMethod)))
            .then_nothing();
    }

    #[test]
    fn there_is_nothing_to_report_on_where_no_payment_was_asked_for() {
        for history in [vec![], vec![voided(1, false)]] {
            given(history).when(observe(paid(100, 0))).then_rejected(PaymentRejection::NotRequested);
        }
    }
}
