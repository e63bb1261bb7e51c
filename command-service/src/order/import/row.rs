//! One row of an import, and its result.

use domain::order::{ImportLine, ImportOrder, LINES_MAX, OrderKind};
use domain::{
    CountryCode, Currency, CustomerId, Description, ExternalReference, ImportSource, OrderId, OrderNumber, Sku,
    TenantId, Timestamp, UnitPrice,
};
use serde::{Deserialize, Serialize};
use serde_json::Number;
use service_kit::problem::{FieldError, parse_strict};
use utoipa::ToSchema;

use super::{ImportEffect, Imported, imported_order_id};
use command_kit::http::form::{Form, Text, object_mut};
use command_kit::http::{malformed, optional_text};
use command_kit::{Code, Fields, Kind, Refusal, quantity};
use utoipa::openapi::schema::{Array, Schema};
use utoipa::openapi::{OpenApi, RefOr};

/// An order of another system.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ImportRow {
    /// The system that the order comes from: small letters, digits and hyphens.
    #[schema(example = "online-retail", max_length = 63)]
    source: String,
    /// The id of the order in that system. The order's own id is derived from source and reference.
    #[schema(example = "536365", max_length = 128)]
    reference: String,
    /// The order number, unique within the tenant.
    #[schema(example = "536365", max_length = 64)]
    number: String,
    /// Whether the order is a sale, or a credit that takes one back.
    kind: ImportKind,
    /// In a credit, the reference of the order that it takes back.
    #[schema(max_length = 128)]
    #[serde(default, deserialize_with = "optional_text")]
    credit_of: Option<String>,
    /// The id of the customer, where known.
    #[schema(example = "17850", max_length = 64)]
    #[serde(default, deserialize_with = "optional_text")]
    customer: Option<String>,
    /// The country that the order was shipped to, as an ISO 3166-1 alpha-2 code, where known.
    #[schema(example = "GB")]
    #[serde(default, deserialize_with = "optional_text")]
    country: Option<String>,
    /// The currency of the order, as an ISO 4217 code. It may have been withdrawn since.
    #[schema(example = "GBP")]
    currency: String,
    /// When the order was placed, in RFC 3339 format and in the years 1830 to 2249.
    #[schema(format = DateTime, example = "2010-12-01T08:26:00Z")]
    placed_at: String,
    /// The lines of the order, from 1 to 2,000.
    lines: Vec<ImportRowLine>,
    /// Whether the row replaces an order of the same source and reference that has other content. Otherwise such a row
    /// is refused as `import_conflict`.
    #[serde(default)]
    update: bool,
}

/// A line of an order of another system. Quantities and prices are positive in a credit too.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ImportRowLine {
    /// The SKU of the product.
    #[schema(example = "85123A", max_length = 64)]
    sku: String,
    /// The description of the product on the invoice.
    #[schema(max_length = 500)]
    #[serde(default, deserialize_with = "optional_text")]
    description: Option<String>,
    /// The number of pieces.
    #[schema(value_type = u32, minimum = 1, maximum = 1_000_000, example = 6)]
    quantity: Number,
    /// The price of one piece: a decimal number with up to four decimals.
    #[schema(example = "2.55")]
    unit_price: String,
}

/// Whether an order is a sale or a credit.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum ImportKind {
    /// Goods are sold for money.
    Sale,
    /// Money is paid back.
    Credit,
}

impl ImportRow {
    /// Reads a row strictly and checks all its fields.
    pub(super) fn read(line: &[u8], tenant: &TenantId, at: Timestamp) -> Result<ImportOrder, Refusal> {
        parse_strict::<Self>(line).map_err(|problem| malformed(&problem))?.check(tenant, at)
    }

    fn check(self, tenant: &TenantId, at: Timestamp) -> Result<ImportOrder, Refusal> {
        let mut fields = Fields::default();
        let source = fields.check("/source", ImportSource::try_new(self.source));
        let reference = fields.check("/reference", ExternalReference::try_new(self.reference));
        let number = fields.check("/number", OrderNumber::try_new(self.number));
        let credit_of = fields.check_optional("/creditOf", self.credit_of, ExternalReference::try_new);
        let customer = fields.check_optional("/customer", self.customer, CustomerId::try_new);
        let country = fields.check_optional("/country", self.country, |country| CountryCode::try_new(&country));
        let currency = fields.check("/currency", Currency::try_new(&self.currency));
        let placed_at = fields.check("/placedAt", Timestamp::try_new(&self.placed_at));
        let kind = match self.kind {
            ImportKind::Sale => OrderKind::Sale,
            ImportKind::Credit => OrderKind::Credit,
        };
        let mut lines = Vec::with_capacity(self.lines.len());
        for (index, line) in self.lines.into_iter().enumerate() {
            fields.below(format!("/lines/{index}"));
            lines.extend(line.check(&mut fields));
        }
        fields.finish(|| {
            let source = source?;
            let reference = reference?;
            Some(ImportOrder {
                order_id: imported_order_id(tenant, &source, &reference),
                tenant: tenant.clone(),
                source,
                reference,
                number: number?,
                kind,
                credit_of: credit_of?,
                customer: customer?,
                country: country?,
                currency: currency?,
                placed_at: placed_at?,
                lines,
                is_update: self.update,
                at,
            })
        })
    }
}

