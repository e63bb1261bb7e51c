//! Why nothing was recorded of a notification.

use domain::NotificationId;
use domain::notification::NotificationRejection;
use event_store::ExecuteError;
use service_kit::postgres::TableError;

/// Why nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// It cannot be recorded, however often it is repeated.
    #[error("notification {notification} does not take this")]
    Refused {
        notification: NotificationId,
        #[source]
        source: NotificationRejection,
    },
    /// The tables beside the log.
    #[error("what notifications know could not be read or written")]
    Table(#[from] TableError),
    /// The store; see [`ExecuteError`] for whether a repetition may succeed.
    #[error("notification {notification} could not be decided")]
    Store {
        notification: NotificationId,
        #[source]
        source: ExecuteError,
    },
}
