//! The language of `--where`: comparisons of known fields with values, joined by `and`.
//!
//! Guarantees: a value is compared by the read models, which bind it as a parameter, or here. Does not: know `or`, brackets or functions.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use domain::Currency;
use domain::order::{FulfilmentStatus, PaymentStatus};
use read_models::query;

use super::token::{Token, Unclosed, tokens};

/// Most comparisons of one condition.
const COMPARISONS_MAX: usize = 32;
/// Decimals that an amount may have, which no currency exceeds.
const AMOUNT_DECIMALS: u32 = 4;
/// Most digits of an amount before its point.
const AMOUNT_DIGITS_MAX: usize = 18;

/// What a row must meet to be exported. Empty: every row does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Condition(Vec<Comparison>);

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comparison {
    field: Field,
    operator: Operator,
    value: Value,
}

/// Why a condition cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    /// It ends too early.
    #[error("the condition ends where {expected} should be")]
    Ends { expected: &'static str },
    /// A quote without its end.
    #[error("a quoted value has no closing quote")]
    Unclosed,
    /// A field that no row has.
    #[error("{0:?} is no field; there are {names}", names = Field::names())]
    UnknownField(String),
    /// Not an operator.
    #[error("{0:?} is no operator; there are = != < <= > >=")]
    UnknownOperator(String),
    /// An operator that says nothing about such a field.
    #[error("{field} can be compared by = and != only")]
    Unordered { field: &'static str },
    /// A value that the field cannot have.
    #[error("{value:?} is no value of {field}; give {expected}")]
    InvalidValue { field: &'static str, value: String, expected: &'static str },
    /// Something else than `and` between two comparisons.
    #[error("{0:?} stands where only \"and\" can")]
    NoAnd(String),
    /// Too long.
    #[error("a condition has at most {COMPARISONS_MAX} comparisons")]
    TooMany,
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum $name { $($variant,)* }

        impl $name {
            pub(super) const ALL: &[Self] = &[$(Self::$variant,)*];

            /// As written in a condition.
            pub(super) const fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            fn named(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.text() == text)
            }
        }
    };
}

named!(
    /// What can be asked about.
    Field {
        State = "state",
        Kind = "kind",
        Customer = "customer",
        Country = "country",
        Currency = "currency",
        Number = "number",
        PlacedAt = "placedAt",
        Total = "total",
        Imported = "imported",
        PaymentStatus = "paymentStatus",
        FulfilmentStatus = "fulfilmentStatus",
    }
);
named!(
    /// How it is compared.
    Operator {
        Equal = "=",
        Different = "!=",
        Less = "<",
        AtMost = "<=",
        Greater = ">",
        AtLeast = ">=",
    }
);

/// What it is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Text(String),
    Flag(bool),
    Time(DateTime<Utc>),
    /// Ten-thousandths of a major unit.
    Amount(i128),
}

impl Condition {
    /// The comparisons that the database makes.
    pub(super) fn in_database(&self) -> query::Condition {
        query::Condition::All(self.0.iter().filter_map(Comparison::in_database).collect())
    }

    /// Whether a total meets what the condition asks of totals.
    pub(super) fn admits_total(&self, minor: i64, currency: Option<Currency>) -> bool {
        let exponent = currency.map_or(2, Currency::exponent);
        let total = i128::from(minor) * 10_i128.pow(AMOUNT_DECIMALS.saturating_sub(exponent));
        self.0.iter().all(|comparison| match &comparison.value {
            Value::Amount(amount) => comparison.operator.holds(total.cmp(amount)),
            Value::Text(_) | Value::Flag(_) | Value::Time(_) => true,
        })
    }
}

