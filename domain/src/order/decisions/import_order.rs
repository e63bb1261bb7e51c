use uuid::Uuid;

use crate::decision::Decision;
use crate::{
    Count, CountryCode, Currency, CustomerId, Description, ExternalReference, ImportSource, LineId, Money, OrderId,
    OrderNumber, Quantity, Scope, Sku, TenantId, Timestamp, UnitPrice,
};

use super::super::{
    LINES_MAX, Line, Order, OrderEvent, OrderImportCorrected, OrderImported, OrderKind, OrderRejection, OrderState,
};
use super::Sample;

/// Import an order of another system: no side effects, idempotent by its reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportOrder {
    /// Derived from tenant, source and reference.
    pub order_id: OrderId,
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
    /// Of all amounts of the order.
    pub currency: Currency,
    pub lines: Vec<ImportLine>,
    /// When the order was placed in its source.
    pub placed_at: Timestamp,
    /// Whether the order replaces a different one of the same reference, which otherwise is a conflict.
    pub is_update: bool,
    /// Time of the import.
    pub at: Timestamp,
}

/// A line of an imported order. Quantities are positive in a credit too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportLine {
    pub sku: Sku,
    /// As shown on the invoice.
    pub description: Option<Description>,
    pub quantity: Quantity,
    /// The price of one piece.
    pub unit_price: UnitPrice,
}

impl Decision<Order> for ImportOrder {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::ORDERS_IMPORT]
    }
    fn decide(self, state: &OrderState) -> Result<Vec<OrderEvent>, OrderRejection> {
        let is_update = self.is_update;
        let at = self.at;
        // An order keeps a number that an earlier release has accepted.
        let number_stands = matches!(state, OrderState::Imported(seen) if seen.order.number == self.number);
        if !number_stands && self.number.count() == Count::Beyond {
            return Err(OrderRejection::NumberBeyondBound);
        }
        let order = self.into_order()?;
        let seen = match state {
            OrderState::Absent => return Ok(vec![OrderEvent::OrderImported(order)]),
            OrderState::Imported(seen) => &seen.order,
            _ => return Err(OrderRejection::OrderExists),
        };
        // A repeated import may differ in its time only.
        let order = OrderImported { at: seen.at, ..order };
        if order == *seen {
            return Ok(vec![]);
        }
        if !is_update {
            return Err(OrderRejection::ImportConflict { differing: differing(seen, &order) });
        }
        Ok(vec![OrderEvent::OrderImportCorrected(OrderImportCorrected { order, at })])
    }
}

impl Sample for ImportOrder {
    fn sample() -> Option<Self> {
        None
    }
}

impl ImportOrder {
    fn into_order(self) -> Result<OrderImported, OrderRejection> {
        if self.lines.is_empty() {
            return Err(OrderRejection::NoLines);
        }
        if self.lines.len() > LINES_MAX {
            return Err(OrderRejection::TooManyLines);
        }
        if self.credit_of.is_some() && self.kind == OrderKind::Sale {
            return Err(OrderRejection::CreditOfWithoutCredit);
        }
        let order_id = self.order_id;
        let currency = self.currency;
        let lines = (0_u32..).zip(self.lines).map(|(index, line)| line.into_line(order_id, index, currency));
        let lines = lines.collect::<Result<Vec<_>, _>>()?;
        let total = lines.iter().try_fold(Money::zero(currency), |sum, line| sum.checked_add(line.total))?;
        Ok(OrderImported {
            tenant: self.tenant,
            source: self.source,
            reference: self.reference,
            number: self.number,
            kind: self.kind,
            credit_of: self.credit_of,
            customer: self.customer,
            country: self.country,
            lines,
            total,
            placed_at: self.placed_at,
            at: self.at,
        })
    }
}

impl ImportLine {
    fn into_line(self, order_id: OrderId, index: u32, currency: Currency) -> Result<Line, OrderRejection> {
        Ok(Line {
            id: imported_line_id(order_id, index),
            total: self.unit_price.line_total(self.quantity, currency)?,
            sku: self.sku,
            description: self.description,
            quantity: self.quantity,
            unit_price: self.unit_price,
        })
    }
}

