//! Numbers and revenue of a tenant's orders, in all or by what they have in common.
//!
//! What counts: orders in the states that the sums over customers and SKUs count; a credit counts negatively in revenue and pieces.
//! Months are those of UTC.
//!
//! Does not: limit how long it takes to read all orders, so it reads over a connection of the caller's, on the generations that the
//! caller selected.

use domain::TenantId;
use tokio_postgres::{GenericClient, Row};

use crate::ReadDbError;
use crate::order::contribution::COUNTED;
use crate::order::view::ORDER_SUMMARY;
use crate::table::{Reader, RowError};

/// What the orders of one line of figures have in common, besides their currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// Nothing: all orders of a currency.
    Total,
    /// The month of placement, the newest first.
    Month,
    /// The country of the address, by revenue.
    Country,
    /// An SKU, by revenue.
    Sku,
    /// The customer, by revenue.
    Customer,
}

/// Figures of the orders that have something in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderFigures {
    /// What they have in common: `all`, a month such as `2011-01`, a country, an SKU or a customer; `-` where they have none.
    pub name: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Number of sales.
    pub orders: i64,
    pub credits: i64,
    /// Number of their lines; by SKU, the number of pieces.
    pub counted: i64,
    /// Minor units of sales less credits.
    pub revenue_minor: i128,
}

impl Grouping {
    const fn statement(self) -> &'static str {
        match self {
            Self::Total => include_str!("../../../sql/order/query/figures_in_total.sql"),
            Self::Month => include_str!("../../../sql/order/query/figures_by_month.sql"),
            Self::Country => include_str!("../../../sql/order/query/figures_by_country.sql"),
            Self::Sku => include_str!("../../../sql/order/query/figures_by_sku.sql"),
            Self::Customer => include_str!("../../../sql/order/query/figures_by_customer.sql"),
        }
    }
}

const FIGURES: &str = "figures of orders";

/// The first lines of figures by a grouping.
///
/// # Errors
/// [`ReadDbError`].
pub async fn order_figures(
    client: &impl GenericClient,
    tenant: &TenantId,
    grouping: Grouping,
    lines_max: u16,
) -> Result<Vec<OrderFigures>, ReadDbError> {
    let states: Vec<&str> = COUNTED.iter().map(|state| state.as_str()).collect();
    let (tenant, lines_max) = (tenant.as_str(), i64::from(lines_max));
    let mut values: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> = vec![&tenant, &lines_max];
    if grouping != Grouping::Sku {
        values.push(&states); // the rows of SKUs have no state
    }
    let rows = client.query(grouping.statement(), &values).await;
    let rows = rows.map_err(|source| ReadDbError::Statement { what: FIGURES, source })?;
    let figures = rows.iter().map(figures).collect::<Result<_, _>>();
    figures.map_err(|source| ReadDbError::Row { what: FIGURES, source })
}

fn figures(row: &Row) -> Result<OrderFigures, RowError> {
    let reader = Reader { table: ORDER_SUMMARY.name(), row };
    let revenue: &str = reader.get("revenue")?;
    let damaged = || RowError::Value { table: ORDER_SUMMARY.name(), column: "total_minor", value: revenue.to_owned() };
    Ok(OrderFigures {
        name: reader.get("name")?,
        currency: reader.get("currency")?,
        orders: reader.get("orders")?,
        credits: reader.get("credits")?,
        counted: reader.get("counted")?,
        revenue_minor: revenue.parse().map_err(|_| damaged())?,
    })
}
