//! A circuit breaker: whoever fails too often is given a rest.

use std::time::Duration;

use recloser::{AsyncRecloser, Recloser};

/// How a receiver is spared.
#[derive(Debug, Clone, Copy)]
pub struct BreakerOptions {
    /// The share of failing attempts from which none is made for a while, from 0 to 1.
    pub failing_share: f32,
    /// How many of the last attempts that share is of.
    pub failing_of: usize,
    /// How long none is made then.
    pub rest_ms: u64,
}

/// Why an attempt has no result.
#[derive(Debug)]
pub enum BreakerError<E> {
    /// The receiver has failed too often of late, so that no attempt was made.
    Open,
    Failed(E),
}

/// Makes attempts while enough of them succeed.
pub struct Breaker {
    recloser: AsyncRecloser,
    options: BreakerOptions,
}

impl Breaker {
    /// Begins by making attempts. After a rest a quarter as many decide whether it goes on.
    pub fn new(options: BreakerOptions) -> Self {
        let recloser = Recloser::custom()
            .error_rate(options.failing_share)
            .closed_len(options.failing_of)
            .half_open_len(options.failing_of.div_ceil(4))
            .open_wait(Duration::from_millis(options.rest_ms))
            .build();
        Self { recloser: recloser.into(), options }
    }

    /// How long a rest is.
    pub const fn rest_ms(&self) -> u64 {
        self.options.rest_ms
    }

    /// Makes an attempt unless the receiver rests. `is_failure` says whether an error is a fault of the receiver's.
    ///
    /// # Errors
    /// [`BreakerError`].
    pub async fn call<T, E>(
        &self,
        is_failure: fn(&E) -> bool,
        attempt: impl Future<Output = Result<T, E>>,
    ) -> Result<T, BreakerError<E>> {
        self.recloser.call_with(is_failure, attempt).await.map_err(|error| match error {
            recloser::Error::Rejected => BreakerError::Open,
            recloser::Error::Inner(error) => BreakerError::Failed(error),
        })
    }
}
