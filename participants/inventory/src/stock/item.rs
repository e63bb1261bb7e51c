use std::sync::Arc;

use axum::extract::State;
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed};
use command_kit::{Answer, Caller, Fields, Refusal};
use domain::stock::{SetBackorderPolicy, SetSafetyStock};
use domain::{LocationId, Pieces, Sku};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::receipt::{Done, StockReceipt};
use super::{ItemTask, Place, decide};
use crate::context::{AppState, Inventory};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(set_stock_item))
}

/// The forms of the body's texts.
pub(super) const TEXTS: &[Text] = &[
    Text::new("StockItemBody", "location", Form::Identifier, 32),
    Text::new("StockItemBody", "sku", Form::Identifier, 64),
];

/// What a location keeps, and how.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"location": "zrh-1", "sku": "85123A", "safetyStock": 2, "allowsBackorder": false}))]
struct StockItemBody {
    /// The code of the location, such as `zrh-1`.
    location: String,
    /// The SKU.
    sku: String,
    /// Pieces to keep back from new reservations; left out, it stays as it is.
    #[serde(default)]
    #[schema(maximum = 9_007_199_254_740_991_u64)]
    safety_stock: Option<u64>,
    /// Whether more may be reserved than is available; left out, it stays as it is.
    #[serde(default)]
    allows_backorder: Option<bool>,
}

/// Keep a SKU at a location, or change how it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemSettings {
    pub location: LocationId,
    pub sku: Sku,
    /// `None` leaves it as it is.
    pub safety_stock: Option<Pieces>,
    /// `None` leaves it as it is.
    pub allows_backorder: Option<bool>,
}

impl StockItemBody {
    fn check(self) -> Result<ItemSettings, Refusal> {
        let mut fields = Fields::default();
        let location = fields.check("/location", LocationId::try_new(self.location));
        let sku = fields.check("/sku", Sku::try_new(self.sku));
        let safety_stock = fields.check_optional("/safetyStock", self.safety_stock, Pieces::try_new);
        let allows_backorder = self.allows_backorder;
        fields.finish(|| {
            Some(ItemSettings { location: location?, sku: sku?, safety_stock: safety_stock?, allows_backorder })
        })
    }
}

impl Inventory {
    /// Keeps a SKU at a location, or changes how it is kept.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.stock.set_item", skip_all, fields(location = %input.location, sku = %input.sku))]
    pub async fn set_stock_item(&self, caller: &Caller, input: ItemSettings) -> Result<Answer<StockReceipt>, Refusal> {
        let place =
            Place { tenant: caller.principal.tenant.clone(), location: input.location.clone(), sku: input.sku.clone() };
        let task = ItemTask {
            operation: "stock.set_item",
            place,
            input: &input,
            decide: &|work, stock, place, at| {
                place.keep(work, stock, at)?;
                if let Some(safety_stock) = input.safety_stock {
                    decide(work, stock, SetSafetyStock { tenant: place.tenant.clone(), safety_stock, at })?;
                }
                if let Some(allows_backorder) = input.allows_backorder {
                    decide(work, stock, SetBackorderPolicy { tenant: place.tenant.clone(), allows_backorder, at })?;
                }
                Ok(())
            },
        };
        self.run_on_item(caller, task).await
    }
}

/// Keep a SKU at a location, or change how it is kept
#[utoipa::path(post, path = "/v1/stock/items", tag = "stock", request_body = StockItemBody, responses(
    (status = 200, description = "The location keeps the SKU.", body = StockReceipt),
))]
async fn set_stock_item(
    State(inventory): State<Arc<Inventory>>,
    Keyed(caller): Keyed,
    JsonBody(body): JsonBody<StockItemBody>,
) -> Result<Done<StockReceipt>, Refusal> {
    inventory.set_stock_item(&caller, body.check()?).await.map(Done)
}