impl ImportRowLine {
    fn check(self, fields: &mut Fields) -> Option<ImportLine> {
        let sku = fields.check("/sku", Sku::try_new(self.sku));
        let description = fields.check_optional("/description", self.description, Description::try_new);
        let quantity = fields.check("/quantity", quantity(&self.quantity));
        let unit_price = fields.check("/unitPrice", UnitPrice::try_new(&self.unit_price));
        Some(ImportLine { sku: sku?, description: description?, quantity: quantity?, unit_price: unit_price? })
    }
}

/// The outcome of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum RowStatus {
    /// The order was imported now.
    Imported,
    /// The row corrected an order that had been imported before.
    Corrected,
    /// The order had been imported before, with the same content.
    Already,
    /// The row is not acceptable, and the same row will be refused again.
    Refused,
    /// The row was not imported, but there is no error in it; send it again.
    Failed,
}

/// The outcome of a row.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RowResult {
    /// The row's line number in the body, from 1. Blank lines count and have no result.
    row: u64,
    /// The outcome of the row.
    status: RowStatus,
    /// The id of the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    order_id: Option<OrderId>,
    /// The version of the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    /// The order number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    number: Option<OrderNumber>,
    /// Why the row was not imported: a code for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "validation_failed")]
    code: Option<Code>,
    /// Why the row was not imported: a text for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// Whether the same row may succeed later.
    #[serde(skip_serializing_if = "Option::is_none")]
    retryable: Option<bool>,
    /// The errors of single fields of the row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

impl RowResult {
    /// The result of an attempt.
    pub(super) fn of(row: u64, result: Result<Imported, Refusal>) -> Self {
        match result {
            Ok(imported) => Self {
                row,
                status: match imported.effect {
                    ImportEffect::Imported => RowStatus::Imported,
                    ImportEffect::Corrected => RowStatus::Corrected,
                    ImportEffect::Unchanged => RowStatus::Already,
                },
                order_id: Some(imported.order_id),
                version: Some(imported.version),
                number: Some(imported.number),
                code: None,
                detail: None,
                retryable: None,
                errors: Vec::new(),
            },
            Err(refusal) => {
                let retryable = refusal.code.is_retryable();
                let failed = retryable || refusal.code.kind() == Kind::Internal;
                Self {
                    row,
                    status: if failed { RowStatus::Failed } else { RowStatus::Refused },
                    order_id: None,
                    version: None,
                    number: None,
                    code: Some(refusal.code),
                    detail: Some(refusal.detail),
                    retryable: Some(retryable),
                    errors: refusal.errors,
                }
            }
        }
    }
}

/// The forms of a row's texts.
pub(in crate::order) const TEXTS: &[Text] = &[
    Text::new("ImportRow", "source", Form::Slug, 63),
    Text::new("ImportRow", "reference", Form::Identifier, 128),
    Text::new("ImportRow", "number", Form::Identifier, 64),
    Text::new("ImportRow", "creditOf", Form::Identifier, 128),
    Text::new("ImportRow", "customer", Form::Ascii, 64),
    Text::new("ImportRow", "country", Form::Country, 2),
    Text::new("ImportRow", "currency", Form::AnyCurrency, 3),
    Text::new("ImportRow", "placedAt", Form::Moment, 40),
    Text::new("ImportRowLine", "sku", Form::Identifier, 64),
    Text::new("ImportRowLine", "description", Form::Line, 500),
    Text::new("ImportRowLine", "unitPrice", Form::Price, 17),
];

/// Describes how many lines a row may have.
pub(crate) fn lines_bound(openapi: &mut OpenApi) {
    let Some(components) = &mut openapi.components else { return };
    let rows = components.schemas.get_mut("ImportRow").and_then(object_mut);
    if let Some(RefOr::T(Schema::Array(Array { min_items, max_items, .. }))) =
        rows.and_then(|row| row.properties.get_mut("lines"))
    {
        (*min_items, *max_items) = (Some(1), Some(LINES_MAX));
    }
}
