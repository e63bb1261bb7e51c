//! Four orders that end differently: delivered, declined, waiting for stock, and refunded.

use std::io::Write;
use std::ops::Range;

use serde_json::{Value, json};
use service_kit::BoxError;

use super::requests::{cancel, persist, when_saga, when_shown};
use super::{Line, ON_HAND, Sample, place, stock_of};
use crate::engine::Engine;
use crate::stock::write_items;

/// Pieces of what is out of stock, which are fewer than its order asks for.
const TOO_FEW: u32 = 3;
/// What a declined customer tries before the order is given up, as policies have it by default.
const DECLINES: u32 = 3;

pub(super) const PAYS: &str = "pm_card_visa";
const IS_DECLINED: &str = "pm_card_visa_chargeDeclined";

/// Where a moment's text has hours to milliseconds.
pub(super) const TIME_OF_DAY: Range<usize> = 11..23;

const DELIVERED: Line = ("84879", "Bird ornament", 8, "1.69");
const DECLINED: Line = ("22720", "Cake tins, set of 3", 3, "4.95");
const AWAITED: Line = ("22197", "Popcorn holder", 12, "0.85");
const REFUNDED: Line = ("21931", "Jumbo storage bag", 5, "1.95");

/// Rows of stock for the four.
pub(super) fn stock() -> [(&'static str, u32); 4] {
    [(DELIVERED.0, ON_HAND), (DECLINED.0, ON_HAND), (AWAITED.0, TOO_FEW), (REFUNDED.0, ON_HAND)]
}

/// Walks the four through and writes their stories, and their stock afterwards.
///
/// # Errors
/// When the engine refuses something, does not answer, or does not do in time what follows.
pub(super) async fn walk(engine: &Engine, out: &mut impl Write) -> Result<(), BoxError> {
    let stories = futures::try_join!(delivered(engine), declined(engine), awaited(engine), refunded(engine))?;
    let (delivered, declined, awaited, refunded) = stories;
    tell(out, "Paid, shipped and delivered", &delivered)?;
    tell(out, "Declined three times, its stock released", &declined)?;
    tell(out, &format!("Out of stock: it needs {} pieces and waits for them", AWAITED.2), &awaited)?;
    tell(out, "Cancelled after payment and refunded", &refunded)?;
    writeln!(out, "\nTheir stock afterwards:")?;
    let mut items = Vec::new();
    for (sku, _) in stock() {
        items.push(stock_of(engine, sku).await?);
    }
    write_items(out, &items)?;
    Ok(())
}

async fn delivered(engine: &Engine) -> Result<Value, BoxError> {
    let order = placed(engine, DELIVERED).await?;
    pay(engine, &order, PAYS).await?;
    let planned = when_shown(engine, &order, "the request to its location", |order| {
        order["fulfilments"].get(0).is_some_and(|fulfilment| fulfilment["fulfilmentId"].is_string())
    });
    let planned = planned.await?;
    let id = planned["fulfilments"][0]["fulfilmentId"].as_str().unwrap_or_default();
    let path = |verb: &str| format!("/v1/fulfilments/{id}/{verb}");
    persist(engine, &path("accept"), &json!({})).await?;
    persist(engine, &path("pack"), &json!({})).await?;
    persist(engine, &path("ship"), &json!({ "carrier": "sample post", "tracking": "SP-1" })).await?;
    persist(engine, &path("deliver"), &json!({})).await?;
    ended(engine, &order).await
}

async fn declined(engine: &Engine) -> Result<Value, BoxError> {
    let order = placed(engine, DECLINED).await?;
    for _ in 0..DECLINES {
        pay(engine, &order, IS_DECLINED).await?;
    }
    ended(engine, &order).await
}

async fn awaited(engine: &Engine) -> Result<Value, BoxError> {
    let order = placed(engine, AWAITED).await?;
    when_saga(engine, &order, "its wait for stock", |saga| saga["stockAwaitedUntil"].is_string()).await
}

async fn refunded(engine: &Engine) -> Result<Value, BoxError> {
    let order = placed(engine, REFUNDED).await?;
    pay(engine, &order, PAYS).await?;
    when_shown(engine, &order, "its money", |order| order["paymentStatus"] == "CAPTURED").await?;
    cancel(engine, &order, &json!({ "reason": "CUSTOMER", "note": "found it cheaper" })).await?;
    ended(engine, &order).await
}

/// The id of a new order. It has no customer, so that many walks on one day look no more suspicious than one.
pub(super) async fn placed(engine: &Engine, line: Line) -> Result<String, BoxError> {
    let sample = Sample { customer: None, country: "GB", city: "York", line2: None, lines: &[line], cancelled: false };
    Ok(place(engine, &sample).await?.order_id)
}

pub(super) async fn pay(engine: &Engine, order: &str, method: &str) -> Result<(), BoxError> {
    persist(engine, &format!("/v1/orders/{order}/payments"), &json!({ "paymentMethod": method })).await
}

pub(super) async fn ended(engine: &Engine, order: &str) -> Result<Value, BoxError> {
    when_saga(engine, order, "the end of its saga", |saga| saga["outcome"].is_string()).await
}

/// Writes an order and what happened to it.
pub(super) fn tell(out: &mut impl Write, title: &str, order: &Value) -> Result<(), BoxError> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let total = &order["totals"]["total"];
    writeln!(out, "\n{title}")?;
    writeln!(
        out,
        "  {} for {} {}: {}, payment {}, fulfilment {}",
        text(&order["number"]),
        text(&total["amount"]),
        text(&total["currency"]),
        text(&order["state"]),
        text(&order["paymentStatus"]),
        text(&order["fulfilmentStatus"]),
    )?;
    for event in order["timeline"]["nodes"].as_array().into_iter().flatten() {
        let at = text(&event["at"]);
        writeln!(out, "    {}  {}", at.get(TIME_OF_DAY).unwrap_or(&at), text(&event["description"]))?;
    }
    Ok(())
}
