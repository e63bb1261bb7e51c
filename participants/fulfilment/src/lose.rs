use std::sync::Arc;

use axum::extract::State;
use command_kit::http::Keyed;
use command_kit::{Answer, Caller, Refusal};
use domain::FulfilmentId;
use domain::fulfilment::LoseFulfilment;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::path::FulfilmentPath;
use crate::receipt::{FulfilmentReceipt, Reply};
use crate::{AppState, Fulfilments};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(lose_fulfilment))
}

impl Fulfilments {
    /// Records that the carrier lost it.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.fulfilment.lose", skip_all, fields(fulfilment.id = %id))]
    pub async fn lose(&self, caller: &Caller, id: FulfilmentId) -> Result<Answer<FulfilmentReceipt>, Refusal> {
        self.report(caller, id, "fulfilment.lose", &(), LoseFulfilment { at: self.now() }).await
    }
}

/// Record that a shipment was lost
#[utoipa::path(post, path = "/v1/fulfilments/{id}/lost", tag = "fulfilments", responses(
    (status = 200, description = "The carrier lost it.", body = FulfilmentReceipt),
))]
async fn lose_fulfilment(
    State(fulfilments): State<Arc<Fulfilments>>,
    Keyed(caller): Keyed,
    FulfilmentPath(id): FulfilmentPath,
) -> Result<Reply, Refusal> {
    fulfilments.lose(&caller, id).await.map(Reply)
}
