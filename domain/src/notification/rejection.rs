//! Why a notification takes no notice of a command.

use crate::Unfoldable;
use crate::refusal::{Code, Rejection};

use super::RESENDS_MAX;

/// Why a notification takes no notice of a command. No event results.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotificationRejection {
    /// The stream is another tenant's.
    #[error("the notification belongs to another tenant")]
    OtherTenant,
    /// Nobody is told anything under this id.
    #[error("there is no such notification")]
    NotRequested,
    /// It is still being sent.
    #[error("the notification is still being sent")]
    NotEnded,
    /// It was asked for too often.
    #[error("a notification is sent again at most {RESENDS_MAX} times")]
    TooManyResends,
    /// The stream is damaged.
    #[error("the history of the notification is damaged: {0}")]
    Damaged(#[from] Unfoldable),
}

/// The codes that rejections of notifications are told under.
pub mod code {
    crate::codes! {
        /// Not yours, or none.
        NOTIFICATION_NOT_FOUND = "notification_not_found", NotFound, "There is no such notification";
        /// Nothing to send again yet.
        NOTIFICATION_NOT_ENDED = "notification_not_ended", Conflict, "The notification is still being sent";
        /// Somebody asks again and again.
        NOTIFICATION_TOO_MANY_RESENDS = "notification_too_many_resends", Conflict, "The notification was sent again too often";
        /// The history does not fold.
        NOTIFICATION_STREAM_DAMAGED = "notification_stream_damaged", Internal, "The history of the notification is damaged";
    }
}

impl Rejection for NotificationRejection {
    fn code(&self) -> Code {
        match self {
            Self::OtherTenant | Self::NotRequested => code::NOTIFICATION_NOT_FOUND,
            Self::NotEnded => code::NOTIFICATION_NOT_ENDED,
            Self::TooManyResends => code::NOTIFICATION_TOO_MANY_RESENDS,
            Self::Damaged(_) => code::NOTIFICATION_STREAM_DAMAGED,
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::OtherTenant | Self::NotRequested => "there is no such notification".to_owned(),
            Self::NotEnded | Self::TooManyResends | Self::Damaged(_) => self.to_string(),
        }
    }
}
