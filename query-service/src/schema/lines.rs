//! Lines of an order.

use std::sync::Arc;

use async_graphql::{Context, Result, SimpleObject};
use read_models::{LineView, OrderView};

use super::connection::{PageArguments, PageInfo};
use super::money::{Money, Price};
use super::scalars::Long;
use crate::cursor::Cursors;
use crate::error::read_failed;
use crate::loaders::{LinesKey, Loaders};

/// A line of an order. Its figures are positive in a credit too.
#[derive(Debug, Clone, SimpleObject)]
pub struct OrderLine {
    /// The id of the line, unique within the order.
    line_id: String,
    /// The SKU of the product.
    sku: String,
    /// The description of the product.
    description: Option<String>,
    /// The number of pieces.
    quantity: Long,
    /// The price of one piece.
    unit_price: Price,
    /// The quantity times the unit price, rounded once to the minor unit.
    total: Money,
}

/// A page of the lines of an order.
#[derive(Debug, Clone, SimpleObject)]
pub struct LineConnection {
    /// The lines of the page with their cursors.
    edges: Vec<LineEdge>,
    /// The lines of the page.
    nodes: Vec<OrderLine>,
    /// The position of the page within the lines.
    page_info: PageInfo,
    /// The number of all lines of the order.
    total_count: i32,
}

/// A line with its cursor.
#[derive(Debug, Clone, SimpleObject)]
pub struct LineEdge {
    /// The position of the line in the order.
    cursor: String,
    /// The line.
    node: OrderLine,
}

/// A page of an order's lines. A past state of an order has its lines with it.
pub async fn connection(
    context: &Context<'_>,
    page: &PageArguments,
    order: &OrderView,
    past: bool,
) -> Result<LineConnection> {
    let list = format!("lines of {}", order.order_id);
    let window = page.window(context, &list)?;
    let lines = if past {
        let within = |line: &&LineView| (window.after + 1..window.before).contains(&line.ordinal.into());
        order.lines.iter().filter(within).cloned().collect()
    } else {
        let key = LinesKey(order.order_id, window);
        context.data::<Loaders>()?.load_one(key).await.map_err(read_failed)?.unwrap_or_default()
    };
    let (lines, more) = page.cut(lines);
    let cursors = context.data::<Arc<Cursors>>()?;
    let cursors: Vec<String> = lines.iter().map(|line| cursors.seal(&list, &i64::from(line.ordinal))).collect();
    let currency = order.currency.as_deref().unwrap_or_default();
    let nodes: Vec<OrderLine> = lines.into_iter().map(|line| OrderLine::new(line, currency)).collect();
    let edge = |(cursor, node): (&String, &OrderLine)| LineEdge { cursor: cursor.clone(), node: node.clone() };
    Ok(LineConnection {
        edges: cursors.iter().zip(&nodes).map(edge).collect(),
        nodes,
        page_info: page.info(&cursors, more),
        total_count: order.line_count,
    })
}

impl OrderLine {
    fn new(line: LineView, currency: &str) -> Self {
        Self {
            line_id: line.line_id.to_string(),
            sku: line.sku,
            description: line.description,
            quantity: Long(line.quantity),
            unit_price: Price::new(line.unit_price, currency),
            total: Money::new(line.total_minor, currency),
        }
    }
}
