//! A mapping file checked and made ready.

use std::sync::Arc;

use domain::{CountryCode, Currency, ImportSource};

use super::countries::Countries;
use super::language::{CountryField, Field, FieldOrName, KindRule, MapFile, MomentField, Names, RefuseRule, When};
use super::numbers::NumberSigns;
use super::take::{Column, Requirement, Scope, Source, Take};
use super::{Kind, Moments, Sign};

/// Why a mapping cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    /// It is no TOML of the map language.
    #[error("the mapping {name} cannot be read; docs/import-maps.md describes the language")]
    Syntax {
        name: String,
        /// What and where; boxed, for it is large.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// A value in it does not work.
    #[error("the mapping {name} does not work: {key} {reason}")]
    Invalid { name: String, key: String, reason: String },
}

/// A mapping, made ready for a file.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The system the orders come from.
    pub source: ImportSource,
    /// The currency of an order that names none.
    pub currency: Option<Currency>,
    /// In CSV, the byte between columns.
    pub delimiter: u8,
    /// In CSV, the byte around values.
    pub quote: Option<u8>,
    /// In NDJSON, the key of an order's lines.
    pub lines: Option<String>,
    /// Whether credits look for their sale.
    pub match_credits: bool,
    /// The columns that are read; everything below counts in this list.
    pub columns: Vec<Column>,
    /// Which of them a file must have.
    pub requirements: Vec<Requirement>,
    pub(super) group: Take,
    pub(super) number: Option<Take>,
    pub(super) moment: Take,
    pub(super) moments: Moments,
    pub(super) customer: Option<Take>,
    pub(super) country: Option<(Take, Countries)>,
    pub(super) order_currency: Option<Take>,
    pub(super) credit_of: Option<Take>,
    pub(super) total: Option<Take>,
    pub(super) sku: Take,
    pub(super) description: Option<Take>,
    pub(super) quantity: Take,
    pub(super) unit_price: Option<Take>,
    pub(super) line_total: Option<Take>,
    pub(super) signs: NumberSigns,
    pub(super) refuse: Vec<(Condition, Arc<str>, Arc<str>)>,
    pub(super) kinds: Vec<(Condition, Kind, Sign)>,
}

/// A test of one column.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    pub(super) column: usize,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    OneOf(Vec<String>),
    NotEquals(String),
    StartsWith(String),
    Digits(bool),
}

impl Condition {
    pub(super) fn holds(&self, value: &str) -> bool {
        match &self.test {
            Test::OneOf(texts) => texts.iter().any(|text| text == value),
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
    /// [`MapError`] with the key in the mapping.
    pub fn compile(name: &str, text: &str, currency: Option<Currency>) -> Result<Self, MapError> {
        let file: MapFile = toml::from_str(text)
            .map_err(|source| MapError::Syntax { name: name.to_owned(), source: Box::new(source) })?;
        let mut compiler = Compiler { name, columns: Vec::new(), requirements: Vec::new() };
        let order = file.order;
        let line = file.line;
        let source = ImportSource::try_new(&file.source).map_err(|error| compiler.invalid("source", &error))?;
        let currency = compiler.currency(currency, file.currency.as_deref(), order.currency.is_some())?;
        let signs = compiler.signs(file.decimal, file.thousands)?;
        if line.unit_price.is_none() && line.line_total.is_none() {
            return Err(compiler.invalid("line", &"needs unit_price or line_total"));
        }
        Ok(Self {
            source,
            currency,
            delimiter: compiler.byte("delimiter", file.delimiter)?,
            quote: compiler.quote(&file.quote)?,
            lines: file.lines,
            match_credits: file.match_credits,
            group: compiler.group(file.group_by)?,
            number: compiler.optional("order.number", Scope::Order, order.number)?,
            moment: compiler.moment(&order.placed_at)?,
            moments: compiler.moments(order.placed_at)?,
            customer: compiler.optional("order.customer", Scope::Order, order.customer)?,
            country: order.country.map(|field| compiler.country(field)).transpose()?,
            order_currency: compiler.optional("order.currency", Scope::Order, order.currency)?,
            credit_of: compiler.optional("order.credit_of", Scope::Order, order.credit_of)?,
            total: compiler.optional("order.total", Scope::Order, order.total)?,
            sku: compiler.take("line.sku", Scope::Line, line.sku)?,
            description: compiler.optional("line.description", Scope::Line, line.description)?,
            quantity: compiler.take("line.quantity", Scope::Line, line.quantity)?,
            unit_price: compiler.optional("line.unit_price", Scope::Line, line.unit_price)?,
            line_total: compiler.optional("line.line_total", Scope::Line, line.line_total)?,
            signs,
            refuse: file.refuse.into_iter().map(|rule| compiler.refuse(rule)).collect::<Result<_, _>>()?,
            kinds: file.kind.into_iter().map(|rule| compiler.kind(rule)).collect::<Result<_, _>>()?,
            columns: compiler.columns,
            requirements: compiler.requirements,
        })
    }

    /// The columns that say which order a row belongs to, as indexes into [`Plan::columns`].
    pub fn group_columns(&self) -> &[usize] {
        self.group.columns()
    }

    /// The same in words.
    pub fn group_name(&self) -> String {
        let names: Vec<&str> = self.group_columns().iter().map(|column| &*self.columns[*column].name).collect();
        names.join(" or ")
    }
}

struct Compiler<'a> {
    name: &'a str,
    columns: Vec<Column>,
    requirements: Vec<Requirement>,
}

impl Compiler<'_> {
    fn invalid(&self, key: &str, reason: &dyn std::fmt::Display) -> MapError {
        MapError::Invalid { name: self.name.to_owned(), key: key.to_owned(), reason: reason.to_string() }
    }

