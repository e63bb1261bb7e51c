//! What can be exported: columns, and a row of the read models as a record.

use chrono::{DateTime, Utc};
use domain::{Currency, decimal};
use read_models::query::ExportedLine;
use read_models::{OrderColumns, OrderRow, RowError, order_column};

use super::ExportError;
use super::condition::Condition;

/// What a row of the export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Table {
    /// One row an order
    Orders,
    /// One row a line, with what it needs of its order
    Lines,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text, also an id or a decimal number.
    Text,
    /// A whole number of 64 bits.
    Whole,
    /// True or false.
    Flag,
    /// A moment, to the microsecond.
    Time,
}

/// One column: its name and what it holds.
pub type Column = (&'static str, Kind);

/// One value; `Nothing` where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// No value.
    Nothing,
    /// See [`Kind::Text`].
    Text(String),
    /// See [`Kind::Whole`].
    Whole(i64),
    /// See [`Kind::Flag`].
    Flag(bool),
    /// See [`Kind::Time`].
    Time(DateTime<Utc>),
}

const ORDERS: &[Column] = &[
    ("orderId", Kind::Text),
    ("version", Kind::Whole),
    ("state", Kind::Text),
    ("kind", Kind::Text),
    ("imported", Kind::Flag),
    ("source", Kind::Text),
    ("reference", Kind::Text),
    ("creditOf", Kind::Text),
    ("number", Kind::Text),
    ("customer", Kind::Text),
    ("country", Kind::Text),
    ("lineCount", Kind::Whole),
    ("quantity", Kind::Whole),
    ("draftedAt", Kind::Time),
    ("placedAt", Kind::Time),
    ("cancelledAt", Kind::Time),
    ("importedAt", Kind::Time),
    ("updatedAt", Kind::Time),
    ("cancelReason", Kind::Text),
    ("currency", Kind::Text),
    ("total", Kind::Text),
    ("totalMinor", Kind::Whole),
];

const LINES: &[Column] = &[
    ("orderId", Kind::Text),
    ("number", Kind::Text),
    ("state", Kind::Text),
    ("kind", Kind::Text),
    ("customer", Kind::Text),
    ("country", Kind::Text),
    ("placedAt", Kind::Time),
    ("ordinal", Kind::Whole),
    ("lineId", Kind::Text),
    ("sku", Kind::Text),
    ("description", Kind::Text),
    ("quantity", Kind::Whole),
    ("currency", Kind::Text),
    ("unitPrice", Kind::Text),
    ("total", Kind::Text),
    ("totalMinor", Kind::Whole),
];

/// Decimals of a unit price.
const PRICE_DECIMALS: u32 = 4;

/// What the record of an order shows.
pub(super) const ORDER_COLUMNS: OrderColumns = OrderColumns::of(&[
    "order_id",
    "version",
    "state",
    "kind",
    "imported",
    "source",
    "reference",
    "credit_of",
    "number",
    "customer",
    "country",
    "currency",
    "total_minor",
    "line_count",
    "quantity_total",
    "drafted_at",
    "placed_at",
    "cancelled_at",
    "imported_at",
    "updated_at",
    "cancel_reason",
]);
/// What the record of a line shows of its order, and the order's total, which the condition may be about.
pub(super) const LINE_COLUMNS: OrderColumns = OrderColumns::of(&[
    "order_id",
    "state",
    "kind",
    "number",
    "customer",
    "country",
    "currency",
    "total_minor",
    "placed_at",
]);

impl Table {
    /// Its columns, in order.
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Orders => ORDERS,
            Self::Lines => LINES,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<DateTime<Utc>> for Value {
    fn from(time: DateTime<Utc>) -> Self {
        Self::Time(time)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

/// The money of an order: its total in minor units, and its currency where it has one.
struct Amount {
    minor: i64,
    currency: Option<Currency>,
}

impl Amount {
    fn of(order: &OrderRow) -> Result<Self, RowError> {
        let currency = order_column!(order, currency)?.and_then(|code| Currency::try_new(code).ok());
        Ok(Self { minor: order_column!(order, total_minor)?, currency })
    }

    fn exponent(&self) -> u32 {
        self.currency.map_or(2, Currency::exponent)
    }
}

/// The record of an order, unless the condition leaves it out.
pub(super) fn of_order(order: &OrderRow, condition: &Condition) -> Result<Option<Vec<Value>>, ExportError> {
    let total = Amount::of(order)?;
    if !condition.admits_total(total.minor, total.currency) {
        return Ok(None);
    }
    Ok(Some(vec![
        Value::Text(order_column!(order, order_id)?.to_string()),
        Value::Whole(order_column!(order, version)?),
        order_column!(order, state)?.as_str().into(),
        order_column!(order, kind)?.as_str().into(),
        Value::Flag(order_column!(order, imported)?),
        order_column!(order, source)?.into(),
        order_column!(order, reference)?.into(),
        order_column!(order, credit_of)?.into(),
        order_column!(order, number)?.into(),
        order_column!(order, customer)?.into(),
        order_column!(order, country)?.into(),
        Value::Whole(order_column!(order, line_count)?.into()),
        Value::Whole(order_column!(order, quantity_total)?),
        order_column!(order, drafted_at)?.into(),
        order_column!(order, placed_at)?.into(),
        order_column!(order, cancelled_at)?.into(),
        order_column!(order, imported_at)?.into(),
        order_column!(order, updated_at)?.into(),
        order_column!(order, cancel_reason)?.into(),
        order_column!(order, currency)?.into(),
        Value::Text(decimal(i128::from(total.minor), total.exponent())),
        Value::Whole(total.minor),
    ]))
}

/// The record of a line, unless the condition leaves its order out.
pub(super) fn of_line(line: &ExportedLine, condition: &Condition) -> Result<Option<Vec<Value>>, ExportError> {
    let order = &line.order;
    let total = Amount::of(order)?;
    if !condition.admits_total(total.minor, total.currency) {
        return Ok(None);
    }
    Ok(Some(vec![
        Value::Text(order_column!(order, order_id)?.to_string()),
        order_column!(order, number)?.into(),
        order_column!(order, state)?.as_str().into(),
        order_column!(order, kind)?.as_str().into(),
        order_column!(order, customer)?.into(),
        order_column!(order, country)?.into(),
        order_column!(order, placed_at)?.into(),
        Value::Whole(line.ordinal.into()),
        Value::Text(line.line_id.to_string()),
        line.sku.as_str().into(),
        line.description.as_deref().into(),
        Value::Whole(line.quantity),
        order_column!(order, currency)?.into(),
        Value::Text(price(line.unit_price, total.exponent())),
        Value::Text(decimal(i128::from(line.total_minor), total.exponent())),
        Value::Whole(line.total_minor),
    ]))
}

/// A unit price with the decimals it has, and at least those of its currency.
fn price(ten_thousandths: i64, exponent: u32) -> String {
    let mut value = ten_thousandths;
    let mut decimals = PRICE_DECIMALS;
    while decimals > exponent && value % 10 == 0 {
        value /= 10;
        decimals -= 1;
    }
    decimal(i128::from(value), decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_keeps_what_decimals_it_has() {
        assert_eq!(price(25_500, 2), "2.55");
        assert_eq!(price(20_000, 2), "2.00");
        assert_eq!(price(25_525, 2), "2.5525");
        assert_eq!(price(120_000, 0), "12");
        assert_eq!(price(0, 2), "0.00");
    }
}
