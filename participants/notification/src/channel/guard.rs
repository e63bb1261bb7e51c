//! What keeps a failing or slow receiver from harming anything else: few at once, and a rest while it fails.

use service_kit::breaker::{Breaker, BreakerOptions};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Pause before a message is tried that was one too many.
pub(crate) const BUSY_PAUSE_MS: i64 = 1_000;

/// A circuit breaker and a bound of what is under way.
pub(crate) struct Guard {
    pub(crate) breaker: Breaker,
    permits: Semaphore,
}

impl Guard {
    /// Lets at most so many messages be under way.
    pub(crate) fn new(at_once_max: usize, breaker: BreakerOptions) -> Self {
        Self { breaker: Breaker::new(breaker), permits: Semaphore::new(at_once_max) }
    }

    /// A place among those under way; `None` where there is none.
    pub(crate) fn enter(&self) -> Option<SemaphorePermit<'_>> {
        self.permits.try_acquire().ok()
    }

    /// Pause before what was not tried because of the rest is tried.
    pub(crate) fn rest_pause_ms(&self) -> i64 {
        i64::try_from(self.breaker.rest_ms()).unwrap_or(i64::MAX)
    }
}
