use uuid::Uuid;

use crate::{
    CountryCode, Currency, CustomerId, Description, ExternalReference, ImportSource, LineId, Money, OrderId,
    OrderNumber, Quantity, Sku, TenantId, Timestamp, UnitPrice,
};

use super::super::{LINES_MAX, Line, OrderEvent, OrderImported, OrderKind, OrderRejection, OrderState};

/// Take an order of another system in as history: no side effects, idempotent by its reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportOrder {
    /// The order's id, derived from tenant, source and reference.
    pub order_id: OrderId,
    /// Whose shop.
    pub tenant: TenantId,
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
    /// Its lines, in order.
    pub lines: Vec<ImportLine>,
    /// When it was placed at its source.
    pub placed_at: Timestamp,
    /// When it is imported.
    pub at: Timestamp,
}

/// A line of an imported order. Quantities are positive in a credit too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportLine {
    /// What.
    pub sku: Sku,
    /// What it is called on the invoice.
    pub description: Option<Description>,
    /// How many.
    pub quantity: Quantity,
    /// What one cost.
    pub unit_price: UnitPrice,
}

impl ImportOrder {
    pub(in crate::order) fn decide(self, state: &OrderState) -> Result<Vec<OrderEvent>, OrderRejection> {
        let event = self.into_event()?;
        match state {
            OrderState::Absent => Ok(vec![OrderEvent::OrderImported(event)]),
            // The moment of the import is the only thing that a repeat may say differently.
            OrderState::Imported(seen) if (OrderImported { at: seen.order.at, ..event }) == seen.order => Ok(vec![]),
            OrderState::Imported(_) => Err(OrderRejection::ImportConflict),
            _ => Err(OrderRejection::OrderExists),
        }
    }

    fn into_event(self) -> Result<OrderImported, OrderRejection> {
        if self.lines.is_empty() {
            return Err(OrderRejection::NoLines);
        }
        if self.lines.len() > LINES_MAX {
            return Err(OrderRejection::TooManyLines);
        }
        if self.credit_of.is_some() && self.kind == OrderKind::Sale {
            return Err(OrderRejection::CreditOfWithoutCredit);
        }
        let (order_id, currency) = (self.order_id, self.currency);
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

/// A line's id from its order and its place, so that a repeated import names its lines alike.
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
    fn takes_an_order_in_as_history() {
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
        given([imported()]).when(import(&["2.56"])).then_rejected(OrderRejection::ImportConflict);
        given([drafted()]).when(import(&["2.55"])).then_rejected(OrderRejection::OrderExists);
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
