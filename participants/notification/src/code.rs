//! The refusals of notification's commands, beside those of the decider and of every command edge.

use command_kit::{Code, Refusal, Words};
use domain::notification::{NotificationRejection, code as notification_code};
use service_kit::errors::chain;
use service_kit::postgres::TableError;

use crate::endpoints::AddError;
use crate::error::RequestError;

/// Codes of this service alone.
mod own {
    domain::codes! {
        /// The notification has moved on.
        NOTIFICATION_VERSION_STALE = "notification_version_stale", Stale, "The notification is at another version";
        /// Others kept changing the notification.
        NOTIFICATION_CONTENDED = "notification_contended", Busy, "The notification kept changing";
        /// An event that could not be published.
        NOTIFICATION_TOO_LARGE = "notification_too_large", Invalid, "The notification is too large";
        /// No endpoint with this id is yours.
        ENDPOINT_NOT_FOUND = "webhook_endpoint_not_found", NotFound, "There is no such endpoint";
        /// Too many endpoints.
        ENDPOINTS_TOO_MANY = "webhook_endpoints_too_many", Conflict, "There are too many endpoints";
        /// The kind cannot be refused.
        KIND_NOT_REFUSABLE = "notification_not_refusable", Conflict, "This cannot be refused";
        /// The database does not answer.
        NOTIFICATIONS_UNAVAILABLE = "notifications_unavailable", Unavailable, "Notifications cannot be read or written";
    }
}
pub(crate) use own::{ENDPOINT_NOT_FOUND, ENDPOINTS_TOO_MANY, KIND_NOT_REFUSABLE};

const CODES: &[&[Code]] = &[own::ALL, notification_code::ALL];

/// What refusals call a notification.
pub(crate) const NOTIFICATION: Words = Words {
    noun: "notification",
    stale: own::NOTIFICATION_VERSION_STALE,
    contended: own::NOTIFICATION_CONTENDED,
    too_large: own::NOTIFICATION_TOO_LARGE,
    scope_missing: Refusal::scope_missing,
    claim_taken,
    codes: CODES,
};

/// Absent or somebody else's: one answer for both.
pub(crate) fn not_found() -> Refusal {
    Refusal::rejected(&NotificationRejection::NotRequested)
}

/// Absent or somebody else's: one answer for both.
pub(crate) fn endpoint_not_found() -> Refusal {
    Refusal::new(ENDPOINT_NOT_FOUND, "no endpoint with this id is yours to see")
}

/// The store or the tables did not answer.
pub(crate) fn unavailable(error: &(dyn std::error::Error + 'static)) -> Refusal {
    tracing::warn!(error = chain(error), "a request about notifications was not answered");
    Refusal::new(own::NOTIFICATIONS_UNAVAILABLE, "notifications cannot be read or written now")
}

/// The same of what went wrong with a table.
pub(crate) fn of_table(error: TableError) -> Refusal {
    unavailable(&error)
}

/// The same of what went wrong with an endpoint.
pub(crate) fn of_endpoint(error: AddError) -> Refusal {
    unavailable(&error)
}

/// The same of what went wrong with a notification.
pub(crate) fn of_request(error: RequestError) -> Refusal {
    unavailable(&error)
}

/// Notification claims no values.
fn claim_taken(value: &str) -> Refusal {
    Refusal::new(own::NOTIFICATION_CONTENDED, format!("{value} is taken"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_are_unique() {
        command_kit::testing::assert_codes_are_unique(super::CODES);
    }
}
