//! A reservation, folded from its stream and therefore strongly consistent.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use command_kit::http::{Unkeyed, versioned};
use command_kit::{Caller, Refusal};
use domain::reservation::{Inbox, Reservation, ReservationState};
use domain::{OrderId, ReservationId, Scope, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::ReservationStatus;
use super::lines::ReservationLineView;
use crate::code::{self, reservation_not_found};
use crate::context::{AppState, Inventory};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(get_reservation))
}

/// A reservation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReservationView {
    /// The id of the reservation.
    #[schema(value_type = Uuid)]
    pub id: ReservationId,
    /// The id of the order that it is for.
    #[schema(value_type = Uuid)]
    pub order_id: OrderId,
    /// The version of the reservation, which is also its ETag.
    pub version: i64,
    /// The state of the reservation.
    pub state: ReservationStatus,
    /// The location; absent unless it holds stock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Until when it holds stock unless it is renewed; absent unless it holds some.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// What it holds.
    pub lines: Vec<ReservationLineView>,
}

/// `/v1/reservations/{id}`. An id that cannot be read is answered like one that does not exist.
pub(super) struct ReservationPath(pub(super) ReservationId);

#[derive(Deserialize)]
struct ReservationParts {
    id: String,
}

impl<S: Send + Sync> FromRequestParts<S> for ReservationPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let read = Path::<ReservationParts>::from_request_parts(parts, state).await;
        let Path(ReservationParts { id }) = read.map_err(|_: PathRejection| reservation_not_found())?;
        id.parse().map(Self).map_err(|_| reservation_not_found())
    }
}

impl Inventory {
    /// A reservation as of now.
    ///
    /// # Errors
    /// A [`Refusal`].
    pub async fn reservation(&self, caller: &Caller, id: ReservationId) -> Result<ReservationView, Refusal> {
        caller.require(Scope::INVENTORY_READ)?;
        let loaded = self.reservations.units().load::<Reservation>(&id.to_string()).await;
        let loaded = loaded.map_err(|error| Refusal::of_bus(&error, &code::RESERVATION))?;
        let state = &*loaded.state;
        let inbox = inbox_of(state, caller)?;
        let state_name = ReservationStatus::of(state).ok_or_else(reservation_not_found)?;
        let expires_at = match state {
            ReservationState::Granted(granted) => Some(granted.expires_at),
            _ => None,
        };
        Ok(ReservationView {
            id,
            order_id: inbox.order,
            version: loaded.version,
            state: state_name,
            location: state.location().map(ToString::to_string),
            expires_at,
            lines: state.lines().iter().map(ReservationLineView::of).collect(),
        })
    }

    /// The order of a reservation that is the caller's to change.
    pub(super) async fn order_of(&self, caller: &Caller, id: ReservationId) -> Result<OrderId, Refusal> {
        caller.require(Scope::INVENTORY_RESERVE)?;
        let state = self.reservation_state(id).await;
        let state = state.map_err(|error| Refusal::of_bus(&error, &code::RESERVATION))?;
        Ok(inbox_of(&state, caller)?.order)
    }
}

fn inbox_of<'a>(state: &'a ReservationState, caller: &Caller) -> Result<&'a Inbox, Refusal> {
    state.inbox().filter(|inbox| inbox.tenant == caller.principal.tenant).ok_or_else(reservation_not_found)
}

/// Read a reservation
#[utoipa::path(get, path = "/v1/reservations/{id}", tag = "reservations", responses(
    (status = 200, description = "The reservation as of now.", body = ReservationView),
))]
async fn get_reservation(
    State(inventory): State<Arc<Inventory>>,
    Unkeyed(caller): Unkeyed,
    ReservationPath(id): ReservationPath,
) -> Result<Response, Refusal> {
    let view = inventory.reservation(&caller, id).await?;
    Ok(versioned(StatusCode::OK, &view, view.version, false))
}
