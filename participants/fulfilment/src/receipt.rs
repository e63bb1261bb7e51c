//! The answers of fulfilments' commands.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use command_kit::Answer;
use command_kit::http::versioned;
use domain::fulfilment::{Fulfilment, FulfilmentState};
use domain::{EventId, FulfilmentId, OrderId};
use event_store::Decided;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The state of a fulfilment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FulfilmentStatus {
    /// Nothing was asked for yet, and requests that came too early were refused.
    Unrequested,
    /// The location was asked.
    Requested,
    /// The location will send it.
    Accepted,
    /// Its goods were fetched from their places.
    Picked,
    /// It lies ready.
    Packed,
    /// The carrier has it.
    Shipped,
    /// It has arrived.
    Delivered,
    /// The carrier lost it.
    Lost,
    /// The location will not send it.
    Rejected,
    /// Nobody wants it sent any more.
    Cancelled,
}

impl FulfilmentStatus {
    /// The status of a state; `None` for a fulfilment without events.
    pub(crate) const fn of(state: &FulfilmentState) -> Option<Self> {
        match state {
            FulfilmentState::Absent => None,
            FulfilmentState::Unrequested(_) => Some(Self::Unrequested),
            FulfilmentState::Requested(_) => Some(Self::Requested),
            FulfilmentState::Accepted(_) => Some(Self::Accepted),
            FulfilmentState::Picked(_) => Some(Self::Picked),
            FulfilmentState::Packed(_) => Some(Self::Packed),
            FulfilmentState::Shipped(_) => Some(Self::Shipped),
            FulfilmentState::Delivered(_) => Some(Self::Delivered),
            FulfilmentState::Lost(_) => Some(Self::Lost),
            FulfilmentState::Rejected(_) => Some(Self::Rejected),
            FulfilmentState::Cancelled(_) => Some(Self::Cancelled),
        }
    }
}

/// The result of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FulfilmentReceipt {
    /// The id of the fulfilment.
    #[schema(value_type = Uuid)]
    pub fulfilment_id: FulfilmentId,
    /// The id of the order that it is for.
    #[schema(value_type = Uuid)]
    pub order_id: OrderId,
    /// The version of the fulfilment after the command, which is also its ETag.
    pub version: i64,
    /// The state of the fulfilment after the command.
    pub state: FulfilmentStatus,
    /// Whether it may leave: it is paid, and nothing holds it. What has left counts as released.
    pub released: bool,
    /// The ids of the events that were stored; empty if there was nothing to change.
    #[schema(value_type = Vec<Uuid>)]
    pub event_ids: Vec<EventId>,
}

impl FulfilmentReceipt {
    pub(crate) fn of(id: &str, decided: &Decided<Fulfilment>) -> Self {
        let state = &*decided.state;
        let inbox = state.inbox().expect("a decision that was not refused leaves a fulfilment");
        Self {
            fulfilment_id: id.parse().expect("a fulfilment's stream is named by its id"),
            order_id: inbox.order,
            version: decided.version,
            state: FulfilmentStatus::of(state).expect("a decision that was not refused leaves a fulfilment"),
            released: is_released(state),
            event_ids: decided.event_ids.clone(),
        }
    }
}

/// Whether it may leave, or has.
pub(crate) fn is_released(state: &FulfilmentState) -> bool {
    state.shipment().is_some() || state.job().is_some_and(|job| job.released)
}

impl command_kit::Receipt for FulfilmentReceipt {
    fn version(&self) -> i64 {
        self.version
    }

    fn event_ids(&self) -> &[EventId] {
        &self.event_ids
    }
}

/// An answer as a response.
pub(crate) struct Reply(pub(crate) Answer<FulfilmentReceipt>);

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let Answer { receipt, replayed } = self.0;
        versioned(StatusCode::OK, &receipt, receipt.version, replayed)
    }
}
