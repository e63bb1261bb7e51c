//! An order that no location has all of: two send it. Its tenant is one whose policy lets orders be split.

use std::io::Write;

use domain::TenantId;
use serde_json::{Value, json};
use service_kit::BoxError;
use service_kit::config::Variables;

use super::requests::{persist, saga, when_shown};
use super::shop::{PAYS, ended, pay, tell};
use super::{LOCATION, Line, ON_HAND, Sample, place, stock_of_at, stock_up_at};
use crate::engine::{Bearer, Engine};

/// Whose orders are split, as `deploy/policies.toml` has it.
const TENANT: &str = "sample-chain";
const DEPOT: &str = "sample-depot";
const AT_WAREHOUSE: Line = ("21733", "Tea light holder", 4, "2.95");
const AT_DEPOT: Line = ("22423", "Cakestand, 3 tiers", 1, "12.75");

/// Walks an order through that comes in two parcels, and tells its story.
///
/// # Errors
/// When the engine refuses something, does not answer, or does not do in time what follows.
pub(super) async fn walk(variables: &Variables, out: &mut impl Write) -> Result<(), BoxError> {
    let engine = Engine::from_variables(variables, Bearer::staff(TenantId::try_new(TENANT)?))?;
    for (location, (sku, ..)) in [(LOCATION, AT_WAREHOUSE), (DEPOT, AT_DEPOT)] {
        stock_up_at(&engine, location, [(sku, ON_HAND)].into_iter()).await?;
        // The locations are compared by what the read models show of their stock.
        stock_of_at(&engine, location, sku).await?;
    }
    let sample = Sample {
        customer: None,
        country: "GB",
        city: "York",
        line2: None,
        lines: &[AT_WAREHOUSE, AT_DEPOT],
        cancelled: false,
    };
    let order = place(&engine, &sample).await?.order_id;
    if saga(&engine, &order).await?.is_none() {
        writeln!(out, "\nNo order is split here: no policy names locations for the tenant {TENANT}")?;
        return Ok(());
    }
    pay(&engine, &order, PAYS).await?;
    let planned = when_shown(&engine, &order, "the requests to its two locations", |order| {
        order["fulfilments"].as_array().is_some_and(|fulfilments| fulfilments.len() == 2)
    });
    let planned = planned.await?;
    for (fulfilment, tracking) in planned["fulfilments"].as_array().into_iter().flatten().zip(["SP-2", "SP-3"]) {
        let id = fulfilment["fulfilmentId"].as_str().unwrap_or_default();
        let path = |verb: &str| format!("/v1/fulfilments/{id}/{verb}");
        persist(&engine, &path("accept"), &json!({})).await?;
        persist(&engine, &path("pack"), &json!({})).await?;
        persist(&engine, &path("ship"), &json!({ "carrier": "sample post", "tracking": tracking })).await?;
        persist(&engine, &path("deliver"), &json!({})).await?;
    }
    let story: Value = ended(&engine, &order).await?;
    tell(out, "Split: one parcel from each of two locations", &story)
}
