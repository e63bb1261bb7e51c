//! The stored events of an order. Released schemas change only through an upcaster.

use serde::{Deserialize, Serialize};

use crate::{
    Address, CountryCode, Currency, CustomerId, Description, ExternalReference, ImportSource, LineId, Money,
    OrderNumber, Quantity, Reason, Sku, StoredEvent, SubjectId, TenantId, Timestamp, UnitPrice, upcast::Upcaster,
};

/// An event of an order's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderEvent {
    OrderDrafted(OrderDrafted),
    LineAdded(LineAdded),
    LineQuantityChanged(LineQuantityChanged),
    LineRemoved(LineRemoved),
    AddressChanged(AddressChanged),
    OrderPlaced(OrderPlaced),
    OrderCancelled(OrderCancelled),
    /// An order of another system was imported, without side effects.
    OrderImported(OrderImported),
    /// An imported order was replaced by a corrected one of the same reference.
    OrderImportCorrected(OrderImportCorrected),
    /// The key of the order's personal data was destroyed; data sealed with it can no longer be read anywhere.
    SubjectErased(SubjectErased),
}

/// A draft was created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderDrafted {
    pub tenant: TenantId,
    pub customer: Option<CustomerId>,
    /// Of all amounts of the order.
    pub currency: Currency,
    pub at: Timestamp,
}

/// A line was added to a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineAdded {
    pub line: Line,
    pub at: Timestamp,
}

/// A line's quantity was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineQuantityChanged {
    pub line_id: LineId,
    pub quantity: Quantity,
    pub total: Money,
    pub at: Timestamp,
}

/// A line was removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineRemoved {
    pub line_id: LineId,
    pub at: Timestamp,
}

/// An address was set or replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressChanged {
    pub kind: AddressKind,
    /// Sealed, except the country.
    pub address: Address,
    pub at: Timestamp,
}

/// The customer placed the order. Lines, prices and addresses are frozen as recorded here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPlaced {
    pub number: OrderNumber,
    pub lines: Vec<Line>,
    /// The sum of the line totals.
    pub total: Money,
    pub shipping_address: Address,
    /// `None` where it is the shipping address.
    pub billing_address: Option<Address>,
    pub at: Timestamp,
}

/// The order was cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCancelled {
    pub reason: CancelReason,
    /// In the words of the person who cancelled.
    pub note: Option<Reason>,
    pub at: Timestamp,
}

/// An order of another system was imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderImported {
    pub tenant: TenantId,
    pub source: ImportSource,
    /// The order's name in the source.
    pub reference: ExternalReference,
    pub number: OrderNumber,
    /// A sale, or a credit that takes one back.
    pub kind: OrderKind,
    /// The reference of the sale that a credit takes back, where the source names it.
    pub credit_of: Option<ExternalReference>,
    pub customer: Option<CustomerId>,
    /// Country of the shipping address, where known.
    pub country: Option<CountryCode>,
    /// Its lines; quantities and totals are positive in a credit too.
    pub lines: Vec<Line>,
    /// The sum of the line totals; positive in a credit too.
    pub total: Money,
    /// When the order was placed in its source.
    pub placed_at: Timestamp,
    /// Time of the import.
    pub at: Timestamp,
}

/// An imported order was replaced by a corrected one of the same reference. What it was before stays in the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderImportCorrected {
    /// The whole order from now on, as if it had been imported so at first.
    pub order: OrderImported,
    /// Time of the correction.
    pub at: Timestamp,
}

/// The key that the order's personal data is sealed under was destroyed, here and in every copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectErased {
    /// Whose key: the order's customer, or the order itself where it has none.
    pub subject: SubjectId,
    /// When it was recorded in this order; the key was destroyed before.
    pub at: Timestamp,
}

/// One line with its total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Unique within the order.
    pub id: LineId,
    pub sku: Sku,
    /// As shown on the invoice.
    pub description: Option<Description>,
    pub quantity: Quantity,
    /// The price of one piece.
    pub unit_price: UnitPrice,
    /// Quantity times unit price, rounded once.
    pub total: Money,
}

/// Which of an order's addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AddressKind {
    Shipping,
    Billing,
}

/// Why an order was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CancelReason {
    /// The customer asked for it.
    Customer,
    /// The merchant decided it.
    Staff,
    /// A draft was discarded.
    Discarded,
}

/// Whether an order sells or takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderKind {
    /// Goods for money.
    Sale,
    /// Money back: its amounts count negatively in sums.
    Credit,
}

impl StoredEvent for OrderEvent {
    const UPCASTERS: &'static [Upcaster] = &[with_contact("AddressChanged"), with_contact("OrderPlaced")];

