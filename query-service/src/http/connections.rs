//! Connections that stay open: when they must end, and whether they have.
//!
//! A WebSocket has left its server's keeping once it is upgraded, so it is counted and waited for here.

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// What ends long-lived connections, and waits for them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Connections {
    stop: CancellationToken,
    sockets: TaskTracker,
}

impl Connections {
    /// Connections that end with `stop`.
    pub fn new(stop: CancellationToken) -> Self {
        Self { stop, sockets: TaskTracker::new() }
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

    /// Counts a socket among `max`; `None` when there are as many.
    pub(super) fn socket(&self, max: usize) -> Option<TaskTrackerToken> {
        (self.sockets.len() < max).then(|| self.sockets.token())
    }
}
