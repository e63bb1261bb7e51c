//! The sagas of orders: lists as GraphQL shows them, one as its stream has it now, its flow, and what operators do with it by HTTP.

pub mod args;
mod graph;
mod show;
pub mod tasks;

use std::io::Write;

use domain::order_saga::{FLOW_VERSION, outline};
use domain::{OrderId, TenantId};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use service_kit::BoxError;
use service_kit::config::Variables;

use self::args::{GraphArgs, GraphFormat, ListArgs, OfOrder, SagaVerb, ShowArgs};
use crate::engine::{Bearer, Engine};
use crate::orders::{ask, read, send};
use crate::stock::text;

/// Does what `saga` asks.
///
/// # Errors
/// When the engine refuses it or does not answer.
pub async fn run(variables: &Variables, verb: &SagaVerb) -> Result<bool, BoxError> {
    match verb {
        SagaVerb::List(args) => list(variables, args).await,
        SagaVerb::Show(args) => show(variables, args).await,
        SagaVerb::Retry(of) => command(variables, of, "retry", json!({}), "asked again").await,
        SagaVerb::Skip(args) => {
            let body = json!({ "step": args.step, "reason": args.reason });
            command(variables, &args.of, "skip", body, "skipped").await
        }
        SagaVerb::Rearrange(args) => {
            let body = json!({ "fulfilments": args.fulfilments, "shares": args.shares });
            command(variables, &args.of, "rearrange", body, "being stopped, to be sent otherwise").await
        }
        SagaVerb::Undo(of) => command(variables, of, "undo", json!({}), "being undone").await,
        SagaVerb::Reassign(args) => tasks::assign(variables, &args.of, Some(&args.assignee)).await,
        SagaVerb::Graph(args) => graph(variables, args).await,
    }
}

/// The order and the saga after a command.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Receipt {
    order_id: String,
    version: i64,
    event_ids: Vec<String>,
}

/// Gives a command to the saga of an order, and says what has become of it.
async fn command(variables: &Variables, of: &OfOrder, verb: &str, body: Value, done: &str) -> Result<bool, BoxError> {
    let engine = Engine::from_variables(variables, Bearer::staff(of.tenant.clone()))?;
    let path = format!("/v1/orders/{}/saga/{verb}", of.order);
    let receipt: Receipt = send(&engine, Method::POST, &path, &body, None).await?.json().await?;
    let Receipt { order_id, version, event_ids } = receipt;
    let mut out = std::io::stdout();
    match event_ids.len() {
        0 => writeln!(out, "{order_id}: nothing to change, its saga is at version {version}")?,
        events => writeln!(out, "{order_id}: {done}, {}, its saga is at version {version}", count(events, "event"))?,
    }
    Ok(true)
}

/// So many of a thing.
fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// What is asked of each saga.
const FIELDS: &str = "fragment Row on Saga { orderId state outcome undoCause stockAwaitedUntil changedAt \
    task { kind deadline assignee escalations } pending { step attempt due } }";

async fn list(variables: &Variables, args: &ListArgs) -> Result<bool, BoxError> {
    let engine = Engine::from_variables(variables, Bearer::staff(args.page.tenant.clone()))?;
    let query = format!(
        "query List($state: SagaState, $hasTask: Boolean, $first: Int!) {{ \
         sagas(state: $state, hasTask: $hasTask, first: $first) {{ pageInfo {{ hasNextPage }} nodes {{ ...Row }} }} }} {FIELDS}"
    );
    let state = args.state.map(args::State::as_str);
    let has_task = args.task.then_some(true);
    let given = json!({ "state": state, "hasTask": has_task, "first": args.page.first });
    let data = ask(&engine, &query, given, None).await?;
    let sagas = data["sagas"]["nodes"].as_array().cloned().unwrap_or_default();
    let mut out = std::io::stdout();
    if args.page.json {
        writeln!(out, "{}", Value::Array(sagas))?;
        return Ok(true);
    }
    writeln!(out, "{:<36} {:<8} {:<17} {:<20} {:<28} changed", "order", "state", "why", "task", "waits for")?;
    for saga in &sagas {
        let why = if saga["outcome"].is_null() { &saga["undoCause"] } else { &saga["outcome"] };
        writeln!(
            out,
            "{:<36} {:<8} {:<17} {:<20} {:<28} {}",
            text(&saga["orderId"]),
            text(&saga["state"]),
            text(why),
            text(&saga["task"]["kind"]),
            waited_for(saga),
            text(&saga["changedAt"]),
        )?;
    }
    let more = if data["sagas"]["pageInfo"]["hasNextPage"] == true { ", and there are more" } else { "" };
    writeln!(out, "{}{more}", count(sagas.len(), "saga"))?;
    Ok(true)
}

/// The requests that a saga waits for.
fn waited_for(saga: &Value) -> String {
    let pending: Vec<String> =
        saga["pending"].as_array().into_iter().flatten().map(|request| text(&request["step"])).collect();
    match (pending.is_empty(), saga["stockAwaitedUntil"].is_null()) {
        (false, _) => pending.join(","),
        (true, false) => "stock".to_owned(),
        (true, true) => "-".to_owned(),
    }
}

/// The saga of an order, as its endpoint answers it.
async fn saga_of(variables: &Variables, tenant: &TenantId, order: OrderId) -> Result<Value, BoxError> {
    let engine = Engine::from_variables(variables, Bearer::staff(tenant.clone()))?;
    Ok(read(&engine, &format!("/v1/orders/{order}/saga")).await?.json().await?)
}

async fn graph(variables: &Variables, args: &GraphArgs) -> Result<bool, BoxError> {
    let stages = match args.order {
        Some(order) => saga_of(variables, &args.tenant, order).await?["stages"].take(),
        None => serde_json::to_value(outline(FLOW_VERSION)?)?,
    };
    let stages: Vec<graph::Stage> = serde_json::from_value(stages)?;
    let mut out = std::io::stdout();
    match args.format {
        GraphFormat::Text => graph::write_text(&mut out, &stages)?,
        GraphFormat::Mermaid => graph::write_mermaid(&mut out, &stages)?,
    }
    Ok(true)
}

async fn show(variables: &Variables, args: &ShowArgs) -> Result<bool, BoxError> {
    let ShowArgs { of, json: as_json } = args;
    let saga = saga_of(variables, &of.tenant, of.order).await?;
    let mut out = std::io::stdout();
    if *as_json {
        writeln!(out, "{saga}")?;
        return Ok(true);
    }
    show::write(&mut out, &saga)?;
    Ok(true)
}
