//! One file for each decision: the command, the scopes it needs, its validation and its tests; and the list of them.

mod record_failure;
mod record_sent;
mod request_notification;
mod resend_notification;
mod skip_notification;
mod start_sending;
mod wake;

pub use record_failure::*;
pub use record_sent::*;
pub use request_notification::*;
pub use resend_notification::*;
pub use skip_notification::*;
pub use start_sending::*;
pub use wake::*;

use super::Notification;
use crate::decision::declare_commands;

declare_commands! {
    /// A command of a notification.
    NotificationCommand of Notification {
        RequestNotification,
        StartSending,
        RecordSent,
        RecordFailure,
        SkipNotification,
        ResendNotification,
        Wake,
    }
}

#[cfg(test)]
pub(in crate::notification) mod fixtures;
