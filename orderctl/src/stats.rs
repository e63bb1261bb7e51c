//! Orders, lines and revenue, as the read models count them.

use std::io::Write;

use clap::Args;
use domain::{Currency, TenantId, decimal};
use read_models::query::{Grouping, OrderFigures, order_figures};
use serde_json::{Map, Value, json};
use service_kit::BoxError;
use service_kit::config::Variables;

use crate::args::DEFAULT_TENANT;
use crate::connections::read_client;

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

/// One table: its name, its grouping, and what its fifth column counts.
const TABLES: [(&str, Grouping, &str); 5] = [
    ("total", Grouping::Total, "lines"),
    ("month", Grouping::Month, "lines"),
    ("country", Grouping::Country, "lines"),
    ("sku", Grouping::Sku, "pieces"),
    ("customer", Grouping::Customer, "lines"),
];

/// Prints the tables.
///
/// # Errors
/// When the read models cannot be read.
pub async fn print(variables: &Variables, args: &StatsArgs) -> Result<bool, BoxError> {
    let client = read_client(variables).await?;
    let mut all = Map::new();
    let mut out = std::io::stdout();
    for (table, grouping, counted) in TABLES {
        let figures = order_figures(&client, &args.tenant, grouping, args.top).await?;
        if args.json {
            all.insert(table.to_owned(), figures.iter().map(|figures| as_json(figures, counted)).collect());
        } else {
            write_table(&mut out, table, counted, &figures)?;
        }
    }
    if args.json {
        writeln!(out, "{}", Value::Object(all))?;
    }
    Ok(true)
}

fn as_json(figures: &OrderFigures, counted: &str) -> Value {
    json!({
        "name": figures.name, "currency": figures.currency, "orders": figures.orders, "credits": figures.credits,
        counted: figures.counted, "revenue": revenue(figures),
    })
}

/// Major units.
fn revenue(figures: &OrderFigures) -> String {
    let exponent = Currency::try_new(&figures.currency).map_or(2, Currency::exponent);
    decimal(figures.revenue_minor, exponent)
}

fn write_table(out: &mut impl Write, table: &str, counted: &str, figures: &[OrderFigures]) -> std::io::Result<()> {
    writeln!(out, "{table:<24} {:>9} {:>9} {counted:>10} {:>18}", "orders", "credits", "revenue")?;
    for row in figures {
        let revenue = format!("{} {}", revenue(row), row.currency);
        // Names of other systems may be long, and columns shall stay columns.
        let name: String = row.name.chars().take(24).collect();
        writeln!(out, "{name:<24} {:>9} {:>9} {:>10} {revenue:>18}", row.orders, row.credits, row.counted)?;
    }
    writeln!(out)
}
