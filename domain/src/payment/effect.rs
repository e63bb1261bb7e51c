//! Effects: what a payment wants done at its provider.

use serde::{Deserialize, Serialize};

use crate::{Money, PaymentId, ProviderReference, RequestId, Timestamp};

use super::{FIRST_PAUSE_S, PAUSE_S_MAX};

/// Something that was decided to be told to the provider, and whose result is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// Its number among the effects of the payment, from 1.
    pub number: u32,
    pub kind: EffectKind,
    /// The request that it is for.
    pub request: Option<RequestId>,
    /// How often its result was looked for in vain.
    pub tries: u32,
    /// When to look for its result.
    pub ask_at: Timestamp,
}

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EffectKind {
    /// Make the provider's payment, which charges nobody.
    Open,
    /// Authorise with a method.
    Authorize { method: ProviderReference },
    /// Capture `step`, until `amount` is captured in all.
    Capture { amount: Money, step: Money },
    /// Cancel what is authorised and not captured, so that it can no longer be authorised either.
    Void,
    /// Give back `step`, until `amount` is refunded in all.
    Refund { amount: Money, step: Money },
}

/// The key that the provider recognises repetitions of an effect by: the same for the same effect of a payment, for good.
pub fn effect_key(payment: PaymentId, number: u32) -> String {
    format!("{payment}-{number}")
}

impl Effect {
    /// An effect that begins.
    pub(super) fn begun(number: u32, kind: EffectKind, request: Option<RequestId>, at: Timestamp) -> Self {
        Self { number, kind, request, tries: 0, ask_at: later(at, FIRST_PAUSE_S) }
    }

    /// When to look for its result again if it is not known now.
    pub(super) fn next_ask(&self, now: Timestamp) -> Timestamp {
        let doubled = FIRST_PAUSE_S.checked_shl(self.tries.saturating_add(1)).filter(|pause| *pause > 0);
        later(now, doubled.map_or(PAUSE_S_MAX, |pause| pause.min(PAUSE_S_MAX)))
    }
}

/// The moment so many seconds later; the same one where there is none.
pub(super) fn later(at: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::try_from_micros(at.micros().saturating_add(seconds.saturating_mul(1_000_000))).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let mut effect = Effect::begun(1, EffectKind::Void, None, Timestamp::EPOCH);
        assert_eq!(effect.ask_at, later(Timestamp::EPOCH, 10));
        let pauses = [(0, 20), (1, 40), (5, 600), (40, 600), (62, 600), (63, 600), (u32::MAX, 600)];
        for (tries, seconds) in pauses {
            effect.tries = tries;
            assert_eq!(effect.next_ask(Timestamp::EPOCH), later(Timestamp::EPOCH, seconds), "{tries}");
        }
    }

    #[test]
    fn a_key_follows_from_the_payment_and_the_number() {
        let payment = PaymentId::new(Uuid::nil());
        assert_eq!(effect_key(payment, 3), "00000000-0000-0000-0000-000000000000-3", "the provider has seen it");
    }
}
