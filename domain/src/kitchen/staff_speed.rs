use std::num::NonZeroU32;

/// How fast simulated staff are: so many seconds of preparation in one second of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaffSpeed(NonZeroU32);

/// The shortest that an item is in hand.
const IN_HAND_MICROS_MIN: i64 = 1_000;

impl StaffSpeed {
    /// As fast as people.
    pub const OF_PEOPLE: Self = Self(NonZeroU32::MIN);

    /// The speed of staff that does so many seconds of preparation in a second.
    pub const fn new(preparation_s_per_s: NonZeroU32) -> Self {
        Self(preparation_s_per_s)
    }

    /// How long an item is in hand by the clock, in microseconds.
    pub fn in_hand_micros(self, preparation_s: u32) -> i64 {
        (i64::from(preparation_s) * 1_000_000 / i64::from(self.0.get())).max(IN_HAND_MICROS_MIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_in_hand_for_its_part_of_the_preparation_and_never_for_nothing() {
        let in_hand = |speed: u32| StaffSpeed::new(NonZeroU32::new(speed).unwrap()).in_hand_micros(60);
        assert_eq!([in_hand(1), in_hand(240), in_hand(u32::MAX)], [60_000_000, 250_000, 1_000]);
        assert_eq!(StaffSpeed::OF_PEOPLE.in_hand_micros(60), in_hand(1));
    }
}
