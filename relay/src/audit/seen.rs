//! Which positions were seen: one bit each, so a hundred million take twelve megabytes.

/// Positions of one shard after a first one.
#[derive(Debug)]
pub struct Seen {
    after: i64,
    last: i64,
    bits: Vec<u64>,
}

impl Seen {
    /// Room for the positions after `after` up to `last`.
    pub fn new(after: i64, last: i64) -> Self {
        let words = usize::try_from((last - after).max(0)).unwrap_or_default().div_ceil(64);
        Self { after, last, bits: vec![0; words] }
    }

    /// Whether a position is among those looked for.
    pub const fn covers(&self, position: i64) -> bool {
        position > self.after && position <= self.last
    }

    /// Notes a position; `false` when it was seen before or is not looked for.
    pub fn note(&mut self, position: i64) -> bool {
        let Some((word, bit)) = self.bit_of(position) else { return false };
        let new = self.bits[word] & bit == 0;
        self.bits[word] |= bit;
        new
    }

    /// Whether a position was seen.
    pub fn has(&self, position: i64) -> bool {
        self.bit_of(position).is_some_and(|(word, bit)| self.bits[word] & bit != 0)
    }

    /// Positions that were not seen, in order.
    pub fn missing(&self) -> impl Iterator<Item = i64> {
        (self.after + 1..=self.last)
            .filter(|position| self.bit_of(*position).is_some_and(|(word, bit)| self.bits[word] & bit == 0))
    }

    fn bit_of(&self, position: i64) -> Option<(usize, u64)> {
        let index = usize::try_from(position - self.after - 1).ok().filter(|_| self.covers(position))?;
        Some((index / 64, 1 << (index % 64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_position_is_new_once_and_what_is_missing_is_reported() {
        let mut seen = Seen::new(10, 140);
        assert!((11..=140).filter(|position| *position != 77).all(|position| seen.note(position)));
        assert!(!seen.note(11) && !seen.note(10) && !seen.note(141));
        assert_eq!(seen.missing().collect::<Vec<_>>(), [77]);
        assert_eq!(Seen::new(5, 5).missing().count(), 0);
    }
}
