//! What an order publishes. The records stand beside the stored events in `event.rs`; here is what they share, and what has to
//! be mapped by hand.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::contract::{self, Facts, ToPublic, ToRecord, declare_symbols};
use crate::{OrderId, UnitPrice};

pub use super::event::records::*;
pub use super::shapes::{
    ContractLineChange, ContractSkuPieces, ExceptionKind, HoldKind, PieceState, RejectionReason, ScreeningOutcome,
};
pub use crate::contract::{ContractAddress, ContractMoney, ContractSealed, ContractUnitPrice, Position};

/// The topic of the records. Key: the order's id.
pub const TOPIC: &str = "orders.order.events.v1";

/// A public event of an order with what its record's headers say of it.
pub type Published = contract::Published<PublicEvent>;

/// One line with its total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractLine {
    /// Unique within the order.
    pub line_id: String,
    pub sku: String,
    /// What it is called on the invoice.
    pub description: Option<String>,
    /// Pieces.
    pub quantity: i64,
    pub unit_price: ContractUnitPrice,
    /// Quantity times unit price, rounded once to the minor unit, half to even.
    pub total: ContractMoney,
}

impl fmt::Display for ContractLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} × {}", self.quantity, self.sku)?;
        let price = UnitPrice::from_ten_thousandths(self.unit_price.ten_thousandths);
        price.map_or(Ok(()), |price| write!(f, " at {price} {}", self.unit_price.currency))
    }
}

impl ToPublic for super::Line {
    type Public = ContractLine;

    fn to_public(&self) -> ContractLine {
        // A stored price is in the currency of its line's total.
        let currency = self.total.currency().to_public();
        ContractLine {
            line_id: self.id.to_public(),
            sku: self.sku.to_public(),
            description: self.description.to_public(),
            quantity: self.quantity.to_public(),
            unit_price: ContractUnitPrice { ten_thousandths: self.unit_price.ten_thousandths(), currency },
            total: self.total.to_public(),
        }
    }
}

declare_symbols!(
    /// Which of an order's addresses.
    AddressRole of super::AddressKind {
        /// Where the goods go.
        Shipping,
        /// Whom to bill.
        Billing,
    }
);
declare_symbols!(
    /// On what ground an order was cancelled.
    CancelReason of super::CancelReason {
        /// The customer asked for it.
        Customer,
        /// The tenant's staff decided it.
        Staff,
        /// A draft was thrown away.
        Discarded,
        /// The payment was not authorised.
        PaymentFailed,
        /// There was not enough of what was ordered.
        OutOfStock,
        /// No location sent what was ordered.
        FulfilmentFailed,
    }
);
declare_symbols!(
    /// Whether an order sells or takes back.
    OrderKind of super::OrderKind {
        /// Goods for money.
        Sale,
        /// Money back.
        Credit,
    }
);

/// The record of an imported order and of a corrected import: the whole order from then on. Its business time is the moment of
/// placement where it was imported, and the moment of the correction where it was corrected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedOrder {
    pub order_id: String,
    /// Place in the order's history, from 1 without gaps.
    pub version: i64,
    pub tenant: String,
    /// Business time in microseconds since 1970, in UTC.
    pub at: i64,
    /// The system it comes from.
    pub source: String,
    /// What it is called there.
    pub reference: String,
    /// The number people know it by.
    pub number: String,
    pub kind: OrderKind,
    /// What a credit takes back, where the source tells.
    pub credit_of: Option<String>,
    /// For whom, where known.
    pub customer: Option<String>,
    /// ISO 3166-1 alpha-2 code, where known.
    pub country: Option<String>,
    /// Its lines; amounts are positive in a credit too.
    pub lines: Vec<ContractLine>,
    /// The sum of the line totals; positive in a credit too.
    pub total: ContractMoney,
    /// When it was placed at its source, in microseconds since 1970.
    pub placed_at: i64,
    /// When it was first imported, in microseconds since 1970.
    pub imported_at: i64,
}

impl fmt::Display for ImportedOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            OrderKind::Sale => "sale",
            OrderKind::Credit => "credit",
            OrderKind::Unknown => "order",
        };
        write!(f, "{kind} {} with {} lines for {}", self.number, self.lines.len(), self.total)
    }
}

impl ToRecord<OrderId> for super::OrderImported {
    type Record = ImportedOrder;

    fn to_record(&self, facts: &Facts<OrderId>) -> ImportedOrder {
        ImportedOrder {
            order_id: facts.id.to_string(),
            version: facts.version,
            tenant: facts.tenant.to_string(),
            at: self.placed_at.micros(),
            source: self.source.to_public(),
            reference: self.reference.to_public(),
            number: self.number.to_public(),
            kind: self.kind.to_public(),
            credit_of: self.credit_of.to_public(),
            customer: self.customer.to_public(),
            country: self.country.to_public(),
            lines: self.lines.to_public(),
            total: self.total.to_public(),
            placed_at: self.placed_at.micros(),
            imported_at: self.at.micros(),
        }
    }
}

impl ToRecord<OrderId> for super::OrderImportCorrected {
    type Record = ImportedOrder;

    fn to_record(&self, facts: &Facts<OrderId>) -> ImportedOrder {
        ImportedOrder { at: self.at.micros(), ..self.order.to_record(facts) }
    }
}