impl Comparison {
    /// The comparison as the database makes it; `None` for totals, whose size depends on their row's currency: these are
    /// compared as rows arrive.
    fn in_database(&self) -> Option<query::Condition> {
        let value = match &self.value {
            Value::Text(text) => query::Value::Text(text.clone()),
            Value::Flag(flag) => query::Value::Flag(*flag),
            Value::Time(time) => query::Value::Moment(*time),
            Value::Amount(_) => return None,
        };
        Some(query::Condition::Compare(self.field.queried(), self.operator.queried(), value))
    }
}

impl FromStr for Condition {
    type Err = ConditionError;

    fn from_str(text: &str) -> Result<Self, ConditionError> {
        let mut comparisons = Vec::new();
        let mut tokens = tokens(text).map_err(|Unclosed| ConditionError::Unclosed)?.into_iter();
        loop {
            let field = match tokens.next() {
                Some(Token::Word(word)) => Field::named(&word).ok_or(ConditionError::UnknownField(word))?,
                Some(other) => return Err(ConditionError::UnknownField(other.into_text())),
                None => return Err(ConditionError::Ends { expected: "a field" }),
            };
            let operator = match tokens.next() {
                Some(Token::Sign(sign)) => Operator::named(&sign).ok_or(ConditionError::UnknownOperator(sign))?,
                Some(other) => return Err(ConditionError::UnknownOperator(other.into_text())),
                None => return Err(ConditionError::Ends { expected: "an operator" }),
            };
            let value = match tokens.next() {
                Some(Token::Word(value) | Token::Quoted(value)) => field.value(value)?,
                Some(Token::Sign(sign)) => return Err(field.refuse(sign)),
                None => return Err(ConditionError::Ends { expected: "a value" }),
            };
            if !field.is_ordered() && !matches!(operator, Operator::Equal | Operator::Different) {
                return Err(ConditionError::Unordered { field: field.text() });
            }
            comparisons.push(Comparison { field, operator, value });
            match tokens.next() {
                None => return Ok(Self(comparisons)),
                Some(Token::Word(word)) if word.eq_ignore_ascii_case("and") => {}
                Some(other) => return Err(ConditionError::NoAnd(other.into_text())),
            }
            if comparisons.len() == COMPARISONS_MAX {
                return Err(ConditionError::TooMany);
            }
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Comparison { field, operator, value }) in self.0.iter().enumerate() {
            let and = if index == 0 { "" } else { " and " };
            write!(f, "{and}{} {} ", field.text(), operator.text())?;
            match value {
                Value::Text(text) => write!(f, "'{}'", text.replace('\'', "''"))?,
                Value::Flag(flag) => write!(f, "{flag}")?,
                Value::Time(time) => write!(f, "{}", time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))?,
                Value::Amount(amount) => {
                    let unit = 10_u128.pow(AMOUNT_DECIMALS);
                    let sign = if *amount < 0 { "-" } else { "" };
                    let size = amount.unsigned_abs();
                    write!(f, "{sign}{}.{:04}", size / unit, size % unit)?;
                }
            }
        }
        Ok(())
    }
}

impl Field {
    fn names() -> String {
        Self::ALL.iter().map(|field| field.text()).collect::<Vec<_>>().join(", ")
    }

    const fn queried(self) -> query::Field {
        match self {
            Self::State => query::Field::State,
            Self::Kind => query::Field::Kind,
            Self::Customer => query::Field::Customer,
            Self::Country => query::Field::Country,
            Self::Currency => query::Field::Currency,
            Self::Number => query::Field::Number,
            Self::PlacedAt => query::Field::PlacedAt,
            Self::Total => query::Field::Total,
            Self::Imported => query::Field::Imported,
            Self::PaymentStatus => query::Field::PaymentStatus,
            Self::FulfilmentStatus => query::Field::FulfilmentStatus,
        }
    }

    const fn is_ordered(self) -> bool {
        !matches!(self, Self::State | Self::Kind | Self::Imported | Self::PaymentStatus | Self::FulfilmentStatus)
    }

