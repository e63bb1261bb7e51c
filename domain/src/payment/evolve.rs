//! Folding a payment's events. Facts come in any order, so each is taken in every stage of a payment that was asked for.

use std::collections::BTreeSet;

use crate::{OrderId, RequestId, StoredEvent, TenantId, Unfoldable};

use super::{
    AuthorizationStarted, DECLINES_MAX, Effect, EffectKind, Inbox, Ledger, PaymentAuthorized, PaymentCaptured,
    PaymentDeclined, PaymentDetails, PaymentEvent, PaymentRequested, PaymentState, Stage,
};

pub(super) fn evolve(state: PaymentState, event: &PaymentEvent) -> Result<PaymentState, Unfoldable> {
    use PaymentEvent as E;
    use PaymentState as S;
    match (state, event) {
        (state @ (S::Absent | S::Unrequested(_)), E::PaymentRequested(requested)) => {
            let inbox = answering(&state, &requested.tenant, requested.order, Some(requested.request));
            Ok(S::Requested(Box::new(PaymentDetails::requested(inbox, requested))))
        }
        (state @ (S::Absent | S::Unrequested(_) | S::VoidedBefore(_)), E::PaymentVoided(voided)) => {
            Ok(S::VoidedBefore(answering(&state, &voided.tenant, voided.order, voided.request)))
        }
        (state @ (S::Absent | S::Unrequested(_)), E::RequestRefused(refused)) => {
            Ok(S::Unrequested(answering(&state, &refused.tenant, refused.order, Some(refused.request))))
        }
        (S::VoidedBefore(inbox), E::RequestRefused(refused)) => Ok(S::VoidedBefore(inbox.with(Some(refused.request)))),
        (S::Requested(mut payment), event) if !matches!(event, E::PaymentRequested(_)) => {
            payment.inbox.answered.extend(event.request());
            payment.apply(event);
            Ok(S::Requested(payment))
        }
        (state, event) => Err(Unfoldable { state: state.name().to_owned(), event: event.event_type().to_owned() }),
    }
}

/// The inbox of a state with one more request, for the order that the last one names.
fn answering(state: &PaymentState, tenant: &TenantId, order: OrderId, request: Option<RequestId>) -> Inbox {
    let answered = state.inbox().map_or_else(BTreeSet::new, |inbox| inbox.answered.clone());
    Inbox { tenant: tenant.clone(), order, answered }.with(request)
}

impl Inbox {
    fn with(mut self, request: Option<RequestId>) -> Self {
        self.answered.extend(request);
        self
    }
}

impl PaymentDetails {
    fn requested(inbox: Inbox, requested: &PaymentRequested) -> Self {
        let PaymentRequested { request, customer, amount, effect, at, .. } = requested;
        Self {
            inbox,
            request: *request,
            customer: customer.clone(),
            amount: *amount,
            reference: None,
            stage: Stage::Pending,
            ledger: Ledger::default(),
            declines: 0,
            failed_attempts: BTreeSet::new(),
            effect: Some(Effect::begun(*effect, EffectKind::Open, Some(*request), *at)),
            refund: None,
            last_effect: *effect,
        }
    }

