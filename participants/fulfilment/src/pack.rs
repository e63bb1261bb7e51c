use std::sync::Arc;

use axum::extract::State;
use command_kit::http::Keyed;
use command_kit::{Answer, Caller, Refusal};
use domain::FulfilmentId;
use domain::fulfilment::PackFulfilment;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::path::FulfilmentPath;
use crate::receipt::{FulfilmentReceipt, Reply};
use crate::{AppState, Fulfilments};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(pack_fulfilment))
}

impl Fulfilments {
    /// Records that it lies ready.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.fulfilment.pack", skip_all, fields(fulfilment.id = %id))]
    pub async fn pack(&self, caller: &Caller, id: FulfilmentId) -> Result<Answer<FulfilmentReceipt>, Refusal> {
        self.report(caller, id, "fulfilment.pack", &(), PackFulfilment { at: self.now() }).await
    }
}

/// Record that a fulfilment is packed
#[utoipa::path(post, path = "/v1/fulfilments/{id}/pack", tag = "fulfilments", responses(
    (status = 200, description = "It lies ready.", body = FulfilmentReceipt),
))]
async fn pack_fulfilment(
    State(fulfilments): State<Arc<Fulfilments>>,
    Keyed(caller): Keyed,
    FulfilmentPath(id): FulfilmentPath,
) -> Result<Reply, Refusal> {
    fulfilments.pack(&caller, id).await.map(Reply)
}
