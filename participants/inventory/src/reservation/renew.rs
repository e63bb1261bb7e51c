use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use command_kit::http::{JsonBody, Keyed};
use command_kit::{Answer, Caller, Fields, Refusal};
use domain::ReservationId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Reply, ReservationReceipt, Task};
use super::request::Asked;
use super::reserve::{after, hold};
use super::view::ReservationPath;
use crate::context::{AppState, Inventory};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(renew_reservation))
}

/// For how much longer stock is held.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"holdForS": 900}))]
struct RenewalBody {
    /// For how many seconds from now the stock is held unless the reservation is renewed again.
    #[schema(minimum = 1, maximum = 2_678_400)]
    hold_for_s: u32,
}

/// For how much longer stock is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RenewalInput {
    pub hold_for_s: u32,
}

impl RenewalBody {
    fn check(self) -> Result<RenewalInput, Refusal> {
        let mut fields = Fields::default();
        let hold_for_s = fields.check("/holdForS", hold(self.hold_for_s));
        fields.finish(|| Some(RenewalInput { hold_for_s: hold_for_s? }))
    }
}

impl Inventory {
    /// Holds a reservation's stock for longer.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.reservation.renew", skip_all, fields(reservation.id = %id))]
    pub async fn renew_reservation(
        &self,
        caller: &Caller,
        id: ReservationId,
        input: RenewalInput,
    ) -> Result<Answer<ReservationReceipt>, Refusal> {
        let order = self.order_of(caller, id).await?;
        let asked = Asked::Renew { expires_at: after(self.now(), input.hold_for_s) };
        let is_named = true;
        self.ask(caller, Task { operation: "reservation.renew", id, order, is_named, input: &input, asked }).await
    }
}

/// Hold a reservation's stock for longer
#[utoipa::path(post, path = "/v1/reservations/{id}/renew", tag = "reservations", request_body = RenewalBody, responses(
    (status = 200, description = "The stock is held for longer.", body = ReservationReceipt),
))]
async fn renew_reservation(
    State(inventory): State<Arc<Inventory>>,
    Keyed(caller): Keyed,
    ReservationPath(id): ReservationPath,
    JsonBody(body): JsonBody<RenewalBody>,
) -> Result<Reply, Refusal> {
    let answer = inventory.renew_reservation(&caller, id, body.check()?).await?;
    Ok(Reply { status: StatusCode::OK, answer })
}
