//! Bodies of commands as clients write them, and their conversion to the domain's types.
//!
//! A body of another shape (unknown key, wrong type) is 400; values that break a rule are 422, all of them at once,
//! each under its pointer.

use domain::order::{AddressKind, CancelReason};
use domain::{
    CountryCode, Currency, CustomerId, Description, LineId, Money, MoneyError, OrderId, Quantity, Reason, Sku,
    UnitPrice,
};
use serde::{Deserialize, Deserializer};
use serde_json::Number;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::commands::input::{Cancellation, LineQuantity, LineRemoval, NewAddress, NewDraft, NewLine, Placement};
use crate::commands::{AddressDetails, Broken, Fields, MoneyView, Refusal};

/// Begin a draft.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"customer": "c-1", "currency": "EUR"}))]
pub(super) struct NewOrder {
    /// Your own id for the order, a UUIDv7.
    #[schema(value_type = Option<Uuid>, example = "01936f2a-7c00-7abc-8def-0123456789ab")]
    #[serde(default, deserialize_with = "optional_text")]
    id: Option<String>,
    /// The id of the customer. A customer may leave it out for her own orders.
    #[schema(max_length = 64)]
    #[serde(default, deserialize_with = "optional_text")]
    customer: Option<String>,
    /// The currency of the order, as an ISO 4217 code.
    #[schema(example = "EUR")]
    currency: String,
}

impl NewOrder {
    pub(super) fn check(self) -> Result<NewDraft, Refusal> {
        let mut fields = Fields::default();
        let id = fields.check_optional("/id", self.id, |id| order_id(&id));
        let customer = fields.check_optional("/customer", self.customer, CustomerId::try_new);
        let currency = fields.check("/currency", Currency::current(&self.currency));
        fields.finish(|| Some(NewDraft { id: id?, customer: customer?, currency: currency? }))
    }
}

/// Add a line.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"sku": "85123A", "description": "T-light holder", "quantity": 6, "unitPrice": "2.55"}))]
pub(super) struct NewOrderLine {
    /// Your own id for the line, any UUID.
    #[schema(value_type = Option<Uuid>)]
    #[serde(default, deserialize_with = "optional_text")]
    line_id: Option<String>,
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
    /// The price of one piece: a decimal number with up to four decimals. Needs the scope `orders:price`.
    #[schema(example = "2.55")]
    unit_price: String,
}

impl NewOrderLine {
    pub(super) fn check(self) -> Result<NewLine, Refusal> {
        let mut fields = Fields::default();
        let line_id = fields.check_optional("/lineId", self.line_id, |id| line_id(&id));
        let sku = fields.check("/sku", Sku::try_new(self.sku));
        let description = fields.check_optional("/description", self.description, Description::try_new);
        let quantity = fields.check("/quantity", quantity(&self.quantity));
        let unit_price = fields.check("/unitPrice", UnitPrice::try_new(&self.unit_price));
        fields.finish(|| {
            Some(NewLine {
                line_id: line_id?,
                sku: sku?,
                description: description?,
                quantity: quantity?,
                unit_price: unit_price?,
            })
        })
    }
}

/// Change a line's quantity.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"quantity": 3}))]
pub(super) struct LineChange {
    /// The new number of pieces.
    #[schema(value_type = u32, minimum = 1, maximum = 1_000_000, example = 3)]
    quantity: Number,
}

impl LineChange {
    pub(super) fn check(self, line_id: LineId) -> Result<LineQuantity, Refusal> {
        let mut fields = Fields::default();
        let quantity = fields.check("/quantity", quantity(&self.quantity));
        fields.finish(|| Some(LineQuantity { line_id, quantity: quantity? }))
    }
}

/// Change a line's quantity, in a dry run.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DryRunLineChange {
    line_id: String,
    quantity: Number,
}

impl DryRunLineChange {
    pub(super) fn check(self) -> Result<LineQuantity, Refusal> {
        let mut fields = Fields::default();
        let line_id = fields.check("/lineId", line_id(&self.line_id));
        let quantity = fields.check("/quantity", quantity(&self.quantity));
        fields.finish(|| Some(LineQuantity { line_id: line_id?, quantity: quantity? }))
    }
}

/// Remove a line, in a dry run.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DryRunLineRemoval {
    line_id: String,
}

impl DryRunLineRemoval {
    pub(super) fn check(self) -> Result<LineRemoval, Refusal> {
        let mut fields = Fields::default();
        let line_id = fields.check("/lineId", line_id(&self.line_id));
        fields.finish(|| Some(LineRemoval { line_id: line_id? }))
    }
}

/// The kind of an order's address.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum AddressRole {
    /// The address that the goods are shipped to.
    Shipping,
    /// The billing address.
    Billing,
}

