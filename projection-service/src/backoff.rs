//! Pauses that double up to a bound.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

/// The pauses between attempts, without end.
pub(crate) struct Backoff(ExponentialBackoff);

impl Backoff {
    pub(crate) fn between_ms(min: u64, max: u64) -> Self {
        let bounds = ExponentialBuilder::new()
            .with_min_delay(Duration::from_millis(min))
            .with_max_delay(Duration::from_millis(max))
            .without_max_times();
        Self(bounds.build())
    }

    pub(crate) fn next(&mut self) -> Duration {
        self.0.next().expect("the pauses have no end")
    }
}
