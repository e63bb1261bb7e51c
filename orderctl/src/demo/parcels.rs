//! Two orders whose parcels a carrier takes: one is followed to the door, one is lost, and its money goes back.

use std::io::Write;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use service_kit::BoxError;

use super::requests::{persist, until, when_saga, when_shown};
use super::shop::{PAYS, TIME_OF_DAY, ended, pay, tell};
use super::{Line, Sample, place, stock_up_at};
use crate::engine::Engine;
use crate::orders::{read, send};

/// The location whose parcels carriers take. Policies name it behind the warehouse, which has nothing of what it sends.
const DEPOT: &str = "sample-depot";
/// The simulated carriers that it ships with.
pub(super) const CARRIERS: [&str; 2] = ["postal", "courier"];
const ON_HAND: u32 = 1_000;
const CARRIED: Line = ("23084", "Rabbit night light", 4, "1.79");
const MISLAID: Line = ("22086", "Paper chain kit", 6, "2.95");
/// The second line of an address whose parcels the simulator loses.
const IS_LOST: &str = "LOST";

/// A shipment as its stream has it now.
#[derive(Debug, Deserialize)]
struct ShipmentNow {
    label: Option<LabelNow>,
    history: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct LabelNow {
    cost: String,
    currency: String,
    url: String,
}

#[derive(Debug, Deserialize)]
struct Entry {
    at: String,
    description: String,
}

/// Lets a location ship with carriers, and walks two orders through it.
///
/// # Errors
/// When the engine refuses something, does not answer, or does not do in time what follows.
pub(super) async fn walk(engine: &Engine, out: &mut impl Write) -> Result<(), BoxError> {
    let carriers: Vec<_> = CARRIERS.iter().map(|name| json!({ "carrier": name, "service": "parcel" })).collect();
    let shipping = json!({ "carriers": carriers, "parcelWeightG": 650 });
    send(engine, Method::PUT, &format!("/v1/locations/{DEPOT}/shipping"), &shipping, None).await?;
    stock_up_at(engine, DEPOT, [(CARRIED.0, ON_HAND), (MISLAID.0, ON_HAND)].into_iter()).await?;
    let (carried, mislaid) = futures::try_join!(carried(engine), mislaid(engine))?;
    tell(out, "Labelled, handed to a carrier and followed to the door", &carried.story)?;
    tell_parcel(out, &carried.shipment)?;
    tell(out, "Lost by its carrier, undone by a person and refunded", &mislaid.story)?;
    tell_parcel(out, &mislaid.shipment)
}

/// An order with its parcel.
struct Parcel {
    story: Value,
    shipment: ShipmentNow,
}

async fn carried(engine: &Engine) -> Result<Parcel, BoxError> {
    let (order, shipment) = packed(engine, CARRIED, None).await?;
    until(engine, &shipment, "DELIVERED").await?;
    let story = ended(engine, &order).await?;
    Ok(Parcel { story, shipment: read(engine, &shipment).await?.json().await? })
}

async fn mislaid(engine: &Engine) -> Result<Parcel, BoxError> {
    let (order, shipment) = packed(engine, MISLAID, Some(IS_LOST)).await?;
    until(engine, &shipment, "LOST").await?;
    when_saga(engine, &order, "a task for people", |saga| saga["task"]["kind"] == "LOST").await?;
    let decision = json!({ "task": "LOST", "decision": "UNDO", "note": "the carrier searched for it" });
    persist(engine, &format!("/v1/orders/{order}/saga/task/decide"), &decision).await?;
    let story = ended(engine, &order).await?;
    Ok(Parcel { story, shipment: read(engine, &shipment).await?.json().await? })
}

/// A paid order that its location has packed, and where its shipment is.
async fn packed(engine: &Engine, line: Line, line2: Option<&'static str>) -> Result<(String, String), BoxError> {
    let sample = Sample { customer: None, country: "GB", city: "Leeds", line2, lines: &[line], cancelled: false };
    let order = place(engine, &sample).await?.order_id;
    pay(engine, &order, PAYS).await?;
    let planned = when_shown(engine, &order, "the request to its location", |order| {
        order["fulfilments"].get(0).is_some_and(|fulfilment| fulfilment["fulfilmentId"].is_string())
    });
    let planned = planned.await?;
    let id = planned["fulfilments"][0]["fulfilmentId"].as_str().unwrap_or_default();
    for verb in ["accept", "pack"] {
        persist(engine, &format!("/v1/fulfilments/{id}/{verb}"), &json!({})).await?;
    }
    Ok((order, format!("/v1/shipments/{id}")))
}

fn tell_parcel(out: &mut impl Write, shipment: &ShipmentNow) -> Result<(), BoxError> {
    if let Some(LabelNow { cost, currency, url }) = &shipment.label {
        writeln!(out, "  its parcel, with a label for {cost} {currency}, printed from {url}")?;
    }
    for Entry { at, description } in &shipment.history {
        writeln!(out, "    {}  {description}", at.get(TIME_OF_DAY).unwrap_or(at))?;
    }
    Ok(())
}
