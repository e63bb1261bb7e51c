//! A mapping file checked and made ready.

use std::sync::Arc;

use domain::{CountryCode, Currency, ImportSource};

use super::countries::Countries;
use super::language::{CountryField, Field, KindRule, MapFile, MomentField, RefuseRule, When};
use super::{Kind, Moments, Sign};

/// Why a mapping cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    /// It is no TOML of the map language.
    #[error("the mapping {name} cannot be read; docs/import-maps.md describes the language")]
    Syntax {
        /// Which mapping.
        name: String,
        /// What and where; boxed, for it is large.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// A value in it does not work.
    #[error("the mapping {name} does not work: {place} {reason}")]
    Invalid {
        /// Which mapping.
        name: String,
        /// Which key.
        place: String,
        /// What to change.
        reason: String,
    },
}

/// A mapping, made ready for a file.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The system the orders come from.
    pub source: ImportSource,
    /// The one currency.
    pub currency: Currency,
    /// In CSV, the byte between columns.
    pub delimiter: u8,
    /// In NDJSON, the key of an order's lines.
    pub lines: Option<String>,
    /// Whether credits look for their sale.
    pub match_credits: bool,
    /// The columns that are read; everything below counts in this list.
    pub columns: Vec<String>,
    pub(super) group: usize,
    pub(super) moment: usize,
    pub(super) moments: Moments,
    pub(super) customer: Option<Take>,
    pub(super) country: Option<(usize, Countries)>,
    pub(super) credit_of: Option<Take>,
    pub(super) sku: Take,
    pub(super) description: Option<Take>,
    pub(super) quantity: Take,
    pub(super) unit_price: Take,
    pub(super) refuse: Vec<(Condition, Arc<str>, Arc<str>)>,
    pub(super) kinds: Vec<(Condition, Kind, Sign)>,
}

/// Where a value comes from.
#[derive(Debug, Clone)]
pub(super) enum Take {
    Column(usize),
    Value(String),
}

/// A test of one column.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    pub(super) column: usize,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    Equals(String),
    NotEquals(String),
    StartsWith(String),
    Digits(bool),
}

impl Condition {
    pub(super) fn holds(&self, value: &str) -> bool {
        match &self.test {
            Test::Equals(text) => value == text,
            Test::NotEquals(text) => value != text,
            Test::StartsWith(text) => value.starts_with(text.as_str()),
            Test::Digits(wanted) => (!value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())) == *wanted,
        }
    }
}

impl Plan {
    /// Reads a mapping. `currency` overrides the mapping's own.
    ///
    /// # Errors
    /// [`MapError`] with the place in the mapping.
    pub fn compile(name: &str, text: &str, currency: Option<Currency>) -> Result<Self, MapError> {
        let file: MapFile = toml::from_str(text)
            .map_err(|source| MapError::Syntax { name: name.to_owned(), source: Box::new(source) })?;
        let mut compiler = Compiler { name, columns: Vec::new() };
        let source = ImportSource::try_new(&file.source).map_err(|error| compiler.invalid("source", &error))?;
        let currency = compiler.currency(currency, file.currency.as_deref())?;
        let delimiter = u8::try_from(file.delimiter).ok().filter(u8::is_ascii);
        let delimiter = delimiter.ok_or_else(|| compiler.invalid("delimiter", &"must be one ASCII character"))?;
        Ok(Self {
            source,
            currency,
            delimiter,
            lines: file.lines,
            match_credits: file.match_credits,
            group: compiler.column(&file.group_by),
            moment: compiler.column(&file.order.placed_at.column),
            moments: compiler.moments(&file.order.placed_at)?,
            customer: compiler.optional("order.customer", file.order.customer)?,
            country: file.order.country.map(|field| compiler.country(field)).transpose()?,
            credit_of: compiler.optional("order.credit_of", file.order.credit_of)?,
            sku: compiler.take("line.sku", file.line.sku)?,
            description: compiler.optional("line.description", file.line.description)?,
            quantity: compiler.take("line.quantity", file.line.quantity)?,
            unit_price: compiler.take("line.unit_price", file.line.unit_price)?,
            refuse: file.refuse.into_iter().map(|rule| compiler.refuse(rule)).collect::<Result<_, _>>()?,
            kinds: file.kind.into_iter().map(|rule| compiler.kind(rule)).collect::<Result<_, _>>()?,
            columns: compiler.columns,
        })
    }

    /// The column that groups lines to orders.
    pub fn group_column(&self) -> &str {
        &self.columns[self.group]
    }
}

struct Compiler<'a> {
    name: &'a str,
    columns: Vec<String>,
}

