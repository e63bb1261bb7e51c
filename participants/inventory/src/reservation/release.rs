use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use command_kit::http::Keyed;
use command_kit::{Answer, Caller, Refusal};
use domain::ReservationId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Reply, ReservationReceipt, Task};
use super::request::Asked;
use super::view::ReservationPath;
use crate::context::{AppState, Inventory};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(release_reservation))
}

impl Inventory {
    /// Gives back what a reservation holds.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.reservation.release", skip_all, fields(reservation.id = %id))]
    pub async fn release_reservation(
        &self,
        caller: &Caller,
        id: ReservationId,
    ) -> Result<Answer<ReservationReceipt>, Refusal> {
        let order = self.order_of(caller, id).await?;
        let asked = Asked::Release;
        let is_named = true;
        self.ask(caller, Task { operation: "reservation.release", id, order, is_named, input: &(), asked }).await
    }
}

/// Give back what a reservation holds
#[utoipa::path(post, path = "/v1/reservations/{id}/release", tag = "reservations", responses(
    (status = 200, description = "The stock can be reserved by others.", body = ReservationReceipt),
))]
async fn release_reservation(
    State(inventory): State<Arc<Inventory>>,
    Keyed(caller): Keyed,
    ReservationPath(id): ReservationPath,
) -> Result<Reply, Refusal> {
    let answer = inventory.release_reservation(&caller, id).await?;
    Ok(Reply { status: StatusCode::OK, answer })
}
