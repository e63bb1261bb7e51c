//! Stock as GraphQL shows it: lists, one item, and its movements.
//!
//! Guarantees: shows nothing that the read models do not have.

use std::io::Write;

use clap::{Args, Subcommand};
use domain::stock::Stock;
use domain::{ConsistencyToken, Decider, LocationId, Sku, TenantId};
use serde_json::{Value, json};
use service_kit::BoxError;
use service_kit::config::Variables;

use crate::args::DEFAULT_TENANT;
use crate::engine::{Bearer, Engine};
use crate::orders::ask;
use crate::stock_import::{self, StockImportArgs};

/// `stock …`
#[derive(Debug, Subcommand)]
pub enum StockVerb {
    /// List stock by SKU, or what is low, the least first
    #[command(
        after_help = "Examples:\n  orderctl stock list\n  orderctl stock list --location zrh-1 --first 100\n  orderctl stock list --available-max 5 --json"
    )]
    List(ListArgs),
    /// Show the stock of a SKU at a location
    Show(ShowArgs),
    /// Show the events of the stock of a SKU at a location, the newest last
    Movements(MovementsArgs),
    /// Import what locations have, from a CSV file
    #[command(after_long_help = order_import::stock::FORMAT)]
    Import(StockImportArgs),
}

/// `stock list`
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only this SKU
    #[arg(long)]
    pub sku: Option<Sku>,
    /// Only this location
    #[arg(long)]
    pub location: Option<LocationId>,
    /// Only what has at most so many pieces available, the least first
    #[arg(long, value_name = "PIECES")]
    pub available_max: Option<u32>,
    /// Number of items to show
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub first: u8,
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
    /// Print JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// `stock show`
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The location's code
    pub location: LocationId,
    /// The SKU
    pub sku: Sku,
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
    /// Print JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// `stock movements`
#[derive(Debug, Args)]
pub struct MovementsArgs {
    /// Whose.
    #[command(flatten)]
    pub of: ShowArgs,
    /// Number of events to show, from the newest back
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub last: u8,
}

/// What is asked of each item.
const FIELDS: &str = "fragment Row on StockItem { sku location onHand reserved backordered safetyStock available \
    backorderAllowed version changedAt }";

/// Does what `stock` asks; `false` when there is no such stock.
///
/// # Errors
/// When the engine refuses the query or does not answer.
pub async fn run(variables: &Variables, verb: &StockVerb) -> Result<bool, BoxError> {
    match verb {
        StockVerb::List(args) => list(variables, args).await,
        StockVerb::Show(args) => show(variables, args).await,
        StockVerb::Movements(args) => movements(variables, args).await,
        StockVerb::Import(args) => stock_import::run(variables, args).await,
    }
}

async fn list(variables: &Variables, args: &ListArgs) -> Result<bool, BoxError> {
    let engine = Engine::from_variables(variables, Bearer::staff(args.tenant.clone()))?;
    let query = format!(
        "query List($where: StockWhere!, $orderBy: StockOrder!, $first: Int!) {{ \
         stock(where: $where, orderBy: $orderBy, first: $first) {{ totalCount nodes {{ ...Row }} }} }} {FIELDS}"
    );
    let mut filter = json!({});
    if let Some(sku) = &args.sku {
        filter["sku"] = sku.as_str().into();
    }
    if let Some(location) = &args.location {
        filter["location"] = location.as_str().into();
    }
    if let Some(pieces) = args.available_max {
        filter["availableLte"] = pieces.into();
    }
    let order_by = if args.available_max.is_some() { "AVAILABLE_ASC" } else { "SKU_ASC" };
    let given = json!({ "where": filter, "orderBy": order_by, "first": args.first });
    let data = ask(&engine, &query, given, None).await?;
    let items = data["stock"]["nodes"].as_array().cloned().unwrap_or_default();
    let mut out = std::io::stdout();
    if args.json {
        writeln!(out, "{}", Value::Array(items))?;
        return Ok(true);
    }
    write_items(&mut out, &items)?;
    writeln!(out, "{} of {} items", items.len(), data["stock"]["totalCount"])?;
    Ok(true)
}

