//! A few orders from draft to placement and the stock that is reserved for them; and, where placed orders are driven and can be paid,
//! eight that end differently: one of them cooked, one split, two with parcels that a carrier takes. Shown as GraphQL sees them.
//!
//! Guarantees: every run makes new orders, and shows them only when the read models have them. Names no person.

mod kitchen;
mod parcels;
mod requests;
mod shop;
mod split;

use std::collections::BTreeSet;
use std::io::Write as _;

use clap::Args;
use domain::TenantId;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use service_kit::BoxError;
use service_kit::config::{KitchenSettings, PaymentSettings, ShippingSettings, Variables};

use crate::args::DEFAULT_TENANT;
use crate::engine::{Bearer, Engine};
use crate::orders::{read, send, table};
use crate::stock::{at_stock_version, write_items};

use requests::{Receipt, cancel, command, saga, when_shown};

/// `demo`
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
}

/// Stock code, description, pieces, price.
type Line = (&'static str, &'static str, u32, &'static str);

/// One order of the walk.
struct Sample<'a> {
    customer: Option<&'static str>,
    country: &'static str,
    city: &'static str,
    line2: Option<&'static str>,
    lines: &'a [Line],
    cancelled: bool,
}

const SAMPLES: [Sample<'static>; 3] = [
    Sample {
        customer: Some("sample-shop-1"),
        country: "GB",
        city: "London",
        line2: None,
        lines: &[("85123A", "Heart light holder", 6, "2.55"), ("22423", "Cakestand, 3 tiers", 1, "12.75")],
        cancelled: false,
    },
    Sample {
        customer: Some("sample-shop-2"),
        country: "DE",
        city: "Hamburg",
        line2: None,
        lines: &[
            ("20725", "Lunch bag, red", 10, "1.65"),
            ("POST", "Postage", 1, "18"),
            ("21212", "Cake cases", 24, "0.425"),
        ],
        cancelled: false,
    },
    Sample {
        customer: Some("sample-shop-1"),
        country: "IE",
        city: "Dublin",
        line2: None,
        lines: &[("47566", "Party bunting", 2, "4.95")],
        cancelled: true,
    },
];

/// The location that the sample orders are served from.
const LOCATION: &str = "sample-warehouse";
/// Pieces of each SKU that are there, whether or not reserved.
const ON_HAND: u32 = 10_000;

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
/// When the engine refuses something, does not answer, or does not do in time what follows.
pub async fn walk(variables: &Variables, args: &DemoArgs) -> Result<bool, BoxError> {
    let engine = Engine::from_variables(variables, Bearer::staff(args.tenant.clone()))?;
    let has_provider = PaymentSettings::from_variables(variables)?.stripe.is_some();
    let has_cooks = KitchenSettings::from_variables(variables)?.simulated_staff_speed.is_some();
    let carriers = ShippingSettings::from_variables(variables)?.carriers;
    let has_carriers = parcels::CARRIERS.iter().all(|name| carriers.iter().any(|one| one.name.as_str() == *name));
    let skus: BTreeSet<_> = SAMPLES.iter().flat_map(|sample| sample.lines).map(|(sku, ..)| *sku).collect();
    stock_up(&engine, skus.iter().map(|sku| (*sku, ON_HAND)).chain(shop::stock())).await?;
    let mut orders = Vec::with_capacity(SAMPLES.len());
    let mut is_driven = false;
    for sample in &SAMPLES {
        let order = place(&engine, sample).await?.order_id;
        is_driven = saga(&engine, &order).await?.is_some();
        orders.push(follow(&engine, sample, &order, is_driven).await?);
    }
    let mut items = Vec::with_capacity(skus.len());
    for sku in skus {
        items.push(stock_of(&engine, sku).await?);
    }
    let mut out = std::io::stdout();
    write!(out, "{}", table(&orders)?)?;
    writeln!(out, "\nTheir stock:")?;
    write_items(&mut out, &items)?;
    let lacks = if !is_driven {
        Some(format!(
            "no policy names a location for the tenant {}; SAGA_POLICIES_FILE names the policies",
            args.tenant
        ))
    } else if !orders.iter().any(has_stock) {
        Some(format!("no policy names the location {LOCATION}; SAGA_POLICIES_FILE names the policies"))
    } else if !has_provider {
        Some("no payment provider is configured; STRIPE_API_KEY is its key".to_owned())
    } else {
        None
    };
    if let Some(why) = lacks {
        writeln!(out, "\nNo order is paid and shipped here: {why}")?;
    } else {
        shop::walk(&engine, &mut out).await?;
        split::walk(variables, &mut out).await?;
        if has_cooks {
            kitchen::walk(&engine, &mut out).await?;
        } else {
            writeln!(out, "\nNobody cooks here: KITCHEN_SIMULATED_STAFF_SPEED is not set")?;
        }
        if has_carriers {
            parcels::walk(&engine, &mut out).await?;
        } else {
            writeln!(out, "\nNo carrier takes parcels here: SHIPPING_CARRIERS names none that are simulated")?;
        }
    }
    writeln!(out, "\nLook closer at {}/graphql, or with: orderctl events ORDER-ID", engine.url)?;
    Ok(true)
}

