use std::sync::Arc;

use axum::extract::State;
use command_kit::http::Keyed;
use command_kit::{Answer, Caller, Refusal};
use domain::LocationId;
use domain::kitchen::{KitchenMode, SetMode};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::KitchenPath;
use super::receipt::{KitchenReceipt, Reply};
use super::run::KitchenAsk;
use crate::context::{AppState, Kitchens};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(pause_kitchen))
        .routes(routes!(resume_kitchen))
        .routes(routes!(rush_kitchen))
}

impl Kitchens {
    /// Pauses a kitchen, lets it go on, or says that it is in a rush.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.kitchen.set_mode", skip_all, fields(location = %location))]
    pub async fn set_mode(
        &self,
        caller: &Caller,
        location: LocationId,
        mode: KitchenMode,
    ) -> Result<Answer<KitchenReceipt>, Refusal> {
        let ask = KitchenAsk {
            operation: "kitchen.set_mode",
            location,
            input: &mode,
            command: &|tenant, at| SetMode { tenant, mode, at }.into(),
        };
        self.run(caller, ask).await
    }
}

/// Take no new tickets
#[utoipa::path(post, path = "/v1/kitchens/{location}/pause", tag = "kitchens", responses(
    (status = 200, description = "New tickets are turned away; those that are there are worked on.", body = KitchenReceipt),
))]
async fn pause_kitchen(
    State(kitchens): State<Arc<Kitchens>>,
    Keyed(caller): Keyed,
    KitchenPath(location): KitchenPath,
) -> Result<Reply, Refusal> {
    kitchens.set_mode(&caller, location, KitchenMode::Paused).await.map(Reply)
}

/// Work as usual again
#[utoipa::path(post, path = "/v1/kitchens/{location}/resume", tag = "kitchens", responses(
    (status = 200, description = "The pause or the rush is over.", body = KitchenReceipt),
))]
async fn resume_kitchen(
    State(kitchens): State<Arc<Kitchens>>,
    Keyed(caller): Keyed,
    KitchenPath(location): KitchenPath,
) -> Result<Reply, Refusal> {
    kitchens.set_mode(&caller, location, KitchenMode::Normal).await.map(Reply)
}

/// Promise later moments because of a rush
#[utoipa::path(post, path = "/v1/kitchens/{location}/rush", tag = "kitchens", responses(
    (status = 200, description = "Tickets are promised later than they are expected by more than usual.", body = KitchenReceipt),
))]
async fn rush_kitchen(
    State(kitchens): State<Arc<Kitchens>>,
    Keyed(caller): Keyed,
    KitchenPath(location): KitchenPath,
) -> Result<Reply, Refusal> {
    kitchens.set_mode(&caller, location, KitchenMode::Rush).await.map(Reply)
}