    fn column(&mut self, scope: Scope, name: String) -> usize {
        let column = Column { name, scope };
        self.columns.iter().position(|known| *known == column).unwrap_or_else(|| {
            self.columns.push(column);
            self.columns.len() - 1
        })
    }

    fn byte(&self, key: &str, sign: char) -> Result<u8, MapError> {
        let byte = u8::try_from(sign).ok().filter(u8::is_ascii);
        byte.ok_or_else(|| self.invalid(key, &"must be one ASCII character"))
    }

    fn quote(&self, quote: &str) -> Result<Option<u8>, MapError> {
        let mut signs = quote.chars();
        match (quote, signs.next(), signs.next()) {
            ("none", ..) => Ok(None),
            (_, Some(sign), None) => self.byte("quote", sign).map(Some),
            _ => Err(self.invalid("quote", &"must be one ASCII character, or none")),
        }
    }

    fn signs(&self, decimal: char, thousands: Option<char>) -> Result<NumberSigns, MapError> {
        let is_digit = |sign: char| sign.is_ascii_digit() || matches!(sign, '-' | '+');
        if is_digit(decimal) || thousands.is_some_and(is_digit) || thousands == Some(decimal) {
            return Err(self.invalid("thousands", &"must be another sign than decimal, and neither a digit nor a sign"));
        }
        Ok(NumberSigns { decimal, thousands })
    }

    fn currency(
        &self,
        given: Option<Currency>,
        mapped: Option<&str>,
        has_column: bool,
    ) -> Result<Option<Currency>, MapError> {
        match (given, mapped) {
            (Some(currency), _) => Ok(Some(currency)),
            (None, Some(code)) => Currency::try_new(code).map(Some).map_err(|error| self.invalid("currency", &error)),
            (None, None) if has_column => Ok(None),
            (None, None) => Err(self.invalid("currency", &"is absent; add it, order.currency, or give --currency")),
        }
    }

    fn take(&mut self, key: &str, scope: Scope, field: Field) -> Result<Take, MapError> {
        let fallback = field.fallback.map_or_else(Vec::new, Names::into_vec);
        let source = match (field.column, field.columns, field.value) {
            (Some(column), None, None) if field.separator.is_none() => {
                self.first_of(scope, column, fallback, field.optional)
            }
            (None, Some(columns), None) if columns.len() > 1 && fallback.is_empty() => {
                let columns: Vec<usize> = columns.into_iter().map(|column| self.column(scope, column)).collect();
                if !field.optional {
                    self.requirements.extend(columns.iter().map(|column| Requirement { any_of: vec![*column] }));
                }
                Source::Joined { columns, separator: field.separator.unwrap_or_else(|| " ".to_owned()) }
            }
            (None, None, Some(value)) if fallback.is_empty() && field.separator.is_none() => Source::Value(value),
            _ => {
                let reason = "needs one of column (with fallback), columns (two or more, with separator) and value";
                return Err(self.invalid(key, &reason));
            }
        };
        Ok(Take { source, none: field.none, prefix: field.prefix })
    }

    fn first_of(&mut self, scope: Scope, column: String, fallback: Vec<String>, optional: bool) -> Source {
        let names = std::iter::once(column).chain(fallback);
        let columns: Vec<usize> = names.map(|column| self.column(scope, column)).collect();
        if !optional {
            self.requirements.push(Requirement { any_of: columns.clone() });
        }
        Source::FirstOf(columns)
    }

    fn optional(&mut self, key: &str, scope: Scope, field: Option<Field>) -> Result<Option<Take>, MapError> {
        field.map(|field| self.take(key, scope, field)).transpose()
    }

