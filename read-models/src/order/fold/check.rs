//! Checks an event's fields by the domain's rules for stored values, so that events of earlier releases fold too.

use chrono::{DateTime, SubsecRound, Utc};
use domain::contract::{ContractAddress, ContractLine, ContractMoney, PublicEvent, Published};
use domain::{
    CountryCode, Currency, CustomerId, Description, ExternalReference, ImportSource, OrderNumber, Quantity, Reason,
    Sku, TenantId, Timestamp,
};
use uuid::Uuid;

use super::FoldError;
use crate::{LineView, OrderView};

/// When the event was recorded, to the millisecond: the log stores microseconds, a Kafka record milliseconds, and both
/// must give the same row.
pub(crate) fn recorded_at(record: &Published) -> DateTime<Utc> {
    record.recorded_at.to_datetime().trunc_subsecs(3)
}

/// An event under check; errors name it.
pub(super) struct Checked<'a> {
    event: &'a PublicEvent,
}

impl<'a> Checked<'a> {
    pub const fn new(event: &'a PublicEvent) -> Self {
        Self { event }
    }

    pub fn invalid(&self, field: &'static str, reason: impl ToString) -> FoldError {
        FoldError::Invalid {
            order_id: self.event.order_id().to_owned(),
            version: self.event.version(),
            event: self.event.name(),
            field,
            reason: reason.to_string(),
        }
    }

    pub fn unknown_line(&self, line_id: &str) -> FoldError {
        FoldError::UnknownLine {
            order_id: self.event.order_id().to_owned(),
            version: self.event.version(),
            event: self.event.name(),
            line_id: line_id.to_owned(),
        }
    }

    pub fn same(&self, field: &'static str, known: &str, given: &str) -> Result<(), FoldError> {
        if known == given {
            Ok(())
        } else {
            Err(self.invalid(field, format!("{given:?}, but the order's is {known:?}")))
        }
    }

    /// Postgres cannot store NUL in text, and one in a header would fail the whole batch.
    pub fn no_nul(&self, record: &Published) -> Result<(), FoldError> {
        let headers = [
            ("correlation id", &record.correlation_id),
            ("causation id", &record.causation_id),
            ("traceparent", &record.traceparent),
        ];
        for (field, value) in headers {
            if value.as_ref().is_some_and(|value| value.contains('\0')) {
                return Err(self.invalid(field, "holds NUL"));
            }
        }
        if let PublicEvent::ForeignEvent(event) = self.event {
            let body = event.body.as_deref().unwrap_or_default();
            for (field, value) in
                [("event_type", &*event.event_type), ("event_version", &*event.event_version), ("body", body)]
            {
                if value.contains('\0') {
                    return Err(self.invalid(field, "holds NUL"));
                }
            }
        }
        Ok(())
    }

    pub fn uuid(&self, field: &'static str, text: &str) -> Result<Uuid, FoldError> {
        Uuid::parse_str(text).map_err(|error| self.invalid(field, error))
    }

    pub fn tenant(&self) -> Result<String, FoldError> {
        self.text("tenant", self.event.tenant(), |text| TenantId::try_new(text))
    }

    pub fn moment(&self, field: &'static str, micros: i64) -> Result<DateTime<Utc>, FoldError> {
        Timestamp::try_from_micros(micros).map(Timestamp::to_datetime).map_err(|error| self.invalid(field, error))
    }

    /// A text that a domain type accepts.
    pub fn text<T, E: ToString>(
        &self,
        field: &'static str,
        text: &str,
        rule: impl Fn(&str) -> Result<T, E>,
    ) -> Result<String, FoldError> {
        rule(text).map(|_| text.to_owned()).map_err(|error| self.invalid(field, error))
    }

    /// The same for a text that may be absent.
    pub fn optional<T, E: ToString>(
        &self,
        field: &'static str,
        text: Option<&String>,
        rule: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<String>, FoldError> {
        text.map(|text| self.text(field, text, rule)).transpose()
    }

    pub fn currency(&self, code: &str) -> Result<String, FoldError> {
        self.text("currency", code, Currency::try_new)
    }

    pub fn number(&self, number: &str) -> Result<String, FoldError> {
        self.text("number", number, |text| OrderNumber::recorded(text))
    }

    pub fn customer(&self, customer: Option<&String>) -> Result<Option<String>, FoldError> {
        self.optional("customer", customer, |text| CustomerId::try_new(text))
    }

    pub fn country(&self, country: Option<&String>) -> Result<Option<String>, FoldError> {
        self.optional("country", country, CountryCode::try_new)
    }

    pub fn source(&self, source: &str) -> Result<String, FoldError> {
        self.text("source", source, |text| ImportSource::try_new(text))
    }

    pub fn reference(&self, field: &'static str, reference: &str) -> Result<String, FoldError> {
        self.text(field, reference, |text| ExternalReference::recorded(text))
    }

    pub fn note(&self, note: Option<&String>) -> Result<Option<String>, FoldError> {
        self.optional("note", note, |text| Reason::recorded(text))
    }

    pub fn quantity(&self, quantity: i64) -> Result<i64, FoldError> {
        let pieces = u32::try_from(quantity).map_err(|_| self.invalid("quantity", quantity))?;
        Quantity::try_new(pieces).map(|_| quantity).map_err(|error| self.invalid("quantity", error))
    }

    /// An amount of the order's currency, in minor units.
    pub fn minor(&self, view: &OrderView, amount: &ContractMoney) -> Result<i64, FoldError> {
        self.same("currency", view.currency.as_deref().unwrap_or_default(), &amount.currency)?;
        if amount.minor < 0 {
            return Err(self.invalid("total", format!("{} is below zero", amount.minor)));
        }
        Ok(amount.minor)
    }

    pub fn line(&self, view: &OrderView, line: &ContractLine, ordinal: i32) -> Result<LineView, FoldError> {
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
        })
    }

    /// All lines of an order, numbered from 1.
    pub fn lines(&self, view: &OrderView, lines: &[ContractLine]) -> Result<Vec<LineView>, FoldError> {
        let mut ids = std::collections::HashSet::with_capacity(lines.len());
        lines
            .iter()
            .zip(1..)
            .map(|(line, ordinal)| {
                let line = self.line(view, line, ordinal)?;
                if ids.insert(line.line_id) { Ok(line) } else { Err(self.invalid("line_id", "two lines have it")) }
            })
            .collect()
    }

    pub fn address(&self, address: &ContractAddress) -> Result<ContractAddress, FoldError> {
        self.text("country", &address.country, CountryCode::try_new)?;
        for sealed in std::iter::once(&address.details).chain(&address.contact) {
            for (field, text) in [("subject", &sealed.subject), ("sealed data", &sealed.data)] {
                if text.contains('\0') {
                    return Err(self.invalid(field, "holds NUL"));
                }
            }
        }
        Ok(address.clone())
    }

    /// Sets the sums over the lines, and the total as given.
    pub fn sum(&self, mut view: OrderView, total: Option<i64>) -> Result<OrderView, FoldError> {
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
