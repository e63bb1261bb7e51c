//! The service of one group: one session after the other, with a pause after each failure.

use std::sync::Arc;
use std::time::Duration;

use service_kit::backoff::Backoff;
use service_kit::clock::Stopwatch;
use service_kit::errors::chain;
use service_kit::http::Check;
use service_kit::poll;
use service_kit::postgres::Pool;
use tokio_util::sync::CancellationToken;

use crate::options::RequestOptions;
use crate::parking::Parking;
use crate::progress::{Counts, NotReady, Progress};
use crate::session::{Session, Shared};
use crate::source::{Network, Source};

/// A session that lasted as long as this was a good one, and the next failure is the first again, in milliseconds.
const SESSION_GOOD_MS: u64 = 60_000;
/// Counter: sessions that ended in a failure.
const SESSION_FAILURES: &str = "requests_session_failures_total";

/// Handles the records of a group's topics.
pub struct RequestService {
    shared: Shared,
}

impl RequestService {
    /// A service for these topics, read by one client. What is parked goes to the database of the pool, which is the
    /// participant's and has this crate's [`migrations`](crate::migrations).
    pub fn new(options: RequestOptions, sources: impl IntoIterator<Item = Source>, pool: Pool) -> Self {
        let parking = Parking {
            pool,
            group: options.group.as_str().into(),
            keys_max: options.parked_keys_max,
            records_max: options.parked_records_max,
        };
        let progress = Progress::new(&options.group);
        Self { shared: Shared { options, sources: sources.into_iter().collect(), parking, progress } }
    }

    /// The same with its sources behind a network.
    #[must_use]
    pub fn behind(mut self, network: &Arc<Network>) -> Self {
        let sources = std::mem::take(&mut self.shared.sources);
        self.shared.sources = sources.into_iter().map(|source| source.behind(network)).collect();
        self
    }

    /// The name of the group.
    pub fn group(&self) -> &str {
        &self.shared.options.group
    }

    /// What it does for the records of a topic; `None` where it does not read the topic.
    pub fn source(&self, topic: &str) -> Option<&Source> {
        self.shared.sources.iter().find(|source| source.topic() == topic)
    }

    /// The readiness check under a name.
    pub fn check(&self, name: &'static str) -> Check {
        let progress = self.shared.progress.clone();
        Check::new(name, move || std::future::ready(progress.ready()))
    }

    /// Whether the group is served, and if not, why.
    ///
    /// # Errors
    /// [`NotReady`].
    pub fn ready(&self) -> Result<(), NotReady> {
        self.shared.progress.ready()
    }

    /// What became of the records since the start.
    pub fn counts(&self) -> Counts {
        self.shared.progress.counts()
    }

    /// Handles records until stopped. Each failure is logged, counted and shown by the readiness, and a new session goes on from
    /// the committed offsets.
    pub async fn run(&self, stop: CancellationToken) {
        let Shared { options, progress, .. } = &self.shared;
        let backoff = || Backoff::between_ms(options.rejoin_backoff_ms_min, options.rejoin_backoff_ms_max);
        let mut pauses = backoff();
        while !stop.is_cancelled() {
            let watch = Stopwatch::start();
            let Err(error) = Session::run(&self.shared, &stop).await else { continue };
            let reason = chain(&error);
            metrics::counter!(SESSION_FAILURES, "group" => options.group.clone()).increment(1);
            if watch.elapsed() >= Duration::from_millis(SESSION_GOOD_MS) {
                pauses = backoff();
            }
            let pause = pauses.next_pause();
            tracing::error!(pause_ms = pause.as_millis(), "handling requests starts again: {reason}");
            progress.failed(reason);
            poll::pause(pause, &stop).await;
        }
    }
}
