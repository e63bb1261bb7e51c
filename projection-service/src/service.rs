//! The projector as a service: one session after the other, with a pause after each failure.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use messaging::{Decoder, KindReader, Registry};
use read_models::ModelSet;
use service_kit::backoff::Backoff;
use service_kit::clock::{SharedClock, Stopwatch};
use service_kit::errors::chain;
use service_kit::http::Check;
use service_kit::poll;
use tokio_util::sync::CancellationToken;

use crate::config::ProjectionSettings;
use crate::error::StartError;
use crate::progress::{NotReady, Progress};
use crate::session::Session;
use crate::worker::Shared;

/// First pause after a failed session, in milliseconds; each further pause is twice as long.
const REJOIN_BACKOFF_MS_MIN: u64 = 200;
/// Longest pause, in milliseconds.
const REJOIN_BACKOFF_MS_MAX: u64 = 15_000;
/// After a session of at least this many milliseconds the pauses begin with the shortest again.
const SESSION_GOOD_MS: u64 = 60_000;
/// Counter: sessions that failed.
const SESSION_FAILURES: &str = "projector_session_failures_total";

/// A projector of one set of models and consumer group. Projectors of one group, in one process or in many, share the partitions.
pub struct ProjectionService<M: ModelSet> {
    shared: Shared<M>,
    sessions_failed: AtomicU64,
}

impl<M: ModelSet> ProjectionService<M> {
    /// Creates a projector without connecting to anything.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn new(settings: ProjectionSettings, clock: SharedClock) -> Result<Self, StartError> {
        let registry = Registry::new(&settings.messaging.schema_registry_url)?;
        let progress = Progress::new(&settings.group, settings.ready_lag_records_max);
        let reader = KindReader::new(Decoder::new(registry), M::OTHER_NAMESPACES);
        let shared = Shared { settings: Arc::new(settings), reader, clock, progress };
        Ok(Self { shared, sessions_failed: AtomicU64::new(0) })
    }

    /// A check of this name: ready once every assigned partition has been close to its end.
    pub fn readiness(&self, name: &'static str) -> Check {
        let progress = self.shared.progress.clone();
        Check::new(name, move || std::future::ready(progress.ready()))
    }

    /// Whether the projector is ready, and if not, why.
    ///
    /// # Errors
    /// [`NotReady`].
    pub fn ready(&self) -> Result<(), NotReady> {
        self.shared.progress.ready()
    }

    /// How many sessions with the group have ended in a failure since the start.
    pub fn sessions_failed(&self) -> u64 {
        self.sessions_failed.load(Ordering::Relaxed)
    }

    /// Projects until stopped. Each failure is logged and counted, and a new session resumes from the stored offsets.
    pub async fn run(&self, stop: CancellationToken) {
        let backoff = || Backoff::between_ms(REJOIN_BACKOFF_MS_MIN, REJOIN_BACKOFF_MS_MAX);
        let mut pauses = backoff();
        while !stop.is_cancelled() {
            let watch = Stopwatch::start();
            let Err(error) = Session::run(&self.shared, &stop).await else { continue };
            self.sessions_failed.fetch_add(1, Ordering::Relaxed);
            metrics::counter!(SESSION_FAILURES, "group" => self.shared.settings.group.clone()).increment(1);
            if watch.elapsed() >= Duration::from_millis(SESSION_GOOD_MS) {
                pauses = backoff();
            }
            let pause = pauses.next_pause();
            tracing::error!(pause_ms = pause.as_millis(), "the projector starts again: {}", chain(&error));
            poll::pause(pause, &stop).await;
        }
    }
}
