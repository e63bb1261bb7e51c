use std::sync::Arc;

use axum::extract::State;
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed};
use command_kit::{Answer, Caller, Fields, Refusal};
use domain::kitchen::SetSoldOut;
use domain::{LocationId, Sku};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::KitchenPath;
use super::receipt::{KitchenReceipt, Reply};
use super::run::KitchenAsk;
use crate::context::{AppState, Kitchens};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(set_sold_out))
}

/// The forms of the body's texts.
pub(super) const TEXTS: &[Text] = &[Text::new("SoldOutBody", "sku", Form::Identifier, 64)];

/// Whether there is any left of a SKU.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"sku": "burger", "soldOut": true}))]
struct SoldOutBody {
    /// The SKU.
    sku: String,
    /// Whether there is none left. Tickets that wait for it are then given up, and their orders go elsewhere.
    sold_out: bool,
}

impl SoldOutBody {
    fn check(self) -> Result<(Sku, bool), Refusal> {
        let mut fields = Fields::default();
        let sku = fields.check("/sku", Sku::try_new(self.sku));
        fields.finish(|| Some((sku?, self.sold_out)))
    }
}

impl Kitchens {
    /// Says that there is none left of a SKU, or some again.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.kitchen.set_sold_out", skip_all, fields(location = %location, sku = %input.0))]
    pub async fn set_sold_out(
        &self,
        caller: &Caller,
        location: LocationId,
        input: (Sku, bool),
    ) -> Result<Answer<KitchenReceipt>, Refusal> {
        let ask = KitchenAsk {
            operation: "kitchen.set_sold_out",
            location,
            input: &input,
            command: &|tenant, at| SetSoldOut { tenant, sku: input.0.clone(), sold_out: input.1, at }.into(),
        };
        self.run(caller, ask).await
    }
}

/// Say that there is none left of a SKU, or some again
#[utoipa::path(post, path = "/v1/kitchens/{location}/sold-out", tag = "kitchens", request_body = SoldOutBody, responses(
    (status = 200, description = "The menu says so.", body = KitchenReceipt),
))]
async fn set_sold_out(
    State(kitchens): State<Arc<Kitchens>>,
    Keyed(caller): Keyed,
    KitchenPath(location): KitchenPath,
    JsonBody(body): JsonBody<SoldOutBody>,
) -> Result<Reply, Refusal> {
    kitchens.set_sold_out(&caller, location, body.check()?).await.map(Reply)
}
