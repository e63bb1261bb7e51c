use std::sync::Arc;

use axum::extract::State;
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed};
use command_kit::{Answer, Caller, Fields, Refusal};
use domain::fulfilment::ShipFulfilment;
use domain::{Carrier, FulfilmentId, TrackingNumber};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::path::FulfilmentPath;
use crate::receipt::{FulfilmentReceipt, Reply};
use crate::{AppState, Fulfilments};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(ship_fulfilment))
}

/// The forms of the body's texts.
pub(crate) const TEXTS: &[Text] = &[
    Text::new("FulfilmentDispatchBody", "carrier", Form::Identifier, 64),
    Text::new("FulfilmentDispatchBody", "tracking", Form::Identifier, 64),
];

/// With whom it left.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"carrier": "Die Post", "tracking": "99.00.123456.12345678"}))]
struct FulfilmentDispatchBody {
    /// Who brings it, by your name for them.
    carrier: String,
    /// The carrier's number of the shipment.
    tracking: String,
}

/// With whom it left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DispatchInput {
    pub carrier: Carrier,
    pub tracking: TrackingNumber,
}

impl FulfilmentDispatchBody {
    fn check(self) -> Result<DispatchInput, Refusal> {
        let mut fields = Fields::default();
        let carrier = fields.check("/carrier", Carrier::try_new(self.carrier));
        let tracking = fields.check("/tracking", TrackingNumber::try_new(self.tracking));
        fields.finish(|| Some(DispatchInput { carrier: carrier?, tracking: tracking? }))
    }
}

impl Fulfilments {
    /// Records that all of it left the location.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.fulfilment.ship", skip_all, fields(fulfilment.id = %id))]
    pub async fn ship(
        &self,
        caller: &Caller,
        id: FulfilmentId,
        input: DispatchInput,
    ) -> Result<Answer<FulfilmentReceipt>, Refusal> {
        let DispatchInput { carrier, tracking } = input.clone();
        self.report(caller, id, "fulfilment.ship", &input, ShipFulfilment { carrier, tracking, at: self.now() }).await
    }
}

/// Record that a fulfilment left the location
///
/// As long as it is not released, since it is not paid or something holds the order, the answer is the problem
/// `fulfilment_not_released` with status 412; the same request may succeed later.
#[utoipa::path(post, path = "/v1/fulfilments/{id}/ship", tag = "fulfilments", request_body = FulfilmentDispatchBody, responses(
    (status = 200, description = "The shipment is recorded.", body = FulfilmentReceipt),
))]
async fn ship_fulfilment(
    State(fulfilments): State<Arc<Fulfilments>>,
    Keyed(caller): Keyed,
    FulfilmentPath(id): FulfilmentPath,
    JsonBody(body): JsonBody<FulfilmentDispatchBody>,
) -> Result<Reply, Refusal> {
    fulfilments.ship(&caller, id, body.check()?).await.map(Reply)
}