    const fn expected(self) -> &'static str {
        match self {
            Self::State => "DRAFT, PLACED, CONFIRMED, REJECTED, CANCELLED or COMPLETED",
            Self::Kind => "SALE or CREDIT",
            Self::Country => "a code of ISO 3166-1 such as GB",
            Self::Currency => "a code of ISO 4217 such as GBP",
            Self::Customer | Self::Number => "a text",
            Self::PlacedAt => "a day (2011-01-31, from midnight UTC) or a time of RFC 3339",
            Self::Total => "an amount in major units such as 12.50",
            Self::Imported => "true or false",
            Self::PaymentStatus => "a status of payment such as CAPTURED",
            Self::FulfilmentStatus => "a status of fulfilment such as SHIPPED",
        }
    }

    fn refuse(self, value: String) -> ConditionError {
        ConditionError::InvalidValue { field: self.text(), value, expected: self.expected() }
    }

    fn value(self, text: String) -> Result<Value, ConditionError> {
        let one_of = |known: &[&str]| known.iter().find(|known| known.eq_ignore_ascii_case(&text)).map(|&it| it.into());
        let letters = |length: usize| {
            (text.len() == length && text.bytes().all(|byte| byte.is_ascii_alphabetic()))
                .then(|| text.to_ascii_uppercase())
        };
        let value = match self {
            Self::State => {
                one_of(&["DRAFT", "PLACED", "CONFIRMED", "REJECTED", "CANCELLED", "COMPLETED"]).map(Value::Text)
            }
            Self::PaymentStatus => one_of(&PaymentStatus::ALL.map(PaymentStatus::as_str)).map(Value::Text),
            Self::FulfilmentStatus => one_of(&FulfilmentStatus::ALL.map(FulfilmentStatus::as_str)).map(Value::Text),
            Self::Kind => one_of(&["SALE", "CREDIT"]).map(Value::Text),
            Self::Country => letters(2).map(Value::Text),
            Self::Currency => letters(3).map(Value::Text),
            // Postgres has no text with a zero byte, so nothing could equal it.
            Self::Customer | Self::Number => (!text.contains('\0')).then(|| Value::Text(text.clone())),
            Self::PlacedAt => time(&text).map(Value::Time),
            Self::Total => amount(&text).map(Value::Amount),
            Self::Imported => text.to_ascii_lowercase().parse().ok().map(Value::Flag),
        };
        value.ok_or_else(|| self.refuse(text))
    }
}

impl Operator {
    /// Where it is [`Operator::Different`], an order without a customer has another one than any that is named.
    const fn queried(self) -> query::Comparison {
        match self {
            Self::Equal => query::Comparison::Equal,
            Self::Different => query::Comparison::Unequal,
            Self::Less => query::Comparison::Less,
            Self::AtMost => query::Comparison::AtMost,
            Self::Greater => query::Comparison::Greater,
            Self::AtLeast => query::Comparison::AtLeast,
        }
    }

    const fn holds(self, found: Ordering) -> bool {
        match self {
            Self::Equal => found.is_eq(),
            Self::Different => found.is_ne(),
            Self::Less => found.is_lt(),
            Self::AtMost => found.is_le(),
            Self::Greater => found.is_gt(),
            Self::AtLeast => found.is_ge(),
        }
    }
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Some(day.and_time(NaiveTime::MIN).and_utc());
    }
    Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc())
}

/// Ten-thousandths of a major unit.
fn amount(text: &str) -> Option<i128> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str, max: usize| (1..=max).contains(&part.len()) && part.bytes().all(|it| it.is_ascii_digit());
    let decimals = usize::try_from(AMOUNT_DECIMALS).ok()?;
    if !plain(whole, AMOUNT_DIGITS_MAX) || !plain(fraction, decimals) {
        return None;
    }
    let number: i128 = format!("{whole}{fraction:0<decimals$}").parse().ok()?;
    Some(sign * number)
}

#[cfg(test)]
mod tests;