impl Compiler<'_> {
    fn invalid(&self, place: &str, reason: &dyn std::fmt::Display) -> MapError {
        MapError::Invalid { name: self.name.to_owned(), place: place.to_owned(), reason: reason.to_string() }
    }

    fn column(&mut self, column: &str) -> usize {
        self.columns.iter().position(|known| known == column).unwrap_or_else(|| {
            self.columns.push(column.to_owned());
            self.columns.len() - 1
        })
    }

    fn currency(&self, given: Option<Currency>, mapped: Option<&str>) -> Result<Currency, MapError> {
        match (given, mapped) {
            (Some(currency), _) => Ok(currency),
            (None, Some(code)) => Currency::try_new(code).map_err(|error| self.invalid("currency", &error)),
            (None, None) => Err(self.invalid("currency", &"is absent; add it, or give --currency")),
        }
    }

    fn take(&mut self, place: &str, field: Field) -> Result<Take, MapError> {
        match (field.column, field.value) {
            (Some(column), None) => Ok(Take::Column(self.column(&column))),
            (None, Some(value)) => Ok(Take::Value(value)),
            _ => Err(self.invalid(place, &"needs either column or value")),
        }
    }

    fn optional(&mut self, place: &str, field: Option<Field>) -> Result<Option<Take>, MapError> {
        field.map(|field| self.take(place, field)).transpose()
    }

    fn moments(&self, field: &MomentField) -> Result<Moments, MapError> {
        let zone = field.zone.as_deref().map(str::parse::<chrono_tz::Tz>).transpose();
        let zone =
            zone.map_err(|_| self.invalid("order.placed_at.zone", &"must be an IANA zone such as Europe/London"))?;
        if zone.is_some() == field.formats.is_empty() {
            return Err(self.invalid("order.placed_at", &"needs both formats and zone, or neither for RFC 3339"));
        }
        Ok(Moments::new(field.formats.clone(), zone))
    }

    fn country(&mut self, field: CountryField) -> Result<(usize, Countries), MapError> {
        let mut also = std::collections::HashMap::new();
        for (name, code) in field.also {
            let code = CountryCode::try_new(&code).map_err(|error| self.invalid("order.country.also", &error))?;
            also.insert(name, Some(code));
        }
        also.extend(field.none.into_iter().map(|name| (name, None)));
        Ok((self.column(&field.column), Countries::new(field.names, also)))
    }

    fn condition(&mut self, place: &str, when: When) -> Result<Condition, MapError> {
        let column = self.column(&when.column);
        let test = match (when.equals, when.not_equals, when.starts_with, when.digits) {
            (Some(text), None, None, None) => Test::Equals(text),
            (None, Some(text), None, None) => Test::NotEquals(text),
            (None, None, Some(text), None) => Test::StartsWith(text),
            (None, None, None, Some(wanted)) => Test::Digits(wanted),
            _ => return Err(self.invalid(place, &"needs exactly one of equals, not_equals, starts_with and digits")),
        };
        Ok(Condition { column, test })
    }

    fn refuse(&mut self, rule: RefuseRule) -> Result<(Condition, Arc<str>, Arc<str>), MapError> {
        Ok((self.condition("refuse.when", rule.when)?, rule.code.into(), rule.detail.into()))
    }

    fn kind(&mut self, rule: KindRule) -> Result<(Condition, Kind, Sign), MapError> {
        Ok((self.condition("kind.when", rule.when)?, rule.kind, rule.quantity))
    }
}

#[cfg(test)]
mod tests {
    use super::super::ONLINE_RETAIL;
    use super::*;

    fn refused(from: &str, to: &str) -> String {
        assert!(ONLINE_RETAIL.contains(from), "{from}");
        let error = Plan::compile("test.toml", &ONLINE_RETAIL.replacen(from, to, 1), None).unwrap_err();
        service_kit::errors::chain(&error)
    }

    #[test]
    fn the_shipped_mapping_compiles() {
        let plan = Plan::compile("online-retail", ONLINE_RETAIL, None).unwrap();
        assert_eq!((plan.group_column(), plan.currency, plan.columns.len()), ("InvoiceNo", Currency::GBP, 8));
        let other = Plan::compile("online-retail", ONLINE_RETAIL, Some(Currency::EUR)).unwrap();
        assert_eq!(other.currency, Currency::EUR);
    }

    #[test]
    fn what_cannot_work_is_refused_with_its_place() {
        for (from, to, place) in [
            ("Europe/London", "Europe/Londno", "order.placed_at.zone must be an IANA zone"),
            ("currency = \"GBP\"", "", "currency is absent"),
            ("\"XC\"", "\"QQQ\"", "order.country.also not an ISO 3166-1"),
            ("{ column = \"StockCode\" }", "{}", "line.sku needs either column or value"),
            ("digits = true", "", "kind.when needs exactly one of"),
            ("source = \"online-retail\"", "source = \"Online Retail\"", "source import source holds a character"),
        ] {
            let text = refused(from, to);
            assert!(text.contains(place), "{text}");
        }
        let text = refused("match_credits", "match_credit");
        assert!(text.contains("unknown field") && text.contains("line "), "{text}");
    }
}
