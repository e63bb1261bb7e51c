//! What keeps a failing or slow receiver from harming anything else: few at once, and a rest while it fails.

use std::time::Duration;

use recloser::{AsyncRecloser, Recloser};
use tokio::sync::Semaphore;

/// How a receiver is spared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GuardOptions {
    /// Most messages under way.
    pub(crate) at_once_max: usize,
    /// The share of failing attempts from which none is made for a while.
    pub(crate) failing_share: f32,
    /// How many of the last attempts that share is of.
    pub(crate) failing_of: usize,
    /// How long none is made then.
    pub(crate) rest_ms: u64,
}

/// Pause before a message is tried that was one too many.
pub(crate) const BUSY_PAUSE_MS: i64 = 1_000;

/// Why an attempt was not made, or failed.
#[derive(Debug)]
pub(crate) enum Guarded<E> {
    /// The receiver has failed too often of late.
    Resting,
    Failed(E),
}

/// A circuit breaker and a bound of what is under way.
pub(crate) struct Guard {
    breaker: AsyncRecloser,
    permits: Semaphore,
    pub(crate) rest_ms: u64,
}

impl Guard {
    pub(crate) fn new(options: GuardOptions) -> Self {
        let breaker = Recloser::custom()
            .error_rate(options.failing_share)
            .closed_len(options.failing_of)
            .half_open_len(options.failing_of.div_ceil(4))
            .open_wait(Duration::from_millis(options.rest_ms))
            .build();
        Self { breaker: breaker.into(), permits: Semaphore::new(options.at_once_max), rest_ms: options.rest_ms }
    }

    /// A place among those under way; `None` where there is none.
    pub(crate) fn enter(&self) -> Option<tokio::sync::SemaphorePermit<'_>> {
        self.permits.try_acquire().ok()
    }

    /// Makes an attempt unless the receiver rests. `is_failure` says whether an error is a fault of the receiver's.
    pub(crate) async fn call<T, E>(
        &self,
        is_failure: fn(&E) -> bool,
        attempt: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Guarded<E>> {
        self.breaker.call_with(is_failure, attempt).await.map_err(|error| match error {
            recloser::Error::Rejected => Guarded::Resting,
            recloser::Error::Inner(error) => Guarded::Failed(error),
        })
    }

    /// Pause before what was not tried because of the rest is tried.
    pub(crate) fn rest_pause_ms(&self) -> i64 {
        i64::try_from(self.rest_ms).unwrap_or(i64::MAX)
    }
}
