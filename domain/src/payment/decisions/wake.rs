use crate::decision::Decision;
use crate::{Reason, Scope, Timestamp};

use super::super::{
    AUTHORIZATION_TRIES_MAX, AuthorizationExpired, Effect, EffectDelayed, EffectKind, Payment, PaymentDeclined,
    PaymentDetails, PaymentEvent, PaymentRejection, PaymentState, Stage,
};

/// Look at the clock, after the provider was asked what became of what is due. Sent by the engine's timers, which may be late or come
/// twice; the moments in the state decide.
///
/// What is still unknown is looked for again later. A customer who did not authenticate in time, and an authorisation that the
/// provider did not answer for too long, count as declined: should they succeed nevertheless, that is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wake {
    pub now: Timestamp,
}

impl Decision<Payment> for Wake {
    /// None: nobody asks for it from outside.
    fn scopes(&self) -> &'static [Scope] {
        &[]
    }

    fn decide(self, state: &PaymentState) -> Result<Vec<PaymentEvent>, PaymentRejection> {
        let Some(payment) = state.payment() else { return Ok(vec![]) };
        let due = payment.effects().filter(|effect| effect.ask_at <= self.now);
        let mut events: Vec<_> = due.map(|effect| payment.delayed(effect, self.now)).collect();
        match payment.stage {
            Stage::RequiresAction { until } if until <= self.now => {
                events.push(payment.declined("action_expired", self.now));
            }
            Stage::Authorized { expires_at: Some(expires_at) } if expires_at <= self.now => {
                events.push(PaymentEvent::AuthorizationExpired(AuthorizationExpired {
                    request: None,
                    order: payment.inbox.order,
                    at: self.now,
                }));
            }
            Stage::Pending
            | Stage::RequiresAction { .. }
            | Stage::Authorized { .. }
            | Stage::PartiallyCaptured
            | Stage::Captured
            | Stage::Voided { .. }
            | Stage::Failed
            | Stage::Expired => {}
        }
        Ok(events)
    }
}

impl PaymentDetails {
    fn delayed(&self, effect: &Effect, now: Timestamp) -> PaymentEvent {
        let tries = effect.tries.saturating_add(1);
        if matches!(effect.kind, EffectKind::Authorize { .. }) && tries >= AUTHORIZATION_TRIES_MAX {
            return self.declined("provider_unavailable", now);
        }
        PaymentEvent::EffectDelayed(EffectDelayed {
            request: effect.request,
            order: self.inbox.order,
            effect: effect.number,
            tries,
            ask_at: effect.next_ask(now),
            at: now,
        })
    }

    fn declined(&self, code: &str, at: Timestamp) -> PaymentEvent {
        PaymentEvent::PaymentDeclined(PaymentDeclined {
            attempt: None,
            request: Some(self.request),
            order: self.inbox.order,
            code: Reason::try_new(code).expect("the engine's own codes are short and printable"),
            attempts: self.declines.saturating_add(1),
            at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;
    use crate::{Decider, fold};

    fn wake_at(history: &[PaymentEvent]) -> Option<Timestamp> {
        Payment::wake_at(&fold::<Payment>(history).unwrap())
    }

    #[test]
    fn an_effect_without_a_result_is_looked_for_again_ever_later() {
        assert_eq!(wake_at(&[requested()]), Some(at(10)));
        given([requested()]).when(wake(9)).then_nothing();
        given([requested()]).when(wake(10)).then([delayed(1, 1, 1, 30, 10)]);
        let again = [requested(), delayed(1, 1, 1, 30, 10)];
        assert_eq!(wake_at(&again), Some(at(30)));
        given(again).when(wake(30)).then([delayed(1, 1, 2, 70, 30)]);
    }

    #[test]
    fn a_refund_and_a_capture_are_looked_for_each() {
        let both = || {
            let paid = [requested(), opened(), authorized(100), captured(None, 60, 60, 40)];
            paid.into_iter().chain([refund_started(3, 2, 60), capture_started(4, 3, 100)])
        };
        given(both()).when(wake(10)).then([delayed(4, 3, 1, 30, 10), delayed(3, 2, 1, 30, 10)]);
    }

    #[test]
    fn an_authorisation_that_nobody_answers_for_counts_as_declined() {
        let mut history: Vec<_> = [requested(), opened()].into_iter().chain(attached(2, 2, "pm_1")).collect();
        history.push(delayed(2, 2, AUTHORIZATION_TRIES_MAX - 1, 600, 300));
        given(history).when(wake(600)).then([declined_at("provider_unavailable", 1, 600)]);
    }

    #[test]
    fn a_customer_who_does_not_authenticate_in_time_has_not_paid() {
        let waiting = || [requested(), opened(), action_required()];
        assert_eq!(wake_at(&waiting()), Some(at(900)));
        given(waiting()).when(wake(899)).then_nothing();
        given(waiting()).when(wake(900)).then([declined_at("action_expired", 1, 900)]);
    }

    #[test]
    fn an_authorisation_expires_at_its_moment() {
        let paid = || [requested(), opened(), authorized_until(100, 5_000)];
        assert_eq!(wake_at(&paid()), Some(at(5_000)));
        given(paid()).when(wake(4_999)).then_nothing();
        given(paid()).when(wake(5_000)).then([expired_at(5_000)]);
        assert_eq!(wake_at(&[requested(), opened(), authorized(100)]), None);
    }

    #[test]
    fn where_nothing_is_due_nothing_happens() {
        given([]).when(wake(9_999)).then_nothing();
        given([voided(1, false)]).when(wake(9_999)).then_nothing();
        given([requested(), opened(), authorized(100), captured(None, 100, 100, 0)]).when(wake(9_999)).then_nothing();
    }
}
