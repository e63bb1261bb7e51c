//! The models and where their tables are defined.

use super::contribution::{CUSTOMER_SUMMARY, ORDER_COUNTS, SKU_SALES};
use super::lines::ORDER_LINES;
use super::timeline::ORDER_TIMELINE;
use super::view::ORDER_SUMMARY;
use crate::table::Table;

/// One read model: a table with its indexes, in one Postgres schema a generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Model {
    /// One row an order: its current state.
    OrderSummary,
    /// One row an order line.
    OrderLines,
    /// One row an event.
    OrderTimeline,
    /// One row a customer and currency: what they bought.
    CustomerSummary,
    /// One row an SKU, currency and month: what it sold.
    SkuSales,
    /// One row a tenant and combination of the columns with few values: how many orders have it.
    OrderCounts,
}

impl Model {
    /// Every model, in the order in which their tables are written and locked.
    pub const ALL: [Self; 6] = [
        Self::OrderSummary,
        Self::OrderLines,
        Self::OrderTimeline,
        Self::CustomerSummary,
        Self::SkuSales,
        Self::OrderCounts,
    ];

    /// The model's name, which is its table's.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OrderSummary => "order_summary",
            Self::OrderLines => "order_lines",
            Self::OrderTimeline => "order_timeline",
            Self::CustomerSummary => "customer_summary",
            Self::SkuSales => "sku_sales",
            Self::OrderCounts => "order_counts",
        }
    }

    /// The model of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.name() == name)
    }

    /// The description of its table.
    pub fn table(self) -> &'static Table {
        match self {
            Self::OrderSummary => &ORDER_SUMMARY,
            Self::OrderLines => &ORDER_LINES,
            Self::OrderTimeline => &ORDER_TIMELINE,
            Self::CustomerSummary => &CUSTOMER_SUMMARY,
            Self::SkuSales => &SKU_SALES,
            Self::OrderCounts => &ORDER_COUNTS,
        }
    }

    /// The table's definition, without indexes, so that a rebuild can fill it first.
    pub const fn table_sql(self) -> &'static str {
        match self {
            Self::OrderSummary => include_str!("../../sql/order/order_summary/table.sql"),
            Self::OrderLines => include_str!("../../sql/order/order_lines/table.sql"),
            Self::OrderTimeline => include_str!("../../sql/order/order_timeline/table.sql"),
            Self::CustomerSummary => include_str!("../../sql/order/customer_summary/table.sql"),
            Self::SkuSales => include_str!("../../sql/order/sku_sales/table.sql"),
            Self::OrderCounts => include_str!("../../sql/order/order_counts/table.sql"),
        }
    }

    /// The table's primary key and indexes.
    pub const fn indexes_sql(self) -> &'static str {
        match self {
            Self::OrderSummary => include_str!("../../sql/order/order_summary/indexes.sql"),
            Self::OrderLines => include_str!("../../sql/order/order_lines/indexes.sql"),
            Self::OrderTimeline => include_str!("../../sql/order/order_timeline/indexes.sql"),
            Self::CustomerSummary => include_str!("../../sql/order/customer_summary/indexes.sql"),
            Self::SkuSales => include_str!("../../sql/order/sku_sales/indexes.sql"),
            Self::OrderCounts => include_str!("../../sql/order/order_counts/indexes.sql"),
        }
    }
}