    /// Takes an event other than the one that asked for it.
    fn apply(&mut self, event: &PaymentEvent) {
        use PaymentEvent as E;
        match event {
            E::PaymentRequested(_) | E::RequestRefused(_) | E::PaymentMethodAttached(_) => {}
            E::PaymentOpened(opened) => {
                self.reference = Some(opened.reference.clone());
                self.end(|kind| *kind == EffectKind::Open);
            }
            E::PaymentFailed(_) => {
                self.stage = Stage::Failed;
                self.effect = None;
            }
            E::AuthorizationStarted(started) => self.start_authorization(started),
            E::PaymentActionRequired(required) => {
                self.stage = Stage::RequiresAction { until: required.until };
                self.end(is_authorization);
            }
            E::PaymentAuthorized(authorized) => self.authorize(authorized),
            E::PaymentDeclined(declined) => self.decline(declined),
            E::CaptureStarted(started) => {
                let step = self.money(started.amount.minor().saturating_sub(self.ledger.captured));
                let kind = EffectKind::Capture { amount: started.amount, step };
                self.start(Effect::begun(started.effect, kind, started.request, started.at));
            }
            E::PaymentCaptured(captured) => self.capture(captured),
            E::VoidStarted(started) => {
                self.start(Effect::begun(started.effect, EffectKind::Void, started.request, started.at));
            }
            E::PaymentVoided(voided) => self.void(voided.confirmed),
            E::RefundStarted(started) => {
                let step = self.money(started.amount.minor().saturating_sub(self.ledger.refunded));
                let kind = EffectKind::Refund { amount: started.amount, step };
                self.refund = Some(Effect::begun(started.effect, kind, started.request, started.at));
                self.last_effect = started.effect;
            }
            E::PaymentRefunded(refunded) => {
                self.ledger.refunded = refunded.refunded.minor();
                self.refund = self.refund.take().filter(|refund| refund.request != refunded.request);
            }
            E::CaptureFailed(failed) => self.forget(failed.effect),
            E::VoidFailed(failed) => self.forget(failed.effect),
            E::RefundFailed(failed) => self.forget(failed.effect),
            E::PaymentDisputed(disputed) => self.ledger.disputed = disputed.disputed.minor(),
            E::AuthorizationExpired(_) => {
                self.ledger.capturable = 0;
                if self.ledger.captured == 0 {
                    self.stage = Stage::Expired;
                }
            }
            E::EffectDelayed(delayed) => {
                for effect in self.effect.iter_mut().chain(&mut self.refund) {
                    if effect.number == delayed.effect {
                        effect.tries = delayed.tries;
                        effect.ask_at = delayed.ask_at;
                    }
                }
            }
        }
    }

    fn start(&mut self, effect: Effect) {
        self.last_effect = effect.number;
        self.effect = Some(effect);
    }

    /// Ends the effect under way, refunds apart, if it is of a kind.
    fn end(&mut self, is_ended: impl Fn(&EffectKind) -> bool) {
        self.effect = self.effect.take().filter(|effect| !is_ended(&effect.kind));
    }

    /// Ends the effect of a number.
    fn forget(&mut self, number: u32) {
        self.effect = self.effect.take().filter(|effect| effect.number != number);
        self.refund = self.refund.take().filter(|effect| effect.number != number);
    }

    fn start_authorization(&mut self, started: &AuthorizationStarted) {
        let kind = EffectKind::Authorize { method: started.method.clone() };
        self.start(Effect::begun(started.effect, kind, Some(started.request), started.at));
        if matches!(self.stage, Stage::RequiresAction { .. }) {
            self.stage = Stage::Pending;
        }
    }

    fn authorize(&mut self, authorized: &PaymentAuthorized) {
        self.ledger.authorized = authorized.amount.minor();
        self.ledger.capturable = authorized.amount.minor();
        if self.ledger.captured == 0 {
            self.stage = Stage::Authorized { expires_at: authorized.expires_at };
        }
        self.end(is_authorization);
    }

    fn decline(&mut self, declined: &PaymentDeclined) {
        self.declines = declined.attempts;
        if self.failed_attempts.len() < DECLINES_MAX {
            self.failed_attempts.extend(declined.attempt.clone());
        }
        if matches!(self.stage, Stage::RequiresAction { .. }) {
            self.stage = Stage::Pending;
        }
        self.end(is_authorization);
    }

    fn capture(&mut self, captured: &PaymentCaptured) {
        self.ledger.captured = captured.captured.minor();
        self.ledger.capturable = captured.capturable.minor();
        let is_all = self.ledger.captured >= self.ledger.authorized;
        self.stage = if is_all { Stage::Captured } else { Stage::PartiallyCaptured };
        let request = captured.request;
        self.effect = self.effect.take().filter(|effect| request.is_none() || effect.request != request);
    }

    fn void(&mut self, confirmed: bool) {
        self.ledger.capturable = 0;
        if self.ledger.captured == 0 {
            self.stage = Stage::Voided { confirmed };
        }
        self.end(|kind| !matches!(kind, EffectKind::Capture { .. }));
    }
}

const fn is_authorization(kind: &EffectKind) -> bool {
    matches!(kind, EffectKind::Authorize { .. })
}
