//! The lines of an order: the table `order_lines`, and all of an order as one value, the column `encoded_lines` of `order_summary`.
//!
//! A reader of an order mostly wants its lines too, and a statement that joins them reads a row for each. Here they stand in the
//! order's own row, encoded by `postcard`: the version of the encoding, the order's id, then line after line. An order
//! without lines has the version alone. The encoding is private to the engine; SQL reads `order_lines`.

use std::ops::{Deref, DerefMut};
use std::sync::LazyLock;

use bytes::{BufMut, BytesMut};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_postgres::types::{IsNull, Type};
use uuid::Uuid;

use crate::table::{self, Cell, Document, Encoded, Field, Shown, Stored, Table, columns};

/// The version of the encoding. A row of another version cannot be read, and is written anew by a rebuild.
const VERSION: u8 = 2;

/// One row an order line.
pub(crate) static ORDER_LINES: LazyLock<Table> =
    LazyLock::new(|| Table::of::<LineView>("order_lines", &["order_id", "line_id"]));

/// One line. Its figures are positive in a credit too, as in the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineView {
    pub order_id: Uuid,
    /// Unique within the order.
    pub line_id: Uuid,
    /// Position among the lines. It rises, with gaps while the order is a draft.
    pub ordinal: i32,
    pub sku: String,
    pub description: Option<String>,
    /// Number of pieces.
    pub quantity: i64,
    /// Ten-thousandths of a major unit.
    pub unit_price: i64,
    /// Minor units.
    pub total_minor: i64,
    /// Pieces for which nothing has been done. These and the following add up to `quantity` once the order is placed; before that,
    /// and in an imported order, all are zero.
    pub open: i64,
    pub reserved: i64,
    pub backordered: i64,
    pub in_fulfilment: i64,
    pub shipped: i64,
    pub delivered: i64,
    pub cancelled: i64,
}

columns!(LineView {
    order_id,
    line_id,
    ordinal,
    sku,
    description,
    quantity,
    unit_price,
    total_minor,
    open,
    reserved,
    backordered,
    in_fulfilment,
    shipped,
    delivered,
    cancelled,
});

/// The key of a line's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineKey {
    pub(crate) order_id: Uuid,
    pub(crate) line_id: Uuid,
}

columns!(LineKey { order_id, line_id });

/// The lines of an order, by ordinal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines(Vec<LineView>);

/// The lines of an order where they are: in a row as it was read, or in memory.
#[derive(Debug, Clone, Copy)]
pub enum LinesRef<'a> {
    /// As they are stored.
    Stored(&'a [u8]),
    /// Decoded.
    Decoded(&'a [LineView]),
}

/// One line, borrowed. Its figures are positive in a credit too, as in [`LineView`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineRef<'a> {
    /// Unique within the order.
    pub line_id: Uuid,
    /// Position among the lines. It rises, with gaps while the order is a draft.
    pub ordinal: i32,
    pub sku: &'a str,
    pub description: Option<&'a str>,
    /// Number of pieces.
    pub quantity: i64,
    /// Ten-thousandths of a major unit.
    pub unit_price: i64,
    /// Minor units.
    pub total_minor: i64,
    /// Pieces for which nothing has been done. These and the following add up to `quantity` once the order is placed; before that,
    /// and in an imported order, all are zero.
    pub open: i64,
    pub reserved: i64,
    pub backordered: i64,
    pub in_fulfilment: i64,
    pub shipped: i64,
    pub delivered: i64,
    pub cancelled: i64,
}

/// Bytes that are no lines as [`VERSION`] encodes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored lines cannot be decoded; `orderctl replay rebuild --all` writes them anew")]
pub struct DamagedLines;

impl<'a> LinesRef<'a> {
    /// The lines by ordinal. It ends after the first that cannot be decoded.
    pub fn iter(self) -> impl Iterator<Item = Result<LineRef<'a>, DamagedLines>> {
        let (mut stored, decoded) = match self {
            LinesRef::Stored(bytes) => (header(bytes), [].iter()),
            LinesRef::Decoded(lines) => (Ok((Uuid::nil(), &[][..])), lines.iter()),
        };
        let from_bytes = std::iter::from_fn(move || match stored {
            Ok((_, [])) => None,
            Ok((order_id, rest)) => {
                let next = postcard::take_from_bytes::<LineRef<'a>>(rest).map_err(|_| DamagedLines);
                let rest = next.map_or(&[][..], |(_, rest)| rest);
                stored = Ok((order_id, rest));
                Some(next.map(|(line, _)| line))
            }
            Err(damaged) => {
                stored = Ok((Uuid::nil(), &[]));
                Some(Err(damaged))
            }
        });
        from_bytes.chain(decoded.map(|line| Ok(LineRef::of(line))))
    }
}

/// The id of the order and the encoded lines.
fn header(bytes: &[u8]) -> Result<(Uuid, &[u8]), DamagedLines> {
    match bytes {
        [VERSION] => Ok((Uuid::nil(), &[])),
        [VERSION, rest @ ..] => {
            let (id, lines) = rest.split_first_chunk::<16>().ok_or(DamagedLines)?;
            Ok((Uuid::from_bytes(*id), lines))
        }
        _ => Err(DamagedLines),
    }
}

