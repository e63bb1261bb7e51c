//! What can be exported: columns, and a row of the read models as a record.

use chrono::{DateTime, Utc};
use domain::Currency;
use tokio_postgres::Row;

use super::condition::Condition;
use domain::decimal;

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
/// Columns of both statements that the condition is checked with: the order's total and its currency.
const CHECKED: usize = 2;

impl Table {
    /// Its columns, in order.
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Orders => ORDERS,
            Self::Lines => LINES,
        }
    }

    /// The statement without condition and order; its one parameter is the tenant.
    pub(super) const fn statement(self) -> &'static str {
        match self {
            Self::Orders => include_str!("../sql/export_orders.sql"),
            Self::Lines => include_str!("../sql/export_lines.sql"),
        }
    }

    /// The order of rows: the one an index of the read model has, so that nothing is sorted.
    pub(super) const fn order(self) -> &'static str {
        match self {
            Self::Orders => " ORDER BY coalesce(o.placed_at, '-infinity'::timestamptz), o.order_id",
            Self::Lines => " ORDER BY coalesce(o.placed_at, '-infinity'::timestamptz), o.order_id, l.ordinal",
        }
    }

    /// The record of a row, unless the condition leaves it out.
    pub(super) fn record(self, row: &Row, condition: &Condition) -> Result<Option<Vec<Value>>, tokio_postgres::Error> {
        let order_minor: i64 = row.try_get(0)?;
        let code: Option<String> = row.try_get(1)?;
        let currency = code.as_deref().and_then(|code| Currency::try_new(code).ok());
        if !condition.admits_total(order_minor, currency) {
            return Ok(None);
        }
        let exponent = currency.map_or(2, Currency::exponent);
        let amount = |minor: i64| Value::Text(decimal(i128::from(minor), exponent));
        let mut record = Vec::with_capacity(self.columns().len());
        let stored = match self {
            Self::Orders => ORDERS.len() - 3,
            Self::Lines => LINES.len() - 4,
        };
        for (index, (_, kind)) in self.columns().iter().take(stored).enumerate() {
            record.push(value(row, CHECKED + index, *kind)?);
        }
        record.push(code.map_or(Value::Nothing, Value::Text));
        let minor = match self {
            Self::Orders => order_minor,
            Self::Lines => {
                record.push(Value::Text(price(row.try_get(CHECKED + stored)?, exponent)));
                row.try_get(CHECKED + stored + 1)?
            }
        };
        record.extend([amount(minor), Value::Whole(minor)]);
        Ok(Some(record))
    }
}

fn value(row: &Row, index: usize, kind: Kind) -> Result<Value, tokio_postgres::Error> {
    let value = match kind {
        Kind::Whole => row.try_get::<_, Option<i64>>(index)?.map(Value::Whole),
        Kind::Flag => row.try_get::<_, Option<bool>>(index)?.map(Value::Flag),
        Kind::Time => row.try_get::<_, Option<DateTime<Utc>>>(index)?.map(Value::Time),
        Kind::Text => row.try_get::<_, Option<String>>(index)?.map(Value::Text),
    };
    Ok(value.unwrap_or(Value::Nothing))
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