    fn group(&mut self, group_by: FieldOrName) -> Result<Take, MapError> {
        let take = match group_by {
            FieldOrName::Name(column) => Take {
                source: self.first_of(Scope::Order, column, Vec::new(), false),
                none: Vec::new(),
                prefix: String::new(),
            },
            FieldOrName::Field(field) => self.take("group_by", Scope::Order, *field)?,
        };
        if take.columns().is_empty() {
            return Err(self.invalid("group_by", &"needs a column"));
        }
        Ok(take)
    }

    fn moment(&mut self, field: &MomentField) -> Result<Take, MapError> {
        let fallback = field.fallback.clone();
        let field = Field { column: Some(field.column.clone()), fallback, ..Field::default() };
        self.take("order.placed_at", Scope::Order, field)
    }

    fn moments(&self, field: MomentField) -> Result<Moments, MapError> {
        let zone = field.zone.as_deref().map(str::parse::<chrono_tz::Tz>).transpose();
        let zone =
            zone.map_err(|_| self.invalid("order.placed_at.zone", &"must be an IANA zone such as Europe/London"))?;
        Moments::new(field.formats, zone).map_err(|reason| self.invalid("order.placed_at", &reason))
    }

    fn country(&mut self, field: CountryField) -> Result<(Take, Countries), MapError> {
        let mut also = std::collections::HashMap::new();
        for (name, code) in field.also {
            let code = CountryCode::try_new(&code).map_err(|error| self.invalid("order.country.also", &error))?;
            also.insert(name, Some(code));
        }
        also.extend(field.none.iter().map(|name| (name.clone(), None)));
        let take = Field {
            column: Some(field.column),
            fallback: field.fallback,
            none: field.none,
            optional: field.optional,
            ..Field::default()
        };
        Ok((self.take("order.country", Scope::Order, take)?, Countries::new(field.names, also)))
    }

    fn condition(&mut self, key: &str, when: When) -> Result<Condition, MapError> {
        let column = self.column(Scope::Either, when.column);
        if !when.optional {
            self.requirements.push(Requirement { any_of: vec![column] });
        }
        let test = match (when.equals, when.one_of, when.not_equals, when.starts_with, when.digits) {
            (Some(text), None, None, None, None) => Test::OneOf(vec![text]),
            (None, Some(texts), None, None, None) => Test::OneOf(texts),
            (None, None, Some(text), None, None) => Test::NotEquals(text),
            (None, None, None, Some(text), None) => Test::StartsWith(text),
            (None, None, None, None, Some(wanted)) => Test::Digits(wanted),
            _ => {
                let reason = "needs exactly one of equals, one_of, not_equals, starts_with and digits";
                return Err(self.invalid(key, &reason));
            }
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
        assert_eq!((plan.group_name().as_str(), plan.currency), ("InvoiceNo", Some(Currency::GBP)));
        let other = Plan::compile("online-retail", ONLINE_RETAIL, Some(Currency::EUR)).unwrap();
        assert_eq!(other.currency, Some(Currency::EUR));
    }

    #[test]
    fn what_cannot_work_is_refused_with_its_key() {
        for (from, to, key) in [
            ("Europe/London", "Europe/Londno", "order.placed_at.zone must be an IANA zone"),
            (", zone = \"Europe/London\"", "", "order.placed_at needs a zone"),
            ("currency = \"GBP\"", "", "currency is absent"),
            ("\"XC\"", "\"QQQ\"", "order.country.also not an ISO 3166-1"),
            ("{ column = \"StockCode\" }", "{}", "line.sku needs one of column"),
            ("{ column = \"StockCode\" }", "{ column = \"A\", value = \"b\" }", "line.sku needs one of column"),
            ("{ column = \"StockCode\" }", "{ column = \"A\", separator = \"b\" }", "line.sku needs one of column"),
            ("unit_price = { column = \"UnitPrice\" }", "", "line needs unit_price or line_total"),
            ("currency = \"GBP\"", "currency = \"GBP\"\nthousands = \".\"", "thousands must be another sign"),
            ("currency = \"GBP\"", "currency = \"GBP\"\nquote = \"''\"", "quote must be one ASCII character"),
            ("digits = true", "", "kind.when needs exactly one of"),
            ("source = \"online-retail\"", "source = \"Online Retail\"", "source import source holds a character"),
        ] {
            let text = refused(from, to);
            assert!(text.contains(key), "{text}");
        }
        let text = refused("match_credits", "match_credit");
        assert!(text.contains("unknown field") && text.contains("line "), "{text}");
    }
}
