//! A few orders from draft to placement and the stock that is reserved for them, shown as GraphQL sees them.
//!
//! Guarantees: every run makes new orders, and shows them only when the read models have them. Names no person.

use std::collections::BTreeSet;
use std::io::Write as _;

use clap::Args;
use domain::TenantId;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use service_kit::BoxError;
use service_kit::config::Variables;

use crate::args::DEFAULT_TENANT;
use crate::engine::{Bearer, Engine};
use crate::orders::{at_version, read, send, table};
use crate::stock::{at_stock_version, write_items};

/// `demo`
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
}

/// One order of the walk.
struct Sample {
    customer: &'static str,
    country: &'static str,
    city: &'static str,
    /// Stock code, description, pieces, price.
    lines: &'static [(&'static str, &'static str, u32, &'static str)],
    cancelled: bool,
}

const SAMPLES: [Sample; 3] = [
    Sample {
        customer: "sample-shop-1",
        country: "GB",
        city: "London",
        lines: &[("85123A", "Heart light holder", 6, "2.55"), ("22423", "Cakestand, 3 tiers", 1, "12.75")],
        cancelled: false,
    },
    Sample {
        customer: "sample-shop-2",
        country: "DE",
        city: "Hamburg",
        lines: &[
            ("20725", "Lunch bag, red", 10, "1.65"),
            ("POST", "Postage", 1, "18"),
            ("21212", "Cake cases", 24, "0.425"),
        ],
        cancelled: false,
    },
    Sample {
        customer: "sample-shop-1",
        country: "IE",
        city: "Dublin",
        lines: &[("47566", "Party bunting", 2, "4.95")],
        cancelled: true,
    },
];

/// The location that the sample orders are served from.
const LOCATION: &str = "sample-warehouse";
/// Pieces of each SKU that are there, whether or not reserved.
const ON_HAND: u32 = 10_000;

/// Where an order stands after a command.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Receipt {
    order_id: String,
    version: i64,
}

/// The stock of a SKU as its stream has it now.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StockNow {
    stock_id: String,
    version: i64,
}

/// Walks the orders through and shows them.
///
/// # Errors
/// When the engine refuses something or does not answer.
pub async fn walk(variables: &Variables, args: &DemoArgs) -> Result<bool, BoxError> {
    let engine = Engine::from_variables(variables, Bearer::staff(args.tenant.clone()))?;
    let skus: BTreeSet<_> = SAMPLES.iter().flat_map(|sample| sample.lines).map(|(sku, ..)| *sku).collect();
    let rows: Vec<Value> =
        skus.iter().map(|sku| json!({ "location": LOCATION, "sku": sku, "onHand": ON_HAND })).collect();
    send(&engine, Method::POST, "/v1/stock/imports", &json!({ "rows": rows }), None).await?;
    let mut orders = Vec::with_capacity(SAMPLES.len());
    for sample in &SAMPLES {
        let receipt = place(&engine, sample).await?;
        if !sample.cancelled {
            reserve(&engine, sample, &receipt.order_id).await?;
        }
        orders.push(at_version(&engine, &receipt.order_id, receipt.version).await?);
    }
    let mut items = Vec::with_capacity(skus.len());
    for sku in skus {
        items.push(stock_of(&engine, sku).await?);
    }
    let mut out = std::io::stdout();
    write!(out, "{}", table(&orders)?)?;
    writeln!(out, "\nTheir stock:")?;
    write_items(&mut out, &items)?;
    writeln!(out, "\nLook closer at {}/graphql, or with: orderctl events ORDER-ID", engine.url)?;
    Ok(true)
}

async fn place(engine: &Engine, sample: &Sample) -> Result<Receipt, BoxError> {
    let draft = json!({ "customer": sample.customer, "currency": "GBP" });
    let order = command(engine, Method::POST, "/v1/orders", &draft, None).await?.order_id;
    let path = |rest: &str| format!("/v1/orders/{order}/{rest}");
    for (sku, description, quantity, price) in sample.lines {
        let line = json!({ "sku": sku, "description": description, "quantity": quantity, "unitPrice": price });
        command(engine, Method::POST, &path("lines"), &line, None).await?;
    }
    let address = json!({
        "kind": "SHIPPING", "name": "Goods inwards", "line1": "1 Sample Street", "city": sample.city, "country": sample.country,
    });
    command(engine, Method::PUT, &path("address"), &address, None).await?;
    let placed = command(engine, Method::POST, &path("place"), &json!({}), None).await?;
    if !sample.cancelled {
        return Ok(placed);
    }
    let ground = json!({ "reason": "CUSTOMER", "note": "ordered twice" });
    command(engine, Method::POST, &path("cancel"), &ground, Some(placed.version)).await
}

/// Reserves what a placed order needs, for a day.
async fn reserve(engine: &Engine, sample: &Sample, order: &str) -> Result<(), BoxError> {
    let lines: Vec<Value> =
        sample.lines.iter().map(|(sku, _, quantity, _)| json!({ "sku": sku, "quantity": quantity })).collect();
    let body = json!({ "orderId": order, "location": LOCATION, "lines": lines, "holdForS": 86_400 });
    send(engine, Method::POST, "/v1/reservations", &body, None).await?;
    Ok(())
}

/// The stock of a SKU, once the read models have what its stream has now.
async fn stock_of(engine: &Engine, sku: &str) -> Result<Value, BoxError> {
    let path = format!("/v1/stock/items?location={LOCATION}&sku={sku}");
    let item: StockNow = read(engine, &path).await?.json().await?;
    at_stock_version(engine, LOCATION, sku, &item.stock_id, item.version).await
}

async fn command(
    engine: &Engine,
    method: Method,
    path: &str,
    body: &Value,
    expected: Option<i64>,
) -> Result<Receipt, BoxError> {
    Ok(send(engine, method, path, body, expected).await?.json().await?)
}