/// The stock of a SKU at a location, once the read models have a version of it.
///
/// # Errors
/// When the engine refuses the query or does not answer.
pub async fn at_stock_version(
    engine: &Engine,
    location: &str,
    sku: &str,
    stock_id: &str,
    version: i64,
) -> Result<Value, BoxError> {
    let query = format!(
        "query One($location: ID!, $sku: String!) {{ stockAt(location: $location, sku: $sku) {{ ...Row }} }} {FIELDS}"
    );
    let token = ConsistencyToken::new(Stock::KIND, stock_id, version).to_string();
    let data = ask(engine, &query, json!({ "location": location, "sku": sku }), Some(token)).await?;
    Ok(data["stockAt"].clone())
}

async fn show(variables: &Variables, args: &ShowArgs) -> Result<bool, BoxError> {
    let ShowArgs { location, sku, tenant, json: as_json } = args;
    let engine = Engine::from_variables(variables, Bearer::staff(tenant.clone()))?;
    let query = format!(
        "query One($location: ID!, $sku: String!) {{ stockAt(location: $location, sku: $sku) {{ ...Row }} }} {FIELDS}"
    );
    let given = json!({ "location": location.as_str(), "sku": sku.as_str() });
    let data = ask(&engine, &query, given, None).await?;
    let mut out = std::io::stdout();
    match &data["stockAt"] {
        Value::Null => {
            writeln!(out, "{location} does not keep {sku}")?;
            Ok(false)
        }
        item if *as_json => {
            writeln!(out, "{item}")?;
            Ok(true)
        }
        item => {
            write_items(&mut out, std::slice::from_ref(item))?;
            Ok(true)
        }
    }
}

async fn movements(variables: &Variables, args: &MovementsArgs) -> Result<bool, BoxError> {
    let ShowArgs { location, sku, tenant, json: as_json } = &args.of;
    let engine = Engine::from_variables(variables, Bearer::staff(tenant.clone()))?;
    let query = "query Movements($location: ID!, $sku: String!, $last: Int!) { \
        stockAt(location: $location, sku: $sku) { movements(last: $last) { totalCount nodes { \
        version type at description onHand reserved backordered available reservationId orderId } } } }";
    let given = json!({ "location": location.as_str(), "sku": sku.as_str(), "last": args.last });
    let data = ask(&engine, query, given, None).await?;
    let mut out = std::io::stdout();
    let movements = &data["stockAt"]["movements"];
    let Some(events) = movements["nodes"].as_array() else {
        writeln!(out, "{location} does not keep {sku}")?;
        return Ok(false);
    };
    if *as_json {
        writeln!(out, "{}", movements["nodes"])?;
        return Ok(true);
    }
    writeln!(out, "{:>7} {:<28} {:>9} {:>9} {:>9}  event", "version", "at", "on hand", "reserved", "available")?;
    for event in events {
        writeln!(
            out,
            "{:>7} {:<28} {:>9} {:>9} {:>9}  {}",
            text(&event["version"]),
            text(&event["at"]),
            text(&event["onHand"]),
            text(&event["reserved"]),
            text(&event["available"]),
            text(&event["description"]),
        )?;
    }
    writeln!(out, "{} of {} events", events.len(), movements["totalCount"])?;
    Ok(true)
}

/// Writes stock items as a table.
///
/// # Errors
/// When the output is closed.
pub fn write_items(out: &mut impl Write, items: &[Value]) -> std::io::Result<()> {
    writeln!(
        out,
        "{:<24} {:<16} {:>9} {:>9} {:>11} {:>6} {:>9}  backorder",
        "SKU", "location", "on hand", "reserved", "backordered", "safety", "available"
    )?;
    for item in items {
        let backorder = if item["backorderAllowed"] == true { "allowed" } else { "no" };
        writeln!(
            out,
            "{:<24} {:<16} {:>9} {:>9} {:>11} {:>6} {:>9}  {backorder}",
            text(&item["sku"]),
            text(&item["location"]),
            text(&item["onHand"]),
            text(&item["reserved"]),
            text(&item["backordered"]),
            text(&item["safetyStock"]),
            text(&item["available"]),
        )?;
    }
    Ok(())
}

/// A value as a table shows it.
pub fn text(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
