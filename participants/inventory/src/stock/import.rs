//! Opening stock: what many locations and SKUs have, recorded together.

use std::sync::Arc;

use axum::extract::State;
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed};
use command_kit::{Answer, Broken, Caller, Fields, Refusal, UnitTask};
use domain::stock::{CountStock, SetBackorderPolicy, SetSafetyStock, Stock, StockState};
use domain::{EventId, LocationId, Pieces, Scope, Sku, Timestamp};
use event_store::{Expectation, Member, Members, Work};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::receipt::Done;
use super::{Place, decide};
use crate::context::{AppState, Inventory};

/// Most rows of one request.
pub const ROWS_MAX: usize = 400;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(import_opening_stock))
}

/// The forms of the body's texts.
pub(super) const TEXTS: &[Text] = &[
    Text::new("OpeningStockRow", "location", Form::Identifier, 32),
    Text::new("OpeningStockRow", "sku", Form::Identifier, 64),
];

/// What many locations and SKUs have.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"rows": [{"location": "zrh-1", "sku": "85123A", "onHand": 20}]}))]
struct OpeningStockBody {
    /// At least one row, at most 400. No two name the same SKU at the same location.
    #[schema(min_items = 1, max_items = 400)]
    rows: Vec<OpeningStockRow>,
}

/// What a location has of a SKU.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OpeningStockRow {
    /// The code of the location, such as `zrh-1`.
    location: String,
    /// The SKU.
    sku: String,
    /// The pieces that are there.
    #[schema(maximum = 9_007_199_254_740_991_u64)]
    on_hand: u64,
    /// Pieces to keep back from new reservations; left out, it stays as it is.
    #[serde(default)]
    #[schema(maximum = 9_007_199_254_740_991_u64)]
    safety_stock: Option<u64>,
    /// Whether more may be reserved than is available; left out, it stays as it is.
    #[serde(default)]
    allows_backorder: Option<bool>,
}

/// What a location has of a SKU at the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpeningStock {
    pub location: LocationId,
    pub sku: Sku,
    pub on_hand: Pieces,
    /// `None` leaves it as it is.
    pub safety_stock: Option<Pieces>,
    /// `None` leaves it as it is.
    pub allows_backorder: Option<bool>,
}

/// What a row led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OpeningStockOutcome {
    /// The location keeps the SKU from now on.
    Added,
    /// The quantity or a setting was another one before.
    Changed,
    /// All was so before.
    Unchanged,
}

/// The result of an import of opening stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OpeningStockReceipt {
    /// What each row led to, in their order.
    pub outcomes: Vec<OpeningStockOutcome>,
    /// The ids of the events that were stored.
    #[schema(value_type = Vec<Uuid>)]
    pub event_ids: Vec<EventId>,
}

impl command_kit::Receipt for OpeningStockReceipt {
    /// An import is of many streams, so it has no version of its own.
    fn version(&self) -> i64 {
        0
    }

    fn event_ids(&self) -> &[EventId] {
        &self.event_ids
    }
}

impl OpeningStockBody {
    fn check(self) -> Result<Vec<OpeningStock>, Refusal> {
        let mut fields = Fields::default();
        let count = if (1..=ROWS_MAX).contains(&self.rows.len()) {
            Ok(())
        } else {
            Err(Broken("rows_out_of_range", "an import has 1 to 400 rows"))
        };
        let count = fields.check("/rows", count);
        let mut rows: Vec<OpeningStock> = Vec::with_capacity(self.rows.len());
        for (place, row) in self.rows.into_iter().enumerate() {
            fields.below(format!("/rows/{place}"));
            let location = fields.check("/location", LocationId::try_new(row.location));
            let sku = fields.check("/sku", Sku::try_new(row.sku));
            let on_hand = fields.check("/onHand", Pieces::try_new(row.on_hand));
            let safety_stock = fields.check_optional("/safetyStock", row.safety_stock, Pieces::try_new);
            let (Some(location), Some(sku), Some(on_hand), Some(safety_stock)) = (location, sku, on_hand, safety_stock)
            else {
                continue;
            };
            let is_double = rows.iter().any(|other| other.location == location && other.sku == sku);
            let unique = if is_double {
                Err(Broken("duplicate_row", "an earlier row names the same SKU and location"))
            } else {
                Ok(())
            };
            fields.check("/sku", unique);
            rows.push(OpeningStock { location, sku, on_hand, safety_stock, allows_backorder: row.allows_backorder });
        }
        fields.finish(|| count.map(|()| rows))
    }
}