    fn event_type(&self) -> &'static str {
        match self {
            Self::OrderDrafted(_) => "OrderDrafted",
            Self::LineAdded(_) => "LineAdded",
            Self::LineQuantityChanged(_) => "LineQuantityChanged",
            Self::LineRemoved(_) => "LineRemoved",
            Self::AddressChanged(_) => "AddressChanged",
            Self::OrderPlaced(_) => "OrderPlaced",
            Self::OrderCancelled(_) => "OrderCancelled",
            Self::OrderImported(_) => "OrderImported",
            Self::OrderImportCorrected(_) => "OrderImportCorrected",
            Self::SubjectErased(_) => "SubjectErased",
        }
    }

    fn event_version(&self) -> &'static str {
        match self {
            Self::AddressChanged(_) | Self::OrderPlaced(_) => "1.1",
            Self::OrderDrafted(_)
            | Self::LineAdded(_)
            | Self::LineQuantityChanged(_)
            | Self::LineRemoved(_)
            | Self::OrderCancelled(_)
            | Self::OrderImported(_)
            | Self::OrderImportCorrected(_)
            | Self::SubjectErased(_) => "1.0",
        }
    }

    fn current_version(event_type: &str) -> Option<&'static str> {
        match event_type {
            "OrderDrafted"
            | "LineAdded"
            | "LineQuantityChanged"
            | "LineRemoved"
            | "OrderCancelled"
            | "OrderImported"
            | "OrderImportCorrected"
            | "SubjectErased" => Some("1.0"),
            "AddressChanged" | "OrderPlaced" => Some("1.1"),
            _ => None,
        }
    }
}

/// Version 1.1 may have an address's contact apart. A body of 1.0 stays as it is: its contact lies within the details. The version
/// tells releases that know no contact that they would lose it.
const fn with_contact(event_type: &'static str) -> Upcaster {
    Upcaster { event_type, from: "1.0", to: "1.1", lift: Ok }
}

impl OrderEvent {
    /// Business time: when it happened, or when an imported order was placed.
    pub const fn at(&self) -> Timestamp {
        match self {
            Self::OrderDrafted(event) => event.at,
            Self::LineAdded(event) => event.at,
            Self::LineQuantityChanged(event) => event.at,
            Self::LineRemoved(event) => event.at,
            Self::AddressChanged(event) => event.at,
            Self::OrderPlaced(event) => event.at,
            Self::OrderCancelled(event) => event.at,
            Self::OrderImported(event) => event.placed_at,
            Self::OrderImportCorrected(event) => event.at,
            Self::SubjectErased(event) => event.at,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::upcast;

    const SEALED: &str = r#"{"subject": "customer:c-1", "data": "c2VhbGVk"}"#;

    fn stored(event_type: &str, contact: Option<&str>) -> String {
        let contact = contact.map(|sealed| format!(r#", "contact": {sealed}"#)).unwrap_or_default();
        let address = format!(r#"{{"country": "CH", "details": {SEALED}{contact}}}"#);
        let at = "2026-06-01T12:00:00Z";
        match event_type {
            "AddressChanged" => {
                format!(r#"{{"AddressChanged": {{"kind": "SHIPPING", "address": {address}, "at": "{at}"}}}}"#)
            }
            _ => format!(
                r#"{{"OrderPlaced": {{"number": "SO-1", "lines": [], "total": {{"minor": 0, "currency": "EUR"}},
                    "shipping_address": {address}, "billing_address": null, "at": "{at}"}}}}"#
            ),
        }
    }

    fn address(event: OrderEvent) -> Address {
        match event {
            OrderEvent::AddressChanged(event) => event.address,
            OrderEvent::OrderPlaced(event) => event.shipping_address,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn addresses_of_the_first_version_have_no_contact_apart_and_later_ones_may() {
        for event_type in ["AddressChanged", "OrderPlaced"] {
            let read =
                |version, contact| address(upcast::decode(event_type, version, &stored(event_type, contact)).unwrap());
            let first = read("1.0", None);
            assert_eq!((first.contact.as_ref(), first.details.data()), (None, "c2VhbGVk"));
            assert_eq!(read("1.1", None), first);
            assert_eq!(read("1.1", Some(SEALED)).contact, Some(first.details));
        }
    }

    #[test]
    fn an_address_without_contact_is_written_as_it_was_before_there_was_one() {
        let event: OrderEvent = upcast::decode("AddressChanged", "1.0", &stored("AddressChanged", None)).unwrap();
        let written: Value = serde_json::to_value(&event).unwrap();
        let sealed: Value = serde_json::from_str(SEALED).unwrap();
        assert_eq!(written["AddressChanged"]["address"], json!({"country": "CH", "details": sealed}));
    }
}
