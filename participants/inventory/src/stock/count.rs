use std::sync::Arc;

use axum::extract::State;
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed};
use command_kit::{Answer, Caller, Fields, Refusal};
use domain::stock::CountStock;
use domain::{LocationId, Pieces, Sku};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::receipt::{Done, StockReceipt};
use super::{ItemTask, Place, decide};
use crate::context::{AppState, Inventory};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(count_stock))
}

/// The forms of the body's texts.
pub(super) const TEXTS: &[Text] =
    &[Text::new("CountBody", "location", Form::Identifier, 32), Text::new("CountBody", "sku", Form::Identifier, 64)];

/// The result of a count.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"location": "zrh-1", "sku": "85123A", "counted": 19}))]
struct CountBody {
    /// The code of the location, such as `zrh-1`.
    location: String,
    /// The SKU.
    sku: String,
    /// The pieces that are there, whether or not reserved.
    #[schema(maximum = 9_007_199_254_740_991_u64)]
    counted: u64,
}

/// Record a count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StockCount {
    pub location: LocationId,
    pub sku: Sku,
    pub counted: Pieces,
}

impl CountBody {
    fn check(self) -> Result<StockCount, Refusal> {
        let mut fields = Fields::default();
        let location = fields.check("/location", LocationId::try_new(self.location));
        let sku = fields.check("/sku", Sku::try_new(self.sku));
        let counted = fields.check("/counted", Pieces::try_new(self.counted));
        fields.finish(|| Some(StockCount { location: location?, sku: sku?, counted: counted? }))
    }
}

impl Inventory {
    /// Records a count. It begins an item where the location has none.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.stock.count", skip_all, fields(location = %input.location, sku = %input.sku))]
    pub async fn count_stock(&self, caller: &Caller, input: StockCount) -> Result<Answer<StockReceipt>, Refusal> {
        let place =
            Place { tenant: caller.principal.tenant.clone(), location: input.location.clone(), sku: input.sku.clone() };
        let counted = input.counted;
        let task = ItemTask {
            operation: "stock.count",
            place,
            input: &input,
            decide: &|work, stock, place, at| {
                place.keep(work, stock, at)?;
                decide(work, stock, CountStock { tenant: place.tenant.clone(), counted, at })?;
                Ok(())
            },
        };
        self.run_on_item(caller, task).await
    }
}

/// Record how many pieces were counted
///
/// A count is a fact: it is recorded whatever the books say. Where fewer were counted than reservations hold, a shortage is recorded
/// with it.
#[utoipa::path(post, path = "/v1/stock/counts", tag = "stock", request_body = CountBody, responses(
    (status = 200, description = "The count is recorded.", body = StockReceipt),
))]
async fn count_stock(
    State(inventory): State<Arc<Inventory>>,
    Keyed(caller): Keyed,
    JsonBody(body): JsonBody<CountBody>,
) -> Result<Done<StockReceipt>, Refusal> {
    inventory.count_stock(&caller, body.check()?).await.map(Done)
}
