use std::sync::Arc;

use axum::extract::State;
use command_kit::http::{JsonBody, Keyed};
use command_kit::{Answer, Caller, Refusal};
use domain::LocationId;
use domain::kitchen::{SetStaff, Staff};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::KitchenPath;
use super::receipt::{KitchenReceipt, Reply};
use super::run::KitchenAsk;
use crate::context::{AppState, Kitchens};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(set_staff))
}

/// Who is on shift.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"onShift": 12, "simulated": false}))]
struct StaffBody {
    /// How many people. Each has one item in hand at once.
    #[schema(maximum = 1_000)]
    on_shift: u32,
    /// Whether the engine cooks for them, where it runs with `KITCHEN_SIMULATED_STAFF_SPEED`.
    #[serde(default)]
    simulated: bool,
}

impl Kitchens {
    /// Says who is on shift.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.kitchen.set_staff", skip_all, fields(location = %location))]
    pub async fn set_staff(
        &self,
        caller: &Caller,
        location: LocationId,
        staff: Staff,
    ) -> Result<Answer<KitchenReceipt>, Refusal> {
        let ask = KitchenAsk {
            operation: "kitchen.set_staff",
            location,
            input: &staff,
            command: &|tenant, at| SetStaff { tenant, staff, at }.into(),
        };
        self.run(caller, ask).await
    }
}

/// Say who is on shift
#[utoipa::path(post, path = "/v1/kitchens/{location}/staff", tag = "kitchens", request_body = StaffBody, responses(
    (status = 200, description = "They are on shift.", body = KitchenReceipt),
))]
async fn set_staff(
    State(kitchens): State<Arc<Kitchens>>,
    Keyed(caller): Keyed,
    KitchenPath(location): KitchenPath,
    JsonBody(body): JsonBody<StaffBody>,
) -> Result<Reply, Refusal> {
    let StaffBody { on_shift, simulated } = body;
    kitchens.set_staff(&caller, location, Staff { on_shift, simulated }).await.map(Reply)
}
