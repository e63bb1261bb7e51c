//! A clock that is faster than the machine's.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use domain::Timestamp;
use service_kit::clock::Clock;

/// Stands still at its start until it is begun, and is then so many times as fast as the machine's.
#[derive(Debug)]
pub struct FastClock {
    start: Timestamp,
    pace: f64,
    begun: OnceLock<Instant>,
}

impl FastClock {
    /// A clock that shows `start`.
    pub fn new(start: Timestamp, pace: f64) -> Self {
        Self { start, pace, begun: OnceLock::new() }
    }

    /// Lets it run from this moment on.
    ///
    /// # Panics
    /// When it runs already.
    pub fn begin(&self) {
        self.begun.set(Instant::now()).expect("it is begun once");
    }

    /// How long the machine's clock takes until this one shows a moment; nothing where it has passed.
    pub fn until(&self, moment: Timestamp) -> Duration {
        let ahead = moment.micros().saturating_sub(self.now().micros()).max(0);
        Duration::from_secs_f64(ahead as f64 / 1e6 / self.pace)
    }
}

impl Clock for FastClock {
    fn now(&self) -> Timestamp {
        let passed = self.begun.get().map_or(Duration::ZERO, Instant::elapsed);
        self.start.later_by_micros((passed.as_secs_f64() * self.pace * 1e6) as i64)
    }
}
