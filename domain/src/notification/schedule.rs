//! When attempts follow one another.

use crate::{EventId, Timestamp};

use super::Channel;

/// Pauses after failed attempts to reach a customer, in seconds: sixteen hours in all.
const OF_CUSTOMERS_S: [i64; 8] = [60, 300, 900, 1_800, 3_600, 7_200, 14_400, 28_800];
/// Pauses after failed webhooks, in seconds: three days in all, as Standard Webhooks advises.
const OF_WEBHOOKS_S: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 64_800, 82_800];
/// A pause is lengthened by up to one part in this, by a number that follows from the event, so that what failed together does not try
/// again together.
const JITTER_PARTS: i64 = 10;

const fn pauses_s(channel: Channel) -> &'static [i64] {
    match channel {
        Channel::Email | Channel::Sms => &OF_CUSTOMERS_S,
        Channel::Webhook => &OF_WEBHOOKS_S,
    }
}

/// Most attempts of one schedule.
pub const fn tries_max(channel: Channel) -> usize {
    pauses_s(channel).len() + 1
}

/// The pause after a failed attempt of a number in its schedule, from 1, in seconds; `None` where it was the last one.
pub fn pause_s(channel: Channel, attempt: u32, event: EventId) -> Option<i64> {
    let index = usize::try_from(attempt.checked_sub(1)?).ok()?;
    let pause = *pauses_s(channel).get(index)?;
    let spread = (pause / JITTER_PARTS).max(1);
    let seed = event.uuid().as_u128().rotate_left(attempt % 128) % u128::from(spread.unsigned_abs());
    Some(pause + i64::try_from(seed).expect("a remainder is below its divisor"))
}

/// A moment so many seconds later.
pub(super) fn later(at: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::try_from_micros(at.micros().saturating_add(seconds.saturating_mul(1_000_000))).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn webhooks_are_tried_for_three_days_and_mails_for_less_than_one() {
        let sum = |channel| pauses_s(channel).iter().sum::<i64>();
        assert!((3 * 86_400..4 * 86_400).contains(&sum(Channel::Webhook)));
        assert!(sum(Channel::Email) < 86_400);
    }

    #[test]
    fn pauses_grow_are_spread_and_end() {
        let pauses = |event: u128| {
            let event = EventId::new(Uuid::from_u128(event));
            (1..=10).map_while(|attempt| pause_s(Channel::Webhook, attempt, event)).collect::<Vec<_>>()
        };
        assert_eq!(pauses(1).len() + 1, tries_max(Channel::Webhook));
        assert!(pauses(1).is_sorted());
        assert_ne!(pauses(1), pauses(2));
        assert_eq!(pauses(1), pauses(1));
        assert_eq!(pause_s(Channel::Email, 0, EventId::new(Uuid::nil())), None);
    }
}
