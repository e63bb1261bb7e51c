//! Connections that stay open: when they must end, and whether they have.
//!
//! A WebSocket has left its server's keeping once it is upgraded, so it is counted and waited for here.

use service_kit::auth::Principal;
use service_kit::fairness::{Share, Shares, Taken};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// What the shares count.
const SOCKETS: &str = "WebSockets";

/// What ends long-lived connections, and waits for them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Connections {
    stop: CancellationToken,
    sockets: TaskTracker,
    shares: Shares,
    sockets_max: usize,
}

impl Connections {
    /// Connections that end with `stop`.
    pub fn new(stop: CancellationToken) -> Self {
        Self { stop, sockets: TaskTracker::new(), shares: Shares::of(SOCKETS, 0), sockets_max: 0 }
    }

    /// The same with a bound on how many may be open at once.
    pub(crate) fn limited(mut self, sockets_max: usize) -> Self {
        self.sockets_max = sockets_max;
        self.shares = Shares::of(SOCKETS, sockets_max);
        self
    }

    /// Waits until they must end and, each within its bounds, have.
    pub async fn ended(self) {
        self.stop.cancelled().await;
        self.sockets.close();
        self.sockets.wait().await;
    }

    /// Cancelled when they must end.
    pub(crate) fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Counts a socket; `None` when there are as many as may be.
    pub(super) fn socket(&self) -> Option<TaskTrackerToken> {
        (self.sockets.len() < self.sockets_max).then(|| self.sockets.token())
    }

    /// Counts a socket as somebody's, once it is known whose it is.
    ///
    /// # Errors
    /// [`Taken`] when they have as many as they may.
    pub(super) fn share(&self, principal: &Principal) -> Result<Share, Taken> {
        self.shares.take(principal)
    }
}
