//! Effects: what a shipment wants done at a carrier.

use serde::{Deserialize, Serialize};

use crate::{FulfilmentId, Timestamp};

use super::{FIRST_PAUSE_S, PAUSE_S_MAX};
use crate::shipping_location::CarrierChoice;

/// Something that was decided to be told to a carrier, and whose result is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// Its number among the effects of the shipment, from 1.
    pub number: u32,
    pub kind: EffectKind,
    /// How often its result was looked for in vain.
    pub tries: u32,
    /// When to look for its result.
    pub ask_at: Timestamp,
}

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EffectKind {
    /// Buy a label.
    Buy(CarrierChoice),
    /// Void the label in force.
    Void,
}

/// The key that a carrier recognises repetitions of an effect by, and the reference that is on its label: the same for the same effect of
/// a shipment, for good.
pub fn effect_key(shipment: FulfilmentId, number: u32) -> String {
    format!("{shipment}-{number}")
}

impl Effect {
    /// An effect that begins.
    pub(super) fn begun(number: u32, kind: EffectKind, at: Timestamp) -> Self {
        Self { number, kind, tries: 0, ask_at: later(at, FIRST_PAUSE_S) }
    }

    /// When to look for its result again if it is not known now.
    pub(super) fn next_ask(&self, now: Timestamp) -> Timestamp {
        let doubled = FIRST_PAUSE_S.checked_shl(self.tries.saturating_add(1)).filter(|pause| *pause > 0);
        later(now, doubled.map_or(PAUSE_S_MAX, |pause| pause.min(PAUSE_S_MAX)))
    }
}

/// The moment so many seconds later.
pub(super) fn later(at: Timestamp, seconds: i64) -> Timestamp {
    at.later_by_micros(seconds.saturating_mul(1_000_000))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let mut effect = Effect::begun(1, EffectKind::Void, Timestamp::EPOCH);
        assert_eq!(effect.ask_at, later(Timestamp::EPOCH, 10));
        for (tries, seconds) in [(0, 20), (1, 40), (5, 600), (40, 600), (62, 600), (63, 600), (u32::MAX, 600)] {
            effect.tries = tries;
            assert_eq!(effect.next_ask(Timestamp::EPOCH), later(Timestamp::EPOCH, seconds), "{tries}");
        }
    }

    #[test]
    fn a_key_follows_from_the_shipment_and_the_number() {
        let shipment = FulfilmentId::new(Uuid::nil());
        assert_eq!(effect_key(shipment, 3), "00000000-0000-0000-0000-000000000000-3", "carriers have seen it");
    }
}
