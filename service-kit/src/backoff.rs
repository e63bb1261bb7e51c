//! Pauses between attempts, which double up to a bound.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

/// Pauses without end, each twice as long as the one before, up to a bound.
#[derive(Debug)]
pub struct Backoff(ExponentialBackoff);

impl Backoff {
    /// Pauses from `min` to `max`, in milliseconds.
    pub fn between_ms(min: u64, max: u64) -> Self {
        let bounds = ExponentialBuilder::new()
            .with_min_delay(Duration::from_millis(min))
            .with_max_delay(Duration::from_millis(max))
            .without_max_times();
        Self(bounds.build())
    }

    /// The next pause.
    pub fn next_pause(&mut self) -> Duration {
        self.0.next().expect("the pauses have no end")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_bound() {
        let mut pauses = Backoff::between_ms(100, 350);
        let pauses: Vec<_> = (0..4).map(|_| pauses.next_pause().as_millis()).collect();
        assert_eq!(pauses, [100, 200, 350, 350]);
    }
}
