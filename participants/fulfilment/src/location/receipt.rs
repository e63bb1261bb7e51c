//! The answers of locations' commands.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use command_kit::Answer;
use command_kit::http::versioned;
use domain::EventId;
use domain::location::{Location, RegisteredLocation};
use event_store::Decided;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether a location is given orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LocationStatus {
    /// It is, within its hours.
    Open,
    /// It is not, until it is resumed.
    Paused,
}

impl LocationStatus {
    pub(super) const fn of(location: &RegisteredLocation) -> Self {
        if location.is_paused { Self::Paused } else { Self::Open }
    }
}

/// The result of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LocationReceipt {
    /// The code of the location.
    #[schema(example = "zrh-1")]
    pub code: String,
    /// The version of the location after the command, which is also its ETag.
    pub version: i64,
    /// Whether it is given orders after the command.
    pub state: LocationStatus,
    /// The ids of the events that were stored; empty if there was nothing to change.
    #[schema(value_type = Vec<Uuid>)]
    pub event_ids: Vec<EventId>,
}

impl LocationReceipt {
    pub(super) fn of(decided: &Decided<Location>) -> Self {
        let location = decided.state.location().expect("a decision that was not refused leaves a location");
        Self {
            code: location.code.to_string(),
            version: decided.version,
            state: LocationStatus::of(location),
            event_ids: decided.event_ids.clone(),
        }
    }
}

impl command_kit::Receipt for LocationReceipt {
    fn version(&self) -> i64 {
        self.version
    }

    fn event_ids(&self) -> &[EventId] {
        &self.event_ids
    }
}

/// An answer as a response.
pub(super) struct Reply(pub(super) Answer<LocationReceipt>);

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let Answer { receipt, replayed } = self.0;
        versioned(StatusCode::OK, &receipt, receipt.version, replayed)
    }
}
