use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use command_kit::http::{JsonBody, Keyed};
use command_kit::{Answer, Caller, Fields, Refusal};
use domain::ReservationId;
use domain::reservation::RequestedLine;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Reply, ReservationReceipt, Task};
use super::lines::{RequestedLineBody, checked};
use super::request::Asked;
use super::view::ReservationPath;
use crate::context::{AppState, Inventory};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(ship_reservation))
}

/// What left the location.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"lines": [{"sku": "85123A", "quantity": 3}]}))]
struct ShipmentBody {
    /// The pieces that left, of what the reservation holds.
    #[schema(min_items = 1, max_items = 2_000)]
    lines: Vec<RequestedLineBody>,
}

/// What left the location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShipmentInput {
    pub lines: Vec<RequestedLine>,
}

impl ShipmentBody {
    fn check(self) -> Result<ShipmentInput, Refusal> {
        let mut fields = Fields::default();
        let lines = checked(&mut fields, self.lines);
        fields.finish(|| Some(ShipmentInput { lines: lines? }))
    }
}

impl Inventory {
    /// Records that some or all of what a reservation holds left the location.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.reservation.ship", skip_all, fields(reservation.id = %id))]
    pub async fn ship_reservation(
        &self,
        caller: &Caller,
        id: ReservationId,
        input: ShipmentInput,
    ) -> Result<Answer<ReservationReceipt>, Refusal> {
        let order = self.order_of(caller, id).await?;
        let asked = Asked::Ship { lines: input.lines.clone() };
        let is_named = true;
        self.ask(caller, Task { operation: "reservation.ship", id, order, is_named, input: &input, asked }).await
    }
}

/// Record that what a reservation holds left the location
#[utoipa::path(post, path = "/v1/reservations/{id}/ship", tag = "reservations", request_body = ShipmentBody, responses(
    (status = 200, description = "The shipment is recorded.", body = ReservationReceipt),
))]
async fn ship_reservation(
    State(inventory): State<Arc<Inventory>>,
    Keyed(caller): Keyed,
    ReservationPath(id): ReservationPath,
    JsonBody(body): JsonBody<ShipmentBody>,
) -> Result<Reply, Refusal> {
    let answer = inventory.ship_reservation(&caller, id, body.check()?).await?;
    Ok(Reply { status: StatusCode::OK, answer })
}
