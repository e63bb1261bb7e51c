//! Orders, lines and revenue from the read models.
//!
//! What counts: placed and imported orders; a cancelled one does not; a credit counts negatively in revenue and pieces. Months
//! are those of UTC.

use std::io::Write;

use clap::Args;
use domain::{Currency, TenantId};
use serde_json::{Map, Value, json};
use service_kit::BoxError;
use service_kit::config::Variables;
use tokio_postgres::Row;

use crate::args::DEFAULT_TENANT;
use crate::connections::read_client;
use domain::decimal;

/// `stats`
#[derive(Debug, Args)]
pub struct StatsArgs {
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
    /// Number of rows to show of each table
    #[arg(long, default_value_t = 15, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub top: u16,
    /// Print JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// One table: its name, its statement, and what its fifth column counts.
const TABLES: [(&str, &str, &str); 5] = [
    ("total", include_str!("sql/stats_total.sql"), "lines"),
    ("month", include_str!("sql/stats_months.sql"), "lines"),
    ("country", include_str!("sql/stats_countries.sql"), "lines"),
    ("sku", include_str!("sql/stats_skus.sql"), "pieces"),
    ("customer", include_str!("sql/stats_customers.sql"), "lines"),
];

/// One line of a table.
struct Figures {
    name: String,
    currency: String,
    orders: i64,
    credits: i64,
    /// Lines, or pieces of a stock code.
    counted: i64,
    revenue: String,
}

/// Prints the tables.
///
/// # Errors
/// When the read models cannot be read.
pub async fn print(variables: &Variables, args: &StatsArgs) -> Result<bool, BoxError> {
    let client = read_client(variables).await?;
    let mut all = Map::new();
    let mut out = std::io::stdout();
    for (table, statement, counted) in TABLES {
        let rows = client.query(statement, &[&args.tenant.as_str(), &i64::from(args.top)]).await?;
        let figures = rows.iter().map(Figures::read).collect::<Result<Vec<_>, _>>()?;
        if args.json {
            all.insert(table.to_owned(), figures.iter().map(|figures| figures.as_json(counted)).collect());
        } else {
            write_table(&mut out, table, counted, &figures)?;
        }
    }
    if args.json {
        writeln!(out, "{}", Value::Object(all))?;
    }
    Ok(true)
}

impl Figures {
    fn read(row: &Row) -> Result<Self, BoxError> {
        let currency: String = row.try_get(1)?;
        let minor: i128 = row.try_get::<_, String>(5)?.parse()?;
        let exponent = Currency::try_new(&currency).map_or(2, Currency::exponent);
        Ok(Self {
            name: row.try_get(0)?,
            orders: row.try_get(2)?,
            credits: row.try_get(3)?,
            counted: row.try_get(4)?,
            revenue: decimal(minor, exponent),
            currency,
        })
    }

    fn as_json(&self, counted: &str) -> Value {
        json!({
            "name": self.name, "currency": self.currency, "orders": self.orders, "credits": self.credits,
            counted: self.counted, "revenue": self.revenue,
        })
    }
}

fn write_table(out: &mut impl Write, table: &str, counted: &str, figures: &[Figures]) -> std::io::Result<()> {
    writeln!(out, "{table:<24} {:>9} {:>9} {counted:>10} {:>18}", "orders", "credits", "revenue")?;
    for row in figures {
        let revenue = format!("{} {}", row.revenue, row.currency);
        // Names of other systems may be long, and columns shall stay columns.
        let name: String = row.name.chars().take(24).collect();
        writeln!(out, "{name:<24} {:>9} {:>9} {:>10} {revenue:>18}", row.orders, row.credits, row.counted)?;
    }
    writeln!(out)
}
