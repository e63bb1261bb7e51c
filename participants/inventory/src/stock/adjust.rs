use std::sync::Arc;

use axum::extract::State;
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed, optional_text};
use command_kit::{Answer, Broken, Caller, Fields, Refusal, whole_number};
use domain::stock::{AdjustStock, AdjustmentReason};
use domain::{Difference, LocationId, Reason, Sku};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::receipt::{Done, StockReceipt};
use super::{ItemTask, Place, decide};
use crate::context::{AppState, Inventory};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(adjust_stock))
}

/// The forms of the body's texts.
pub(super) const TEXTS: &[Text] = &[
    Text::new("AdjustmentBody", "location", Form::Identifier, 32),
    Text::new("AdjustmentBody", "sku", Form::Identifier, 64),
    Text::new("AdjustmentBody", "note", Form::Line, 500),
];

/// Why the quantity on hand changes.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum AdjustmentGround {
    /// Goods came from a supplier. Adds.
    Received,
    /// Goods can no longer be sold. Takes away.
    Damaged,
    /// Goods are gone. Takes away.
    Lost,
    /// Goods are there that the books did not have. Adds.
    Found,
    /// A customer sent goods back, and they can be sold again. Adds.
    Returned,
    /// The books are put right by hand, in either direction, but not below zero.
    Correction,
}

/// A change of the quantity on hand.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"location": "zrh-1", "sku": "85123A", "by": 20, "reason": "RECEIVED"}))]
struct AdjustmentBody {
    /// The code of the location, such as `zrh-1`.
    location: String,
    /// The SKU.
    sku: String,
    /// The pieces that are more, or below zero those that are fewer.
    #[serde(deserialize_with = "whole_number")]
    by: i64,
    reason: AdjustmentGround,
    /// What happened, in your own words. It is published with the event, so it must not hold personal data.
    #[schema(max_length = 500)]
    #[serde(default, deserialize_with = "optional_text")]
    note: Option<String>,
}

/// Change the quantity on hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Adjustment {
    pub location: LocationId,
    pub sku: Sku,
    pub by: Difference,
    pub reason: AdjustmentReason,
    pub note: Option<Reason>,
}

impl AdjustmentBody {
    fn check(self) -> Result<Adjustment, Refusal> {
        let reason = match self.reason {
            AdjustmentGround::Received => AdjustmentReason::Received,
            AdjustmentGround::Damaged => AdjustmentReason::Damaged,
            AdjustmentGround::Lost => AdjustmentReason::Lost,
            AdjustmentGround::Found => AdjustmentReason::Found,
            AdjustmentGround::Returned => AdjustmentReason::Returned,
            AdjustmentGround::Correction => AdjustmentReason::Correction,
        };
        let mut fields = Fields::default();
        let location = fields.check("/location", LocationId::try_new(self.location));
        let sku = fields.check("/sku", Sku::try_new(self.sku));
        let moves =
            if self.by == 0 { Err(Broken("no_pieces", "an adjustment moves at least one piece")) } else { Ok(()) };
        fields.check("/by", moves);
        let by = fields.check("/by", Difference::try_new(self.by));
        let note = fields.check_optional("/note", self.note, Reason::try_new);
        fields.finish(|| Some(Adjustment { location: location?, sku: sku?, by: by?, reason, note: note? }))
    }
}

impl Inventory {
    /// Changes the quantity on hand. Goods that are more begin an item where the location has none.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.stock.adjust", skip_all, fields(location = %input.location, sku = %input.sku))]
    pub async fn adjust_stock(&self, caller: &Caller, input: Adjustment) -> Result<Answer<StockReceipt>, Refusal> {
        let place =
            Place { tenant: caller.principal.tenant.clone(), location: input.location.clone(), sku: input.sku.clone() };
        let Adjustment { by, reason, note, .. } = input.clone();
        let task = ItemTask {
            operation: "stock.adjust",
            place,
            input: &input,
            decide: &|work, stock, place, at| {
                if by.get() > 0 {
                    place.keep(work, stock, at)?;
                }
                decide(work, stock, AdjustStock { tenant: place.tenant.clone(), by, reason, note: note.clone(), at })?;
                Ok(())
            },
        };
        self.run_on_item(caller, task).await
    }
}

/// Change the quantity on hand for a reason
///
/// Everything but a correction is a fact: it is recorded whatever the books say. Damage or loss of more than is on hand leaves zero.
/// Where less is left than reservations hold, a shortage is recorded with it.
#[utoipa::path(post, path = "/v1/stock/adjustments", tag = "stock", request_body = AdjustmentBody, responses(
    (status = 200, description = "The quantity is changed.", body = StockReceipt),
))]
async fn adjust_stock(
    State(inventory): State<Arc<Inventory>>,
    Keyed(caller): Keyed,
    JsonBody(body): JsonBody<AdjustmentBody>,
) -> Result<Done<StockReceipt>, Refusal> {
    inventory.adjust_stock(&caller, body.check()?).await.map(Done)
}
