use std::sync::Arc;

use axum::extract::State;
use command_kit::http::Keyed;
use command_kit::{Answer, Caller, Refusal};
use domain::FulfilmentId;
use domain::fulfilment::PickFulfilment;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::path::FulfilmentPath;
use crate::receipt::{FulfilmentReceipt, Reply};
use crate::{AppState, Fulfilments};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(pick_fulfilment))
}

impl Fulfilments {
    /// Records that its goods were fetched.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.fulfilment.pick", skip_all, fields(fulfilment.id = %id))]
    pub async fn pick(&self, caller: &Caller, id: FulfilmentId) -> Result<Answer<FulfilmentReceipt>, Refusal> {
        self.report(caller, id, "fulfilment.pick", &(), PickFulfilment { at: self.now() }).await
    }
}

/// Record that a fulfilment is picked
///
/// A location need not say so: what was accepted may be packed at once.
#[utoipa::path(post, path = "/v1/fulfilments/{id}/pick", tag = "fulfilments", responses(
    (status = 200, description = "Its goods were fetched from their places.", body = FulfilmentReceipt),
))]
async fn pick_fulfilment(
    State(fulfilments): State<Arc<Fulfilments>>,
    Keyed(caller): Keyed,
    FulfilmentPath(id): FulfilmentPath,
) -> Result<Reply, Refusal> {
    fulfilments.pick(&caller, id).await.map(Reply)
}
