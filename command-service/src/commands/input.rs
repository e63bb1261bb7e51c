//! The inputs of commands, in the domain's types. Each serialises in one way only, since idempotency hashes that form.

use domain::order::{AddressKind, CancelReason, OrderKind};
use domain::{
    CountryCode, Currency, CustomerId, Description, ExternalReference, ImportSource, LineId, Money, OrderId,
    OrderNumber, Quantity, Reason, Sku, Timestamp, UnitPrice,
};
use serde::Serialize;

use super::address::AddressDetails;

pub use domain::order::ImportLine;

/// Begin a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewDraft {
    /// The client's own id, a UUIDv7; if `None`, one is created.
    pub id: Option<OrderId>,
    /// The customer of the order; if `None` and a customer calls, her own id.
    pub customer: Option<CustomerId>,
    pub currency: Currency,
}

/// Add a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewLine {
    /// The client's own id; if `None`, one is created.
    pub line_id: Option<LineId>,
    pub sku: Sku,
    /// The text for the invoice.
    pub description: Option<Description>,
    pub quantity: Quantity,
    /// The price of one piece.
    pub unit_price: UnitPrice,
}

/// Change a line's quantity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineQuantity {
    pub line_id: LineId,
    /// The new number of pieces.
    pub quantity: Quantity,
}

/// Remove a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineRemoval {
    pub line_id: LineId,
}

/// Set or replace an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewAddress {
    /// Which of the order's addresses.
    pub kind: AddressKind,
    /// Stored unsealed.
    pub country: CountryCode,
    /// The rest of the address; sealed before the command is decided.
    pub details: AddressDetails,
}

/// Place a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Placement {
    /// The total that the client expects; if `None`, it is not checked.
    pub expected_total: Option<Money>,
}

/// Cancel an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cancellation {
    pub reason: CancelReason,
    /// The reason in the caller's words.
    pub note: Option<Reason>,
}

/// Import an order of another system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedOrder {
    /// The system that the order comes from.
    pub source: ImportSource,
    /// The id of the order in that system.
    pub reference: ExternalReference,
    pub number: OrderNumber,
    pub kind: OrderKind,
    /// In a credit, the reference of the order that it takes back, where known.
    pub credit_of: Option<ExternalReference>,
    /// The customer, where known.
    pub customer: Option<CustomerId>,
    /// The country that the order was shipped to, where known.
    pub country: Option<CountryCode>,
    pub currency: Currency,
    /// When it was placed at its source.
    pub placed_at: Timestamp,
    pub lines: Vec<ImportLine>,
    /// Whether it may replace an order of the same reference with other content.
    pub is_update: bool,
}
