//! What callers ask for, in the domain's types. Each serialises in one way, which is what idempotency hashes.

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
    /// The client's own id, a UUIDv7; one is made where it gives none.
    pub id: Option<OrderId>,
    /// For whom; a customer's own where she gives none.
    pub customer: Option<CustomerId>,
    /// The one currency of the order.
    pub currency: Currency,
}

/// Add a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewLine {
    /// The client's own id; one is made where it gives none.
    pub line_id: Option<LineId>,
    /// What.
    pub sku: Sku,
    /// What it is called on the invoice.
    pub description: Option<Description>,
    /// How many.
    pub quantity: Quantity,
    /// What one costs.
    pub unit_price: UnitPrice,
}

/// Change a line's quantity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineQuantity {
    /// Which line.
    pub line_id: LineId,
    /// Pieces from now on.
    pub quantity: Quantity,
}

/// Take a line off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineRemoval {
    /// Which line.
    pub line_id: LineId,
}

/// Set or replace an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewAddress {
    /// Which of the order's addresses.
    pub kind: AddressKind,
    /// Where it is; stays in the clear.
    pub country: CountryCode,
    /// All else; sealed before anything is decided.
    pub details: AddressDetails,
}

/// Commit to a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Placement {
    /// What the client expects to pay, if it says so.
    pub expected_total: Option<Money>,
}

/// Call the order off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cancellation {
    /// On what ground.
    pub reason: CancelReason,
    /// In the words of whoever cancels.
    pub note: Option<Reason>,
}

/// Take in an order of another system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedOrder {
    /// The system it comes from.
    pub source: ImportSource,
    /// What it is called there.
    pub reference: ExternalReference,
    /// The number people know it by.
    pub number: OrderNumber,
    /// A sale, or a credit that takes one back.
    pub kind: OrderKind,
    /// What a credit takes back, where the source tells.
    pub credit_of: Option<ExternalReference>,
    /// For whom, where known.
    pub customer: Option<CustomerId>,
    /// Where to, where known.
    pub country: Option<CountryCode>,
    /// The one currency of the order.
    pub currency: Currency,
    /// When it was placed at its source.
    pub placed_at: Timestamp,
    /// Its lines, in order.
    pub lines: Vec<ImportLine>,
    /// Whether it replaces an order of the same reference that differs.
    pub is_update: bool,
}
