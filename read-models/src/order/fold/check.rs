//! Checks an event's fields by the domain's rules for stored values, so that events of earlier releases fold too.

use std::collections::HashSet;

use domain::order::contract::{ContractAddress, ContractLine, ContractMoney, PublicEvent, Published};
use domain::{
    CountryCode, Currency, CustomerId, Description, ExternalReference, ImportSource, OrderNumber, Quantity, Reason, Sku,
};

use crate::fold::{Checked, FoldError};
use crate::{LineView, OrderView};

/// Checks of fields that only orders have.
impl Checked<'_, PublicEvent> {
    /// Postgres cannot store NUL in text: neither in a header nor in the row of another program.
    pub(super) fn no_nul_anywhere(&self, record: &Published) -> Result<(), FoldError> {
        self.no_nul(record)?;
        if let PublicEvent::ForeignEvent(event) = self.event {
            self.text_without_nul("event_type", &event.event_type)?;
            self.text_without_nul("event_version", &event.event_version)?;
            self.text_without_nul("body", event.body.as_deref().unwrap_or_default())?;
        }
        Ok(())
    }

    pub(super) fn currency(&self, code: &str) -> Result<String, FoldError> {
        self.text("currency", code, Currency::try_new)
    }

    pub(super) fn number(&self, number: &str) -> Result<String, FoldError> {
        self.text("number", number, |text| OrderNumber::recorded(text))
    }

    pub(super) fn customer(&self, customer: Option<&String>) -> Result<Option<String>, FoldError> {
        self.optional("customer", customer, |text| CustomerId::try_new(text))
    }

    pub(super) fn country(&self, country: Option<&String>) -> Result<Option<String>, FoldError> {
        self.optional("country", country, CountryCode::try_new)
    }

    pub(super) fn source(&self, source: &str) -> Result<String, FoldError> {
        self.text("source", source, |text| ImportSource::try_new(text))
    }

    pub(super) fn reference(&self, field: &'static str, reference: &str) -> Result<String, FoldError> {
        self.text(field, reference, |text| ExternalReference::recorded(text))
    }

    pub(super) fn note(&self, note: Option<&String>) -> Result<Option<String>, FoldError> {
        self.optional("note", note, |text| Reason::recorded(text))
    }

    pub(super) fn quantity(&self, quantity: i64) -> Result<i64, FoldError> {
        let pieces = u32::try_from(quantity).map_err(|_| self.invalid("quantity", quantity))?;
        Quantity::try_new(pieces).map(|_| quantity).map_err(|error| self.invalid("quantity", error))
    }

    /// An amount of the order's currency, in minor units.
    pub(super) fn minor(&self, view: &OrderView, amount: &ContractMoney) -> Result<i64, FoldError> {
        self.same("currency", view.currency.as_deref().unwrap_or_default(), &amount.currency)?;
        if amount.minor < 0 {
            return Err(self.invalid("total", format!("{} is below zero", amount.minor)));
        }
        Ok(amount.minor)
    }

    pub(super) fn line(&self, view: &OrderView, line: &ContractLine, ordinal: i32) -> Result<LineView, FoldError> {
        self.same("currency", view.currency.as_deref().unwrap_or_default(), &line.unit_price.currency)?;
        Ok(LineView {
            order_id: view.order_id,
            line_id: self.uuid("line_id", &line.line_id)?,
            ordinal,
            sku: self.text("sku", &line.sku, |text| Sku::recorded(text))?,
            description: self.optional("description", line.description.as_ref(), |text| Description::recorded(text))?,
            quantity: self.quantity(line.quantity)?,
            unit_price: line.unit_price.ten_thousandths,
            total_minor: self.minor(view, &line.total)?,
            open: 0,
            reserved: 0,
            backordered: 0,
            in_fulfilment: 0,
            shipped: 0,
            delivered: 0,
            cancelled: 0,
        })
    }

    /// All lines of an order, numbered from 1.
    pub(super) fn lines(&self, view: &OrderView, lines: &[ContractLine]) -> Result<Vec<LineView>, FoldError> {
        let mut ids = HashSet::with_capacity(lines.len());
        lines
            .iter()
            .zip(1..)
            .map(|(line, ordinal)| {
                let line = self.line(view, line, ordinal)?;
                if ids.insert(line.line_id) { Ok(line) } else { Err(self.invalid("line_id", "two lines have it")) }
            })
            .collect()
    }

    pub(super) fn address(&self, address: &ContractAddress) -> Result<ContractAddress, FoldError> {
        self.text("country", &address.country, CountryCode::try_new)?;
        for sealed in std::iter::once(&address.details).chain(&address.contact) {
            for (field, text) in [("subject", &sealed.subject), ("sealed data", &sealed.data)] {
                self.text_without_nul(field, text)?;
            }
        }
        Ok(address.clone())
    }

    /// Sets the sums over the lines, and the total as given.
    pub(super) fn sum(&self, mut view: OrderView, total: Option<i64>) -> Result<OrderView, FoldError> {
        let sign = view.kind.sign();
        let total = match total {
            Some(total) => Some(total),
            None => view.lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.total_minor)),
        };
        let quantity = view.lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.quantity));
        view.line_count = i32::try_from(view.lines.len()).map_err(|error| self.invalid("lines", error))?;
        view.total_minor = sign * total.ok_or_else(|| self.invalid("total", "the sum overflows"))?;
        view.quantity_total = sign * quantity.ok_or_else(|| self.invalid("quantity", "the sum overflows"))?;
        Ok(view)
    }
}
