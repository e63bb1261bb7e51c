//! Long-lived connections: ends them when the process stops, and waits until they have ended.
//!
//! The HTTP server does not track a WebSocket after its upgrade, so it is counted and waited for here.

use service_kit::auth::Principal;
use service_kit::fairness::{Share, Shares, Taken};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// The name of the shares in refusals and metrics.
const SOCKETS: &str = "WebSockets";

/// Ends long-lived connections and waits for them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Connections {
    stop: CancellationToken,
    sockets: TaskTracker,
    shares: Shares,
    sockets_max: usize,
}

impl Connections {
    /// Connections that end when `stop` is cancelled.
    pub fn new(stop: CancellationToken) -> Self {
        Self { stop, sockets: TaskTracker::new(), shares: Shares::of(SOCKETS, 0), sockets_max: 0 }
    }

    /// The same with a bound on how many may be open at once.
    pub(crate) fn limited(mut self, sockets_max: usize) -> Self {
        self.sockets_max = sockets_max;
        self.shares = Shares::of(SOCKETS, sockets_max);
        self
    }

    /// Waits until the process stops and all connections have ended.
    pub async fn ended(self) {
        self.stop.cancelled().await;
        self.sockets.close();
        self.sockets.wait().await;
    }

    /// Cancelled when connections must end.
    pub(crate) fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Counts a socket; `None` if the limit is reached.
    pub(super) fn socket(&self) -> Option<TaskTrackerToken> {
        (self.sockets.len() < self.sockets_max).then(|| self.sockets.token())
    }

    /// Counts a socket for its subject and tenant, once these are known.
    ///
    /// # Errors
    /// [`Taken`] if the subject or the tenant has as many as it may.
    pub(super) fn share(&self, principal: &Principal) -> Result<Share, Taken> {
        self.shares.take(principal)
    }
}