/// The fields in which two orders of one reference differ.
fn differing(one: &OrderImported, other: &OrderImported) -> Vec<&'static str> {
    let fields = [
        ("number", one.number == other.number),
        ("kind", one.kind == other.kind),
        ("creditOf", one.credit_of == other.credit_of),
        ("customer", one.customer == other.customer),
        ("country", one.country == other.country),
        ("currency", one.total.currency() == other.total.currency()),
        ("placedAt", one.placed_at == other.placed_at),
        ("lines", one.lines == other.lines),
    ];
    fields.into_iter().filter(|(_, same)| !same).map(|(field, _)| field).collect()
}

/// A line's id from its order and its index, so that a repeated import gives its lines the same ids.
fn imported_line_id(order_id: OrderId, index: u32) -> LineId {
    let mut bytes = *order_id.uuid().as_bytes();
    for (byte, place) in bytes[12..].iter_mut().zip((index + 1).to_be_bytes()) {
        *byte ^= place;
    }
    LineId::new(Uuid::new_v8(bytes))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::fixtures::*;
    use super::*;
    use crate::{order::OrderCommand, testing::given};

    #[test]
    fn imports_an_order() {
        given([]).when(import(&["2.55"])).then([imported()]);
    }

    #[test]
    fn a_repeat_at_a_later_moment_is_not_a_fact() {
        let mut later = import_order(&["2.55"]);
        later.at = at(99);
        given([imported()]).when(OrderCommand::ImportOrder(later)).then_nothing();
    }

    #[test]
    fn refuses_a_reference_with_other_content() {
        let differing = vec!["lines"];
        given([imported()]).when(import(&["2.56"])).then_rejected(OrderRejection::ImportConflict { differing });
        given([drafted()]).when(import(&["2.55"])).then_rejected(OrderRejection::OrderExists);
    }

    #[test]
    fn a_corrected_order_replaces_the_imported_one_once() {
        let correction = || {
            let mut order = import_order(&["2.56", "1.00"]);
            order.number = OrderNumber::try_new("536365-A").unwrap();
            (order.is_update, order.at) = (true, at(99));
            OrderCommand::ImportOrder(order)
        };
        let OrderEvent::OrderImported(before) = imported() else { panic!("an import leads to OrderImported") };
        let fold = crate::fold::<Order>;
        let events = <Order as crate::Decider>::decide(&fold(&[imported()]).unwrap(), correction()).unwrap();
        let [OrderEvent::OrderImportCorrected(corrected)] = &*events else { panic!("one event") };
        assert_eq!((corrected.at, corrected.order.at), (at(99), before.at), "the moment of the import stays");
        assert_eq!((corrected.order.lines.len(), corrected.order.total.minor()), (2, 6 * 256 + 600));
        assert_eq!(corrected.order.lines[0].id, before.lines[0].id, "a line is named by its place");
        given([imported(), events[0].clone()]).when(correction()).then_nothing();
        let differing = vec!["number", "lines"];
        given([imported(), events[0].clone()])
            .when(import(&["2.55"]))
            .then_rejected(OrderRejection::ImportConflict { differing });
    }

    #[test]
    fn an_update_of_what_is_not_there_is_an_import_and_of_what_is_the_same_nothing() {
        let update = || OrderCommand::ImportOrder(ImportOrder { is_update: true, ..import_order(&["2.55"]) });
        given([]).when(update()).then([imported()]);
        given([imported()]).when(update()).then_nothing();
        given([drafted()]).when(update()).then_rejected(OrderRejection::OrderExists);
    }

    #[test]
    fn refuses_a_number_that_would_use_up_the_counter() {
        let numbered = |number: &str| {
            let number = OrderNumber::try_new(number).unwrap();
            OrderCommand::ImportOrder(ImportOrder { number, ..import_order(&["2.55"]) })
        };
        for number in ["SO-1000000000001", "SO-9223372036854775807", "SO-99999999999999999999"] {
            given([]).when(numbered(number)).then_rejected(OrderRejection::NumberBeyondBound);
        }
    }

    #[test]
    fn refuses_an_order_without_lines_and_a_sale_that_takes_back() {
        given([]).when(import(&[])).then_rejected(OrderRejection::NoLines);
        let mut sale = import_order(&["2.55"]);
        sale.credit_of = Some(ExternalReference::try_new("536365").unwrap());
        given([]).when(OrderCommand::ImportOrder(sale)).then_rejected(OrderRejection::CreditOfWithoutCredit);
    }

    #[test]
    fn names_every_line_of_an_order_differently() {
        let ids: HashSet<_> = (0..2_000).map(|index| imported_line_id(order_id(), index)).collect();
        assert_eq!(ids.len(), 2_000);
    }
}