impl<'a> LineRef<'a> {
    fn of(line: &'a LineView) -> Self {
        Self {
            line_id: line.line_id,
            ordinal: line.ordinal,
            sku: &line.sku,
            description: line.description.as_deref(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            total_minor: line.total_minor,
            open: line.open,
            reserved: line.reserved,
            backordered: line.backordered,
            in_fulfilment: line.in_fulfilment,
            shipped: line.shipped,
            delivered: line.delivered,
            cancelled: line.cancelled,
        }
    }

    fn owned(self, order_id: Uuid) -> LineView {
        LineView {
            order_id,
            line_id: self.line_id,
            ordinal: self.ordinal,
            sku: self.sku.to_owned(),
            description: self.description.map(str::to_owned),
            quantity: self.quantity,
            unit_price: self.unit_price,
            total_minor: self.total_minor,
            open: self.open,
            reserved: self.reserved,
            backordered: self.backordered,
            in_fulfilment: self.in_fulfilment,
            shipped: self.shipped,
            delivered: self.delivered,
            cancelled: self.cancelled,
        }
    }
}

impl Document for Lines {
    fn encode(&self, kind: &Type, out: &mut BytesMut) -> Encoded {
        if *kind != Type::BYTEA {
            return Err(format!("lines are stored in a column of bytes, not of {kind}").into());
        }
        out.put_u8(VERSION);
        if let Some(first) = self.first() {
            out.put_slice(first.order_id.as_bytes());
        }
        self.iter().try_for_each(|line| postcard::to_io(&LineRef::of(line), out.writer()).map(drop))?;
        Ok(IsNull::No)
    }

    fn to_value(&self) -> Value {
        self.iter().map(table::json).collect()
    }
}

impl Field for Lines {
    const KIND: Type = Type::BYTEA;

    fn cell(&self) -> Cell<'_> {
        Cell::Document(self)
    }
}

impl Stored for Lines {
    type Sql<'a> = &'a [u8];

    fn restore(sql: &[u8]) -> Result<Self, String> {
        let damaged = |error: DamagedLines| error.to_string();
        let (order_id, _) = header(sql).map_err(damaged)?;
        let lines = LinesRef::Stored(sql).iter();
        lines.map(|line| line.map(|line| line.owned(order_id))).collect::<Result<_, _>>().map(Self).map_err(damaged)
    }
}

impl Shown for Lines {
    type Column<'a> = &'a [u8];
    type Shown<'a> = LinesRef<'a>;

    fn from_column<'a>(column: &'a [u8]) -> Result<LinesRef<'a>, String>
    where
        Self: 'a,
    {
        Ok(LinesRef::Stored(column))
    }

    fn shown(&self) -> LinesRef<'_> {
        LinesRef::Decoded(&self.0)
    }
}

impl Deref for Lines {
    type Target = Vec<LineView>;

    fn deref(&self) -> &Vec<LineView> {
        &self.0
    }
}

impl DerefMut for Lines {
    fn deref_mut(&mut self) -> &mut Vec<LineView> {
        &mut self.0
    }
}

impl From<Vec<LineView>> for Lines {
    fn from(lines: Vec<LineView>) -> Self {
        Self(lines)
    }
}

impl<'a> IntoIterator for &'a Lines {
    type Item = &'a LineView;
    type IntoIter = std::slice::Iter<'a, LineView>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_line() -> impl Strategy<Value = LineView> {
        let text = "[ -~äöü€\\PC]{0,20}";
        (any::<u128>(), any::<i32>(), text, proptest::option::of(text), any::<[i64; 10]>()).prop_map(
            |(id, ordinal, sku, description, [quantity, unit_price, total_minor, pieces @ ..])| LineView {
                order_id: Uuid::from_u128(7),
                line_id: Uuid::from_u128(id),
                ordinal,
                sku,
                description,
                quantity,
                unit_price,
                total_minor,
                open: pieces[0],
                reserved: pieces[1],
                backordered: pieces[2],
                in_fulfilment: pieces[3],
                shipped: pieces[4],
                delivered: pieces[5],
                cancelled: pieces[6],
            },
        )
    }

    fn encoded(lines: &Lines) -> Vec<u8> {
        let mut bytes = BytesMut::new();
        lines.encode(&Type::BYTEA, &mut bytes).unwrap();
        bytes.to_vec()
    }

    proptest! {
        #[test]
        fn lines_read_back_as_they_were_written(lines in proptest::collection::vec(any_line(), 0..6)) {
            let lines = Lines::from(lines);
            let bytes = encoded(&lines);
            prop_assert_eq!(Lines::restore(&bytes).unwrap(), lines.clone());
            let shown: Vec<_> = LinesRef::Stored(&bytes).iter().map(Result::unwrap).collect();
            let decoded: Vec<_> = lines.shown().iter().map(Result::unwrap).collect();
            prop_assert_eq!(shown, decoded);
        }

        #[test]
        fn bytes_that_were_cut_or_are_of_another_version_are_damaged(
            lines in proptest::collection::vec(any_line(), 1..4), cut in any::<prop::sample::Index>(), version in any::<u8>(),
        ) {
            let bytes = encoded(&Lines::from(lines.clone()));
            let whole = (0..=lines.len()).map(|count| encoded(&Lines::from(lines[..count].to_vec())).len());
            let cut = cut.index(bytes.len());
            if !whole.into_iter().any(|length| length == cut) && cut != 17 {
                prop_assert!(Lines::restore(&bytes[..cut]).is_err(), "{cut} of {}", bytes.len());
            }
            if version != VERSION {
                let other = [&[version], &bytes[1..]].concat();
                prop_assert!(Lines::restore(&other).is_err());
            }
        }
    }
}
