//! Lines of an order.

use async_graphql::Result;
use read_models::{LineRef, LinesRef};
use uuid::Uuid;

use super::connection::{PageArguments, PageInfo};
use super::money::{Money, Price};
use super::reading::Reading;
use super::scalars::Long;
use crate::error::internal;
use crate::output::object;

/// A line.
pub struct OrderLine<'a> {
    line: LineRef<'a>,
    currency: &'a str,
}

object! {
    /// A line of an order. Its figures are positive in a credit too.
    OrderLine for OrderLine<'_> as it {
        /// The id of the line, unique within the order.
        lineId: Uuid => it.line.line_id,
        /// The SKU of the product.
        sku: &str => it.line.sku,
        /// The description of the product.
        description: Option<&str> => it.line.description,
        /// The number of pieces.
        quantity: Long => Long(it.line.quantity),
        /// The price of one piece.
        unitPrice: Price<'_> => Price::new(it.line.unit_price, it.currency),
        /// The quantity times the unit price, rounded once to the minor unit.
        total: Money<'_> => Money::new(it.line.total_minor, it.currency),
        /// The pieces by what has become of them; null before the order is placed, and in an imported one.
        quantities: Option<LineQuantities<'_>> => it.quantities(),
    }
}

impl OrderLine<'_> {
    /// A line that was placed has all its pieces in one state or another.
    const fn quantities(&self) -> Option<LineQuantities<'_>> {
        let LineRef { open, reserved, backordered, in_fulfilment, shipped, delivered, cancelled, .. } = self.line;
        let has_none = (open | reserved | backordered | in_fulfilment | shipped | delivered | cancelled) == 0;
        if has_none { None } else { Some(LineQuantities(&self.line)) }
    }
}

/// The pieces of a line.
struct LineQuantities<'a>(&'a LineRef<'a>);

object! {
    /// The pieces of a line by what has become of them. They add up to the quantity of the line.
    LineQuantities for LineQuantities<'_> as pieces {
        /// Nothing has been done for them.
        open: Long => Long(pieces.0.open),
        /// Stock is set aside for them.
        reserved: Long => Long(pieces.0.reserved),
        /// Their reservation has no stock for them yet.
        backordered: Long => Long(pieces.0.backordered),
        /// A location has to send them.
        inFulfilment: Long => Long(pieces.0.in_fulfilment),
        /// They have left.
        shipped: Long => Long(pieces.0.shipped),
        /// They have arrived.
        delivered: Long => Long(pieces.0.delivered),
        /// They will not be sent.
        cancelled: Long => Long(pieces.0.cancelled),
    }
}

/// A page of an order's lines.
pub struct LineConnection<'a> {
    reading: &'a Reading,
    /// The name of the list that the cursors belong to.
    list: String,
    page: PageArguments,
    lines: Vec<LineRef<'a>>,
    more: bool,
    currency: &'a str,
    count: i32,
}

object! {
    /// A page of the lines of an order.
    LineConnection for LineConnection<'_> as page {
        /// The lines of the page with their cursors.
        edges: Vec<LineEdge<'_>> => page.lines.iter().map(|line| LineEdge { page, line: *line }).collect(),
        /// The lines of the page.
        nodes: Vec<OrderLine<'_>> => page.lines.iter().map(|line| page.node(*line)).collect(),
        /// The position of the page within the lines.
        pageInfo: PageInfo => page.page.info(page.more, &page.lines, |line| Ok(page.cursor(line)))?,
        /// The number of all lines of the order.
        totalCount: i32 => page.count,
    }
}

/// A line in its page.
struct LineEdge<'a> {
    page: &'a LineConnection<'a>,
    line: LineRef<'a>,
}

object! {
    /// A line with its cursor.
    LineEdge for LineEdge<'_> as edge {
        /// The position of the line in the order.
        cursor: String => edge.page.cursor(&edge.line),
        /// The line.
        node: OrderLine<'_> => edge.page.node(edge.line),
    }
}

impl<'a> LineConnection<'a> {
    /// A page of the lines of an order, of which there are `count`.
    pub fn new(
        reading: &'a Reading,
        page: PageArguments,
        order_id: Uuid,
        lines: LinesRef<'a>,
        currency: &'a str,
        count: i32,
    ) -> Result<Self> {
        let list = format!("lines of {order_id}");
        let window = page.window(&reading.cursors, &list)?;
        let within = |line: &LineRef<'_>| window.after < line.ordinal.into() && i64::from(line.ordinal) < window.before;
        let lines = lines.iter().filter(|line| line.as_ref().map_or(true, within));
        // Lines are read to the end only where the last are wanted.
        let most = if page.from_end { usize::MAX } else { page.limit as usize + 1 };
        let lines = lines.take(most).collect::<std::result::Result<Vec<_>, _>>().map_err(|error| internal(&error))?;
        let (lines, more) = page.cut(lines);
        Ok(Self { reading, list, page, lines, more, currency, count })
    }

    fn node(&self, line: LineRef<'a>) -> OrderLine<'a> {
        OrderLine { line, currency: self.currency }
    }

    fn cursor(&self, line: &LineRef<'_>) -> String {
        self.reading.cursors.seal(&self.list, &i64::from(line.ordinal))
    }
}
