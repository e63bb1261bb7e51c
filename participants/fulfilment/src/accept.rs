use std::sync::Arc;

use axum::extract::State;
use command_kit::http::Keyed;
use command_kit::{Answer, Caller, Refusal};
use domain::FulfilmentId;
use domain::fulfilment::AcceptFulfilment;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::path::FulfilmentPath;
use crate::receipt::{FulfilmentReceipt, Reply};
use crate::{AppState, Fulfilments};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(accept_fulfilment))
}

impl Fulfilments {
    /// Records that the location will send it.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.fulfilment.accept", skip_all, fields(fulfilment.id = %id))]
    pub async fn accept(&self, caller: &Caller, id: FulfilmentId) -> Result<Answer<FulfilmentReceipt>, Refusal> {
        self.report(caller, id, "fulfilment.accept", &(), AcceptFulfilment { at: self.now() }).await
    }
}

/// Accept a fulfilment
#[utoipa::path(post, path = "/v1/fulfilments/{id}/accept", tag = "fulfilments", responses(
    (status = 200, description = "The location will send it.", body = FulfilmentReceipt),
))]
async fn accept_fulfilment(
    State(fulfilments): State<Arc<Fulfilments>>,
    Keyed(caller): Keyed,
    FulfilmentPath(id): FulfilmentPath,
) -> Result<Reply, Refusal> {
    fulfilments.accept(&caller, id).await.map(Reply)
}
