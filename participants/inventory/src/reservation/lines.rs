//! Lines of reservations in bodies and answers.

use command_kit::http::form::{Form, Text};
use command_kit::{Broken, Fields, quantity};
use domain::Sku;
use domain::reservation::{LINES_MAX, RequestedLine, ReservedLine, Shortage};
use serde::{Deserialize, Serialize};
use serde_json::Number;
use utoipa::ToSchema;

/// The forms of the body's texts.
pub(super) const TEXTS: &[Text] = &[Text::new("RequestedLineBody", "sku", Form::Identifier, 64)];

/// Pieces of a SKU.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestedLineBody {
    /// The SKU.
    #[schema(example = "85123A")]
    sku: String,
    /// The number of pieces.
    #[schema(value_type = u32, minimum = 1, maximum = 1_000_000, example = 3)]
    quantity: Number,
}

/// What a reservation holds of a SKU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReservationLineView {
    /// The SKU.
    pub sku: String,
    /// Pieces, with what is backordered.
    pub quantity: u64,
    /// The part that no stock is set aside for.
    pub backordered: u64,
}

/// A SKU of which there is not enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShortageView {
    /// The SKU.
    pub sku: String,
    /// Pieces that were asked for.
    pub requested: u64,
    /// Pieces that were available.
    pub available: u64,
}

impl ReservationLineView {
    pub(super) fn of(line: &ReservedLine) -> Self {
        Self { sku: line.sku.to_string(), quantity: line.quantity.get(), backordered: line.backordered.get() }
    }
}

impl ShortageView {
    pub(super) fn of(shortage: &Shortage) -> Self {
        Self { sku: shortage.sku.to_string(), requested: shortage.requested.get(), available: shortage.available.get() }
    }
}

/// Checks the lines of a request.
pub(super) fn checked(fields: &mut Fields, lines: Vec<RequestedLineBody>) -> Option<Vec<RequestedLine>> {
    let count = if (1..=LINES_MAX).contains(&lines.len()) {
        Ok(())
    } else {
        Err(Broken("lines_out_of_range", "a request has 1 to 2,000 lines"))
    };
    let count = fields.check("/lines", count);
    let mut checked = Vec::with_capacity(lines.len());
    for (place, line) in lines.into_iter().enumerate() {
        fields.below(format!("/lines/{place}"));
        let sku = fields.check("/sku", Sku::try_new(line.sku));
        let quantity = fields.check("/quantity", quantity(&line.quantity));
        checked.extend(sku.zip(quantity).map(|(sku, quantity)| RequestedLine { sku, quantity }));
    }
    fields.below(String::new());
    count.map(|()| checked)
}
