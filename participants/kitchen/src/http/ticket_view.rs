//! A ticket, folded from its stream and therefore strongly consistent.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use command_kit::http::{Unkeyed, versioned};
use command_kit::{Caller, Refusal};
use domain::ticket::{Ticket, TicketRejection, TicketState};
use domain::{FulfilmentId, LocationId, OrderId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::TicketPath;
use super::run::OF_STAFF;
use crate::code;
use crate::context::{AppState, Kitchens};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(get_ticket))
}

/// What a kitchen has to prepare for a fulfilment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TicketView {
    /// The id of the ticket, which is its fulfilment's.
    #[schema(value_type = Uuid)]
    pub id: FulfilmentId,
    /// The id of the order that it is for.
    #[schema(value_type = Uuid)]
    pub order_id: OrderId,
    /// The location of the kitchen.
    pub location: String,
    /// The version of the ticket, which is also its ETag.
    pub version: i64,
    /// How far it has come.
    pub state: TicketStatus,
    /// Whether no further item may be begun.
    pub held: bool,
    /// When it is, or was, to be ready.
    #[schema(value_type = String, format = DateTime)]
    pub promised_at: Timestamp,
    /// How often the promise was moved.
    pub delays: u32,
    /// How many items it has; none if it was turned away at once.
    pub items: u64,
}

/// How far a ticket has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TicketStatus {
    /// Nothing of it was begun.
    Queued,
    /// Something of it was begun.
    Cooking,
    /// Every item is done.
    Ready,
    /// It left the kitchen.
    HandedOver,
    /// The kitchen does not prepare it.
    Rejected,
    /// Nobody wants it any more.
    Cancelled,
}

impl TicketStatus {
    /// The status of a state; `None` for a ticket without events.
    const fn of(state: &TicketState) -> Option<Self> {
        match state {
            TicketState::Absent => None,
            TicketState::Queued(_) => Some(Self::Queued),
            TicketState::Cooking(_) => Some(Self::Cooking),
            TicketState::Ready(_) => Some(Self::Ready),
            TicketState::HandedOver(_) => Some(Self::HandedOver),
            TicketState::Rejected(_) => Some(Self::Rejected),
            TicketState::Cancelled(_) => Some(Self::Cancelled),
        }
    }
}

fn not_found() -> Refusal {
    Refusal::rejected(&TicketRejection::NotFound)
}

impl Kitchens {
    /// A ticket of a location's as of now.
    ///
    /// # Errors
    /// A [`Refusal`].
    pub async fn ticket(
        &self,
        caller: &Caller,
        location: &LocationId,
        id: FulfilmentId,
    ) -> Result<TicketView, Refusal> {
        OF_STAFF.iter().try_for_each(|scope| caller.require(*scope))?;
        let loaded = self.runner.units().load::<Ticket>(&id.to_string()).await;
        let loaded = loaded.map_err(|error| Refusal::of_bus(&error, &code::WORDS))?;
        let details = loaded.state.details();
        let details =
            details.filter(|details| details.tenant == caller.principal.tenant && details.location == *location);
        let details = details.ok_or_else(not_found)?;
        Ok(TicketView {
            id,
            order_id: details.order,
            location: details.location.to_string(),
            version: loaded.version,
            state: TicketStatus::of(&loaded.state).ok_or_else(not_found)?,
            held: details.held,
            promised_at: details.promised_at,
            delays: details.delays,
            items: u64::try_from(details.items.len()).unwrap_or(u64::MAX),
        })
    }
}

/// Read a ticket
#[utoipa::path(get, path = "/v1/kitchens/{location}/tickets/{id}", tag = "kitchens", responses(
    (status = 200, description = "The ticket as of now.", body = TicketView),
))]
async fn get_ticket(
    State(kitchens): State<Arc<Kitchens>>,
    Unkeyed(caller): Unkeyed,
    TicketPath { location, ticket }: TicketPath,
) -> Result<Response, Refusal> {
    let view = kitchens.ticket(&caller, &location, ticket).await?;
    Ok(versioned(StatusCode::OK, &view, view.version, false))
}
