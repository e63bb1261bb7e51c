//! The events of an order, as they are stored and as they are published. Released schemas change only through an upcaster.

use serde::{Deserialize, Serialize};

use crate::contract::declare_events;
use crate::upcast::Upcaster;
use crate::{
    Address, CountryCode, Currency, CustomerId, Description, ExternalReference, ImportSource, LineId, Money, OrderId,
    OrderNumber, Quantity, Reason, Sku, SubjectId, TenantId, Timestamp, UnitPrice,
};

use super::OrderState;

declare_events! {
    kind "order" stream order_id: OrderId namespace "orders.order.v1";
    /// An event of an order's stream.
    stored OrderEvent upcasters [with_contact("AddressChanged"), with_contact("OrderPlaced")];
    /// A record of the order topic.
    public PublicEvent;

    /// A draft was created.
    OrderDrafted "1.0" [
        tenant: TenantId,
    ] {
        customer: Option<CustomerId>,
        /// Of all amounts of the order.
        currency: Currency,
    }
    says |event| format!("Draft begun in {}", event.currency);

    /// A line was added to a draft.
    LineAdded "1.0" {
        line: Line,
    }
    says |event| format!("Added {}", event.line);

    /// A line's quantity was changed.
    LineQuantityChanged "1.0" {
        line_id: LineId,
        quantity: Quantity,
        total: Money,
    }
    says |event| format!("Line {} changed to {} pieces for {}", event.line_id, event.quantity, event.total);

    /// A line was removed.
    LineRemoved "1.0" {
        line_id: LineId,
    }
    says |event| format!("Line {} removed", event.line_id);

    /// An address was set or replaced.
    AddressChanged "1.1" {
        role as "kind": AddressKind,
        /// Sealed, except the country.
        address: Address,
    }
    says |event| format!("{:?} address set, country {}", event.role, event.address.country);

    /// The customer placed the order. Lines, prices and addresses are frozen as recorded here.
    OrderPlaced "1.1" {
        number: OrderNumber,
        lines: Vec<Line>,
        /// The sum of the line totals.
        total: Money,
        shipping_address: Address,
        /// `None` where it is the shipping address.
        billing_address: Option<Address>,
    }
    says |event| format!("Placed as {} with {} lines for {}", event.number, event.lines.len(), event.total);

    /// The order was cancelled.
    OrderCancelled "1.0" {
        reason: CancelReason,
        /// In the words of the person who cancelled.
        note: Option<Reason>,
    }
    says |event| event.describe();

    /// An order of another system was imported, without side effects.
    OrderImported "1.0" as ImportedOrder [
        tenant: TenantId,
        source: ImportSource,
        /// The order's name in the source.
        reference: ExternalReference,
        number: OrderNumber,
        /// A sale, or a credit that takes one back.
        kind: OrderKind,
        /// The reference of the sale that a credit takes back, where the source names it.
        credit_of: Option<ExternalReference>,
        customer: Option<CustomerId>,
        /// Country of the shipping address, where known.
        country: Option<CountryCode>,
        /// Its lines; quantities and totals are positive in a credit too.
        lines: Vec<Line>,
        /// The sum of the line totals; positive in a credit too.
        total: Money,
        /// When the order was placed in its source.
        placed_at: Timestamp,
    ] {}
    says |event| format!("Imported from {} as {event}", event.source);

    /// An imported order was replaced by a corrected one of the same reference. What it was before stays in the history.
    OrderImportCorrected "1.0" as ImportedOrder [
        /// The whole order from now on, as if it had been imported so at first.
        order: OrderImported,
    ] {}
    says |event| format!("Import from {} corrected to {event}", event.source);

    /// The key that the order's personal data is sealed under was destroyed, here and in every copy. Whoever keeps personal data
    /// of this order in the clear has to forget it.
    SubjectErased "1.0" {
        /// Whose key: the order's customer, or the order itself where it has none. It was destroyed before `at`.
        subject: SubjectId,
    }
    says |_event| "Personal data erased: its key was destroyed".to_owned();
}

impl OrderEvent {
    /// The number that the order has from this event on, where it had another one or none before.
    pub fn number_given(&self, before: &OrderState) -> Option<&OrderNumber> {
        let number = match self {
            Self::OrderPlaced(event) => &event.number,
            Self::OrderImported(event) => &event.number,
            Self::OrderImportCorrected(event) => &event.order.number,
            _ => return None,
        };
        (before.number() != Some(number)).then_some(number)
    }
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

/// Version 1.1 may have an address's contact apart. A body of 1.0 stays as it is: its contact lies within the details. The version
/// tells releases that know no contact that they would lose it.
const fn with_contact(event_type: &'static str) -> Upcaster {
    Upcaster { event_type, from: "1.0", to: "1.1", lift: Ok }
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
