use std::sync::Arc;

use axum::extract::State;
use command_kit::http::Keyed;
use command_kit::{Answer, Caller, Refusal};
use domain::FulfilmentId;
use domain::fulfilment::DeliverFulfilment;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::path::FulfilmentPath;
use crate::receipt::{FulfilmentReceipt, Reply};
use crate::{AppState, Fulfilments};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(deliver_fulfilment))
}

impl Fulfilments {
    /// Records that it has arrived.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.fulfilment.deliver", skip_all, fields(fulfilment.id = %id))]
    pub async fn deliver(&self, caller: &Caller, id: FulfilmentId) -> Result<Answer<FulfilmentReceipt>, Refusal> {
        self.report(caller, id, "fulfilment.deliver", &(), DeliverFulfilment { at: self.now() }).await
    }
}

/// Record that a shipment has arrived
#[utoipa::path(post, path = "/v1/fulfilments/{id}/deliver", tag = "fulfilments", responses(
    (status = 200, description = "It has arrived.", body = FulfilmentReceipt),
))]
async fn deliver_fulfilment(
    State(fulfilments): State<Arc<Fulfilments>>,
    Keyed(caller): Keyed,
    FulfilmentPath(id): FulfilmentPath,
) -> Result<Reply, Refusal> {
    fulfilments.deliver(&caller, id).await.map(Reply)
}
