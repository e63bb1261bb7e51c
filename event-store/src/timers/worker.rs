//! Waking the streams whose timers are due.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::Timestamp;
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use service_kit::BoxError;
use service_kit::clock::SharedClock;
use tokio_util::sync::CancellationToken;

use super::row::{DueTimer, TimerError};
use crate::Store;

/// Wakes the stream of an id with the clock's now. Answers when the stream wants to be woken next, by its state afterwards.
pub type Waker =
    Arc<dyn Fn(Arc<str>, Timestamp) -> BoxFuture<'static, Result<Option<Timestamp>, BoxError>> + Send + Sync>;

/// How a worker takes timers.
#[derive(Debug, Clone)]
pub struct TimerOptions {
    /// Pause before it looks for due timers again when there were none: the latest that a stream is woken after its moment.
    pub idle_ms: u64,
    /// Most streams of a kind that it wakes at once.
    pub at_once_max: usize,
    /// How long a taken timer is kept from other workers. It is renewed while the stream is being woken.
    pub lease_s: f64,
    /// Longest wake-up. What takes longer counts as failed.
    pub wake_ms_max: u64,
    /// Pause after the first failed wake-up of a timer; doubled with each further one.
    pub first_pause_s: f64,
    /// Longest pause after a failed wake-up.
    pub pause_s_max: f64,
}

impl Default for TimerOptions {
    fn default() -> Self {
        Self {
            idle_ms: 500,
            at_once_max: 64,
            lease_s: 30.0,
            wake_ms_max: 30_000,
            first_pause_s: 1.0,
            pause_s_max: 600.0,
        }
    }
}

/// Wakes streams of the kinds that it was given wakers for.
pub struct TimerWorker {
    store: Store,
    clock: SharedClock,
    options: TimerOptions,
    wakers: BTreeMap<&'static str, Waker>,
    /// The streams that it wakes; `None` for all of its kinds.
    only: Option<Vec<String>>,
}

/// A wake-up that is no error of the waker's and still no success.
#[derive(Debug, thiserror::Error)]
enum WakeError {
    #[error("the stream was not woken within {limit_ms} ms")]
    TooSlow { limit_ms: u64 },
    #[error("the stream was woken and is still due at {due}")]
    StillDue { due: Timestamp },
    #[error("this release has no waker for streams of kind {kind}")]
    NoWaker { kind: String },
}

impl TimerWorker {
    /// A worker that wakes nothing yet.
    pub fn new(store: Store, clock: SharedClock, options: TimerOptions) -> Self {
        Self { store, clock, options, wakers: BTreeMap::new(), only: None }
    }

    /// Also wakes streams of a kind.
    #[must_use]
    pub fn with(mut self, kind: &'static str, waker: Waker) -> Self {
        self.wakers.insert(kind, waker);
        self
    }

    /// Wakes no other streams than these.
    #[must_use]
    pub(crate) fn only(mut self, ids: Vec<String>) -> Self {
        self.only = Some(ids);
        self
    }

    /// Wakes what is due until cancelled. A slow wake-up delays no other.
    pub async fn run(self, stop: CancellationToken) {
        let mut waking = FuturesUnordered::new();
        while !stop.is_cancelled() {
            let room = self.options.at_once_max.saturating_sub(waking.len());
            // Wake-ups that have begun hold connections, so they must go on while this waits for one.
            let due = tokio::select! {
                due = self.take(room) => due,
                never = drive(&mut waking) => never,
            };
            let due = due.unwrap_or_else(|error| {
                tracing::warn!(error = service_kit::errors::chain(&error), "due timers were not taken; tried again");
                Vec::new()
            });
            let taken = due.len();
            waking.extend(due.into_iter().map(|timer| self.fire(timer)));
            if taken == room {
                // Looks again when there is room for as many as there was now, which keeps the statements few.
                for _ in 0..waking.len().div_ceil(2) {
                    let _woken = stop.run_until_cancelled(waking.next()).await;
                }
                continue;
            }
            let idle = service_kit::poll::pause(Duration::from_millis(self.options.idle_ms), &stop);
            tokio::select! {
                _ = idle => {}
                never = drive(&mut waking) => never,
            }
        }
        // What was begun is finished; the supervisor bounds how long that may take.
        while waking.next().await.is_some() {}
    }

