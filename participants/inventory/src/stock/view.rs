//! The stock of a SKU at a location, folded from its stream and therefore strongly consistent.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use command_kit::http::{Unkeyed, versioned};
use command_kit::{Caller, Fields, Refusal};
use domain::stock::{Stock, StockRejection, StockState};
use domain::{LocationId, Scope, Sku, StockId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Place;
use super::receipt::LevelView;
use crate::code;
use crate::context::{AppState, Inventory};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(get_stock_item))
}

/// The stock of a SKU at a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockView {
    /// The id of the stock.
    #[schema(value_type = Uuid)]
    pub stock_id: StockId,
    /// The code of the location, such as `zrh-1`.
    pub location: String,
    /// The SKU.
    pub sku: String,
    /// The version of the stock, which is also its ETag.
    pub version: i64,
    /// The quantities.
    pub level: LevelView,
    /// Whether more may be reserved than is available.
    pub allows_backorder: bool,
}

/// Which stock.
#[derive(Deserialize)]
struct Wanted {
    location: String,
    sku: String,
}

impl Inventory {
    /// The stock of a SKU at a location, as of now.
    ///
    /// # Errors
    /// A [`Refusal`], also where the location does not keep the SKU.
    pub async fn stock_item(&self, caller: &Caller, location: LocationId, sku: Sku) -> Result<StockView, Refusal> {
        caller.require(Scope::INVENTORY_READ)?;
        let place = Place { tenant: caller.principal.tenant.clone(), location, sku };
        let loaded = self.stock.units().load::<Stock>(&place.id().to_string()).await;
        let loaded = loaded.map_err(|error| Refusal::of_bus(&error, &code::STOCK))?;
        let StockState::Item(item) = &*loaded.state else { return Err(Refusal::rejected(&StockRejection::NotFound)) };
        Ok(StockView {
            stock_id: place.id(),
            location: item.location.to_string(),
            sku: item.sku.to_string(),
            version: loaded.version,
            level: LevelView::of(&item.level),
            allows_backorder: item.allows_backorder,
        })
    }
}

/// Read the stock of a SKU at a location
#[utoipa::path(get, path = "/v1/stock/items", tag = "stock", params(
    ("location" = String, Query, description = "The location."),
    ("sku" = String, Query, description = "The SKU."),
), responses(
    (status = 200, description = "The stock as of now.", body = StockView),
))]
async fn get_stock_item(
    State(inventory): State<Arc<Inventory>>,
    Unkeyed(caller): Unkeyed,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Refusal> {
    let malformed = |_| Refusal::new(command_kit::code::VALIDATION_FAILED, "name one location and one sku");
    let Query(Wanted { location, sku }) = wanted.map_err(malformed)?;
    let mut fields = Fields::default();
    let location = fields.check("/location", LocationId::try_new(location));
    let sku = fields.check("/sku", Sku::try_new(sku));
    let (location, sku) = fields.finish(|| Some((location?, sku?)))?;
    let view = inventory.stock_item(&caller, location, sku).await?;
    Ok(versioned(StatusCode::OK, &view, view.version, false))
}
