use std::sync::Arc;

use axum::extract::State;
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed};
use command_kit::{Answer, Caller, Fields, Refusal, UnitTask};
use domain::stock::{SetBackorderPolicy, SetSafetyStock, Stock};
use domain::{LocationId, Pieces, Scope, Sku};
use event_store::{Expectation, Members};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::receipt::{Decided, Done, StockReceipt};
use super::{Place, decide};
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
    /// The location.
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
        let tenant = caller.principal.tenant.clone();
        let place = Place { tenant: tenant.clone(), location: input.location.clone(), sku: input.sku.clone() };
        let mut members = Members::default();
        let stock = members.add::<Stock>(&place.id().to_string(), Expectation::Existing);
        let at = self.now();
        let task = UnitTask {
            operation: "stock.set_item",
            scopes: &[Scope::INVENTORY_WRITE],
            named: None,
            input: &input,
            members: &members,
            decide: &|work| {
                place.keep(work, stock, at)?;
                if let Some(safety_stock) = input.safety_stock {
                    decide(work, stock, SetSafetyStock { tenant: tenant.clone(), safety_stock, at })?;
                }
                if let Some(allows_backorder) = input.allows_backorder {
                    decide(work, stock, SetBackorderPolicy { tenant: tenant.clone(), allows_backorder, at })?;
                }
                Ok(Decided::of(work, stock, &place))
            },
            receipt: &|decided: &Decided, effects| decided.receipt(effects),
        };
        self.stock.run(caller, task).await
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