impl Inventory {
    /// Records what many locations and SKUs have, all rows or none. Repeating it changes nothing.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.stock.import", skip_all, fields(rows = rows.len()))]
    pub async fn import_opening_stock(
        &self,
        caller: &Caller,
        rows: Vec<OpeningStock>,
    ) -> Result<Answer<OpeningStockReceipt>, Refusal> {
        let tenant = &caller.principal.tenant;
        let mut members = Members::default();
        let mut items = Vec::with_capacity(rows.len());
        for row in &rows {
            let place = Place { tenant: tenant.clone(), location: row.location.clone(), sku: row.sku.clone() };
            let stock = members.add::<Stock>(&place.id().to_string(), Expectation::Existing);
            items.push((place, stock, row));
        }
        let at = self.now();
        let task = UnitTask {
            operation: "stock.import",
            scopes: &[Scope::INVENTORY_WRITE],
            named: None,
            input: &rows,
            members: &members,
            decide: &|work| items.iter().map(|(place, stock, row)| record(work, place, *stock, row, at)).collect(),
            receipt: &|outcomes: &Vec<OpeningStockOutcome>, effects| OpeningStockReceipt {
                outcomes: outcomes.clone(),
                event_ids: effects.event_ids.clone(),
            },
        };
        self.stock.run(caller, task).await
    }
}

fn record(
    work: &mut Work<'_>,
    place: &Place,
    stock: Member<Stock>,
    row: &OpeningStock,
    at: Timestamp,
) -> Result<OpeningStockOutcome, Refusal> {
    let before = work.version(stock);
    place.keep(work, stock, at)?;
    let tenant = &place.tenant;
    let on_hand = match work.state(stock) {
        StockState::Item(item) => item.level.on_hand,
        StockState::Absent => Pieces::ZERO,
    };
    if on_hand != row.on_hand {
        decide(work, stock, CountStock { tenant: tenant.clone(), counted: row.on_hand, at })?;
    }
    if let Some(safety_stock) = row.safety_stock {
        decide(work, stock, SetSafetyStock { tenant: tenant.clone(), safety_stock, at })?;
    }
    if let Some(allows_backorder) = row.allows_backorder {
        decide(work, stock, SetBackorderPolicy { tenant: tenant.clone(), allows_backorder, at })?;
    }
    Ok(match (before, work.version(stock)) {
        (0, _) => OpeningStockOutcome::Added,
        (before, after) if before == after => OpeningStockOutcome::Unchanged,
        _ => OpeningStockOutcome::Changed,
    })
}

/// Record what many locations and SKUs have
///
/// All rows are recorded or none. What is so already stays untouched, so an import can be repeated.
#[utoipa::path(post, path = "/v1/stock/imports", tag = "stock", request_body = OpeningStockBody, responses(
    (status = 200, description = "The stock is as the rows say.", body = OpeningStockReceipt),
))]
async fn import_opening_stock(
    State(inventory): State<Arc<Inventory>>,
    Keyed(caller): Keyed,
    JsonBody(body): JsonBody<OpeningStockBody>,
) -> Result<Done<OpeningStockReceipt>, Refusal> {
    inventory.import_opening_stock(&caller, body.check()?).await.map(Done)
}