/// Opening stock at the sample warehouse, by SKU.
async fn stock_up(engine: &Engine, pieces: impl Iterator<Item = (&str, u32)>) -> Result<(), BoxError> {
    stock_up_at(engine, LOCATION, pieces).await
}

/// The same at another location.
async fn stock_up_at(
    engine: &Engine,
    location: &str,
    pieces: impl Iterator<Item = (&str, u32)>,
) -> Result<(), BoxError> {
    let path = "/v1/stock/imports";
    let rows: Vec<Value> =
        pieces.map(|(sku, on_hand)| json!({ "location": location, "sku": sku, "onHand": on_hand })).collect();
    send(engine, Method::POST, path, &json!({ "rows": rows }), None).await?;
    Ok(())
}

async fn place(engine: &Engine, sample: &Sample<'_>) -> Result<Receipt, BoxError> {
    let draft = json!({ "customer": sample.customer, "currency": "GBP" });
    let order = command(engine, Method::POST, "/v1/orders", &draft, None).await?.order_id;
    let path = |rest: &str| format!("/v1/orders/{order}/{rest}");
    for (sku, description, quantity, price) in sample.lines {
        let line = json!({ "sku": sku, "description": description, "quantity": quantity, "unitPrice": price });
        command(engine, Method::POST, &path("lines"), &line, None).await?;
    }
    let address = json!({
        "kind": "SHIPPING", "name": "Goods inwards", "line1": "1 Sample Street", "line2": sample.line2, "city": sample.city, "country": sample.country,
        "email": format!("{}@shop.example", sample.customer.unwrap_or("guest")),
    });
    command(engine, Method::PUT, &path("address"), &address, None).await?;
    command(engine, Method::POST, &path("place"), &json!({}), None).await
}

/// Cancels a placed order or sees to its stock, which nobody else does where nothing drives the order; and shows it then.
async fn follow(engine: &Engine, sample: &Sample<'_>, order: &str, is_driven: bool) -> Result<Value, BoxError> {
    if sample.cancelled {
        cancel(engine, order, &json!({ "reason": "CUSTOMER", "note": "ordered twice" })).await?;
        return when_shown(engine, order, "its cancellation", |order| order["state"] == "CANCELLED").await;
    }
    if !is_driven {
        reserve(engine, sample, order).await?;
        return when_shown(engine, order, "its placement", |order| order["state"] == "PLACED").await;
    }
    when_shown(engine, order, "its stock", |order| has_stock(order) || awaits_stock(order)).await
}

fn has_stock(order: &Value) -> bool {
    order["timeline"]["nodes"]
        .as_array()
        .is_some_and(|events| events.iter().any(|event| event["type"] == "StockReserved"))
}

/// Whether no location that a policy names has its stock.
fn awaits_stock(order: &Value) -> bool {
    order["holds"].as_array().is_some_and(|holds| holds.iter().any(|hold| hold == "STOCK"))
}

/// Reserves what a placed order needs, for a day.
async fn reserve(engine: &Engine, sample: &Sample<'_>, order: &str) -> Result<(), BoxError> {
    let path = "/v1/reservations";
    let lines: Vec<Value> =
        sample.lines.iter().map(|(sku, _, quantity, _)| json!({ "sku": sku, "quantity": quantity })).collect();
    let body = json!({ "orderId": order, "location": LOCATION, "lines": lines, "holdForS": 86_400 });
    send(engine, Method::POST, path, &body, None).await?;
    Ok(())
}

/// The stock of a SKU, once the read models have what its stream has now.
async fn stock_of(engine: &Engine, sku: &str) -> Result<Value, BoxError> {
    stock_of_at(engine, LOCATION, sku).await
}

/// The same at another location.
async fn stock_of_at(engine: &Engine, location: &str, sku: &str) -> Result<Value, BoxError> {
    let path = format!("/v1/stock/items?location={location}&sku={sku}");
    let item: StockNow = read(engine, &path).await?.json().await?;
    at_stock_version(engine, location, sku, &item.stock_id, item.version).await
}
