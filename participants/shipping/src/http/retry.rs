use std::sync::Arc;

use axum::extract::State;
use command_kit::http::Keyed;
use command_kit::{Answer, Caller, Ran, Refusal, Task};
use domain::FulfilmentId;
use domain::shipment::RetryShipment;
use event_store::Expectation;
use service_kit::errors::chain;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::ShipmentPath;
use super::receipt::{Reply, ShipmentReceipt};
use crate::code;
use crate::context::{ShipmentState, Shipments};
use crate::request::AskError;

pub(super) fn routes() -> OpenApiRouter<ShipmentState> {
    OpenApiRouter::default().routes(routes!(retry_shipment))
}

impl Shipments {
    /// Asks the carriers again for a shipment that they have refused.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.shipment.retry", skip_all, fields(shipment.id = %id))]
    pub async fn retry(&self, caller: &Caller, id: FulfilmentId) -> Result<Answer<ShipmentReceipt>, Refusal> {
        let (named, command) = (id.to_string(), RetryShipment { at: self.now() }.into());
        let expects = Expectation::Existing;
        let task = Task { operation: "shipment.retry", id: &named, expects, input: &(), command };
        let answer = match self.runner.run(caller, task).await? {
            Ran::Done(answer) => answer,
            // This endpoint is none for dry runs.
            Ran::DryRun(_) => return Err(code::shipment_not_found()),
        };
        if let Err(error) = self.tell_now(id).await {
            // What was asked for is stored, and the shipment's timer finds out.
            tracing::warn!(error = chain(&error), "a carrier's answer was not recorded");
        }
        Ok(answer)
    }

    async fn tell_now(&self, id: FulfilmentId) -> Result<(), AskError> {
        let state = self.state(id).await?;
        self.tell(id, state).await
    }
}

/// Ask the carriers again
///
/// Only for a shipment that no carrier takes. The first carrier of the location is asked first, as when it was planned.
#[utoipa::path(post, path = "/v1/shipments/{id}/retry", tag = "shipping", responses(
    (status = 200, description = "The carriers are being asked again.", body = ShipmentReceipt),
))]
async fn retry_shipment(
    State(shipments): State<Arc<Shipments>>,
    Keyed(caller): Keyed,
    ShipmentPath(id): ShipmentPath,
) -> Result<Reply<ShipmentReceipt>, Refusal> {
    shipments.retry(&caller, id).await.map(Reply)
}