    /// Takes due timers once and wakes their streams. Returns how many it took.
    ///
    /// # Errors
    /// [`TimerError`] when due timers cannot be taken. A failed wake-up is no error; its timer stays.
    pub async fn round(&self) -> Result<usize, TimerError> {
        let timers = self.take(self.options.at_once_max).await?;
        Ok(timers.into_iter().map(|timer| self.fire(timer)).collect::<FuturesUnordered<_>>().count().await)
    }

    async fn take(&self, room: usize) -> Result<Vec<DueTimer>, TimerError> {
        let kinds: Vec<&str> = self.wakers.keys().copied().collect();
        let limit = i64::try_from(room).unwrap_or(i64::MAX);
        let only = self.only.as_deref();
        self.store.lease_due_timers(&kinds, only, self.clock.now(), limit, self.options.lease_s).await
    }

    /// Wakes a stream whose timer was taken, and keeps the timer's lease meanwhile.
    async fn fire(&self, timer: DueTimer) {
        tokio::select! {
            () = self.wake_and_finish(&timer) => {}
            () = self.renew(&timer) => {}
        }
    }

    /// Renews the lease of a timer for as long as it is polled.
    async fn renew(&self, timer: &DueTimer) {
        let mut ticks = tokio::time::interval(Duration::from_secs_f64(self.options.lease_s / 3.0));
        ticks.tick().await;
        loop {
            ticks.tick().await;
            if let Err(error) = self.store.renew_timer(timer, self.options.lease_s).await {
                tracing::warn!(stream = %timer.stream, error = service_kit::errors::chain(&error), "a timer's lease was not renewed");
            }
        }
    }

    async fn wake_and_finish(&self, timer: &DueTimer) {
        let result = match self.wake(timer).await {
            Ok(next) => {
                let late_ms = self.clock.now().micros().saturating_sub(timer.due.micros()) / 1_000;
                metrics::histogram!("timers_late_ms").record(to_f64(late_ms));
                metrics::counter!("timers_fired_total", "kind" => timer.stream.kind.to_string()).increment(1);
                self.store.finish_timer(timer, next).await
            }
            Err(error) => {
                let error = service_kit::errors::chain(&*error);
                metrics::counter!("timers_failed_total", "kind" => timer.stream.kind.to_string()).increment(1);
                let pause_s = self.pause_s(timer.failures);
                tracing::warn!(stream = %timer.stream, failures = timer.failures + 1, pause_s, error, "a stream was not woken");
                self.store.postpone_timer(timer, pause_s, &error).await
            }
        };
        if let Err(error) = result {
            // The lease runs out, and the stream is woken again.
            tracing::warn!(stream = %timer.stream, error = service_kit::errors::chain(&error), "a timer was not finished");
        }
    }

    async fn wake(&self, timer: &DueTimer) -> Result<Option<Timestamp>, BoxError> {
        let kind = &*timer.stream.kind;
        let waker = self.wakers.get(kind).ok_or_else(|| WakeError::NoWaker { kind: kind.to_owned() })?;
        let limit_ms = self.options.wake_ms_max;
        let now = self.clock.now();
        let next = tokio::time::timeout(Duration::from_millis(limit_ms), waker(timer.stream.id.clone(), now))
            .await
            .map_err(|_elapsed| WakeError::TooSlow { limit_ms })??;
        match next {
            Some(due) if due <= now => Err(WakeError::StillDue { due }.into()),
            next => Ok(next),
        }
    }

    fn pause_s(&self, failures: u32) -> f64 {
        let TimerOptions { first_pause_s, pause_s_max, .. } = self.options;
        let doubled = f64::from(failures.min(u32::from(u8::MAX))).exp2();
        (first_pause_s * doubled).min(pause_s_max)
    }
}

/// Polls wake-ups for as long as it is polled itself.
async fn drive<F: Future<Output = ()>>(waking: &mut FuturesUnordered<F>) -> ! {
    while waking.next().await.is_some() {}
    std::future::pending().await
}

#[expect(clippy::cast_precision_loss, reason = "a metric far below 2^52")]
fn to_f64(count: i64) -> f64 {
    count as f64
}