/// Set or replace an address. Everything except the country is sealed under the customer's key before it is stored.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"kind": "SHIPPING", "name": "A. Recipient", "line1": "1 Long Street", "city": "London", "postalCode": "E1 6AN", "country": "GB"}))]
pub(super) struct AddressBody {
    /// Which address of the order to set.
    kind: AddressRole,
    /// The name of the recipient.
    #[schema(max_length = 200)]
    name: String,
    /// The street and the house number.
    #[schema(max_length = 200)]
    line1: String,
    /// The flat, the floor or the company.
    #[schema(max_length = 200)]
    #[serde(default, deserialize_with = "optional_text")]
    line2: Option<String>,
    /// The town.
    #[schema(max_length = 100)]
    city: String,
    /// The postal code.
    #[schema(max_length = 20)]
    #[serde(default, deserialize_with = "optional_text")]
    postal_code: Option<String>,
    /// The state or the province.
    #[schema(max_length = 100)]
    #[serde(default, deserialize_with = "optional_text")]
    region: Option<String>,
    /// The country, as an ISO 3166-1 alpha-2 code.
    #[schema(example = "DE")]
    country: String,
    /// The phone number: digits with the usual signs between them.
    #[schema(max_length = 40)]
    #[serde(default, deserialize_with = "optional_text")]
    phone: Option<String>,
    /// The email address, with one `@`.
    #[schema(max_length = 254)]
    #[serde(default, deserialize_with = "optional_text")]
    email: Option<String>,
}

impl AddressBody {
    pub(super) fn check(self) -> Result<NewAddress, Refusal> {
        let kind = match self.kind {
            AddressRole::Shipping => AddressKind::Shipping,
            AddressRole::Billing => AddressKind::Billing,
        };
        let mut fields = Fields::default();
        let country = fields.check("/country", CountryCode::try_new(&self.country));
        let details = AddressDetails {
            name: self.name,
            line1: self.line1,
            line2: self.line2,
            city: self.city,
            postal_code: self.postal_code,
            region: self.region,
            phone: self.phone,
            email: self.email,
        };
        let checked = details.check(&mut fields);
        fields.finish(|| {
            checked?;
            Some(NewAddress { kind, country: country?, details })
        })
    }
}

/// Place a draft.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({}))]
pub(super) struct PlacementBody {
    /// The total that you expect to pay. The order is not placed if its total differs.
    expected_total: Option<MoneyView>,
}

impl PlacementBody {
    pub(super) fn check(self) -> Result<Placement, Refusal> {
        let mut fields = Fields::default();
        let expected = fields.check_optional("/expectedTotal/currency", self.expected_total, |total| {
            Ok::<_, MoneyError>(Money::new(total.minor, Currency::try_new(&total.currency)?))
        });
        fields.finish(|| Some(Placement { expected_total: expected? }))
    }
}

/// The reason to cancel an order.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum CancelGround {
    /// The customer asked for it.
    Customer,
    /// The tenant's staff decided it.
    Staff,
}

/// Cancel an order.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"reason": "STAFF", "note": "ordered twice"}))]
pub(super) struct CancellationBody {
    /// The reason. A customer must give `CUSTOMER`.
    reason: CancelGround,
    /// The reason in your own words. It is published with the event, so it must not hold personal data.
    #[schema(max_length = 500)]
    #[serde(default, deserialize_with = "optional_text")]
    note: Option<String>,
}

impl CancellationBody {
    pub(super) fn check(self) -> Result<Cancellation, Refusal> {
        let reason = match self.reason {
            CancelGround::Customer => CancelReason::Customer,
            CancelGround::Staff => CancelReason::Staff,
        };
        let mut fields = Fields::default();
        let note = fields.check_optional("/note", self.note, Reason::try_new);
        fields.finish(|| Some(Cancellation { reason, note: note? }))
    }
}

/// A text that may be left out. An empty one counts as left out, since forms send their empty fields this way.
pub(super) fn optional_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// A UUID as answers spell it; the parser also takes it without hyphens, in braces and as a URN.
fn uuid(text: &str) -> Option<Uuid> {
    const HYPHENATED_CHARS: usize = 36;
    (text.len() == HYPHENATED_CHARS).then(|| Uuid::parse_str(text).ok()).flatten()
}

fn order_id(text: &str) -> Result<OrderId, Broken> {
    match uuid(text) {
        Some(id) if id.get_version_num() == 7 => Ok(OrderId::new(id)),
        _ => Err(Broken("not_a_uuid_v7", "an order's id is a UUIDv7")),
    }
}

fn line_id(text: &str) -> Result<LineId, Broken> {
    uuid(text).map(LineId::new).ok_or(Broken("not_a_uuid", "a line's id is a UUID"))
}

/// A whole number of pieces, also where it is written as `3.0`: JSON Schema calls that an integer, and some languages
/// write all numbers so. Every other number is refused with one error, not several.
pub(super) fn quantity(number: &Number) -> Result<Quantity, Broken> {
    let whole = |value: f64| {
        let is_whole = value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&value);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and within 32 bits")]
        is_whole.then_some(value as u64)
    };
    let pieces = number.as_u64().or_else(|| number.as_f64().and_then(whole));
    let pieces = pieces.and_then(|pieces| u32::try_from(pieces).ok());
    pieces
        .and_then(|pieces| Quantity::try_new(pieces).ok())
        .ok_or(Broken("quantity_out_of_range", "a quantity is a whole number from 1 to 1,000,000"))
}
