//! An order that a kitchen cooks: its stations, menu and simulated staff, and what became of the order's ticket.

use std::io::Write;

use serde::Deserialize;
use serde_json::{Value, json};
use service_kit::BoxError;

use super::requests::{persist, until, when_shown};
use super::shop::{PAYS, ended, pay, placed, tell};
use super::{Line, stock_up_at};
use crate::engine::Engine;
use crate::orders::read;

/// The location of the sample kitchen. Policies name it behind the warehouse, which has no such food.
const KITCHEN: &str = "sample-kitchen";
/// What its stove can make, in seconds a piece.
const PREPARATION_S: u32 = 60;
const COOKED: Line = ("PIE-1", "Shepherd's pie, hot", 2, "7.50");
const ON_HAND: u32 = 1_000;

/// A ticket as its stream has it now.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TicketNow {
    state: String,
    promised_at: String,
    delays: u32,
}

/// Sets up a kitchen with simulated staff, and walks an order through it.
///
/// # Errors
/// When the engine refuses something, does not answer, or does not do in time what follows.
pub(super) async fn walk(engine: &Engine, out: &mut impl Write) -> Result<(), BoxError> {
    set_up(engine).await?;
    stock_up_at(engine, KITCHEN, [(COOKED.0, ON_HAND)].into_iter()).await?;
    let order = placed(engine, COOKED).await?;
    pay(engine, &order, PAYS).await?;
    let planned = when_shown(engine, &order, "the request to the kitchen", |order| {
        order["fulfilments"].get(0).is_some_and(|fulfilment| fulfilment["fulfilmentId"].is_string())
    });
    let planned = planned.await?;
    let id = planned["fulfilments"][0]["fulfilmentId"].as_str().unwrap_or_default().to_owned();
    let ticket = format!("/v1/kitchens/{KITCHEN}/tickets/{id}");
    until(engine, &ticket, "READY").await?;
    // The fulfilment learns it from a message.
    until(engine, &format!("/v1/fulfilments/{id}"), "PACKED").await?;
    let path = |verb: &str| format!("/v1/fulfilments/{id}/{verb}");
    persist(engine, &path("ship"), &json!({ "carrier": "sample rider", "tracking": "SR-1" })).await?;
    persist(engine, &path("deliver"), &json!({})).await?;
    let story: Value = ended(engine, &order).await?;
    let TicketNow { state, promised_at, delays } = read(engine, &ticket).await?.json().await?;
    tell(out, "Cooked by simulated staff and brought", &story)?;
    writeln!(out, "  its ticket: {state}, promised for {promised_at}, {delays} delays")?;
    Ok(())
}

async fn set_up(engine: &Engine) -> Result<(), BoxError> {
    let path = |what: &str| format!("/v1/kitchens/{KITCHEN}/{what}");
    let stations = json!({ "stations": [{ "name": "stove", "capacity": 4 }] });
    persist(engine, &path("stations"), &stations).await?;
    let dish = json!({ "sku": COOKED.0, "station": "stove", "course": 1, "preparationS": PREPARATION_S });
    persist(engine, &path("menu"), &dish).await?;
    persist(engine, &path("staff"), &json!({ "onShift": 4, "simulated": true })).await
}
