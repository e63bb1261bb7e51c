use std::sync::Arc;

use axum::extract::State;
use command_kit::http::Keyed;
use command_kit::{Answer, Caller, Refusal};
use domain::kitchen::{FinishCooking, StartCooking};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::ItemPath;
use super::receipt::{KitchenReceipt, Reply};
use super::run::KitchenAsk;
use crate::context::{AppState, Kitchens};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(start_item)).routes(routes!(finish_item))
}

impl Kitchens {
    async fn start_item(&self, caller: &Caller, path: ItemPath) -> Result<Answer<KitchenReceipt>, Refusal> {
        let ItemPath { location, ticket, item } = path;
        let ask = KitchenAsk {
            operation: "kitchen.start_item",
            location,
            input: &(ticket, item),
            command: &|tenant, at| StartCooking { tenant, ticket, item, at }.into(),
        };
        self.run(caller, ask).await
    }

    async fn finish_item(&self, caller: &Caller, path: ItemPath) -> Result<Answer<KitchenReceipt>, Refusal> {
        let ItemPath { location, ticket, item } = path;
        let ask = KitchenAsk {
            operation: "kitchen.finish_item",
            location,
            input: &(ticket, item),
            command: &|tenant, at| FinishCooking { tenant, ticket, item, at }.into(),
        };
        self.run(caller, ask).await
    }
}

/// Take an item in hand
#[utoipa::path(post, path = "/v1/kitchens/{location}/tickets/{id}/items/{item}/start", tag = "kitchens", responses(
    (status = 200, description = "Somebody has it in hand, or had it before.", body = KitchenReceipt),
))]
async fn start_item(
    State(kitchens): State<Arc<Kitchens>>,
    Keyed(caller): Keyed,
    path: ItemPath,
) -> Result<Reply, Refusal> {
    kitchens.start_item(&caller, path).await.map(Reply)
}

/// Say that an item is done
#[utoipa::path(post, path = "/v1/kitchens/{location}/tickets/{id}/items/{item}/done", tag = "kitchens", responses(
    (status = 200, description = "It is done. The last item makes its ticket ready, and packs its fulfilment.", body = KitchenReceipt),
))]
async fn finish_item(
    State(kitchens): State<Arc<Kitchens>>,
    Keyed(caller): Keyed,
    path: ItemPath,
) -> Result<Reply, Refusal> {
    kitchens.finish_item(&caller, path).await.map(Reply)
}
