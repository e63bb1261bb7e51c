//! What only people can decide about orders.

use std::io::Write;

use domain::Operator;
use serde_json::{Value, json};
use service_kit::BoxError;
use service_kit::config::Variables;

use super::args::{DecideArgs, OfOrder, TakeArgs, TasksArgs, TasksVerb};
use super::{command, count};
use crate::engine::{Bearer, Engine};
use crate::orders::ask;
use crate::stock::text;

/// Does what `tasks` asks.
///
/// # Errors
/// When the engine refuses it or does not answer.
pub async fn run(variables: &Variables, verb: &TasksVerb) -> Result<bool, BoxError> {
    match verb {
        TasksVerb::List(args) => list(variables, args).await,
        TasksVerb::Take(TakeArgs { of, assignee }) => assign(variables, of, assignee.as_ref()).await,
        TasksVerb::Decide(DecideArgs { of, task, decision, note }) => {
            let mut body = json!({ "task": task, "decision": decision });
            if let Some(note) = note {
                body["note"] = json!(note);
            }
            command(variables, of, "task/decide", body, "decided").await
        }
    }
}

/// Gives the task of an order to somebody, or to whoever asks.
pub(super) async fn assign(variables: &Variables, of: &OfOrder, assignee: Option<&Operator>) -> Result<bool, BoxError> {
    let body = assignee.map_or_else(|| json!({}), |assignee| json!({ "assignee": assignee }));
    command(variables, of, "task/assign", body, "assigned").await
}

async fn list(variables: &Variables, args: &TasksArgs) -> Result<bool, BoxError> {
    let engine = Engine::from_variables(variables, Bearer::staff(args.tenant.clone()))?;
    let query = "query Tasks($first: Int!) { sagas(hasTask: true, first: $first) { pageInfo { hasNextPage } \
        nodes { orderId state task { kind openedAt deadline assignee escalations } } } }";
    let data = ask(&engine, query, json!({ "first": args.first }), None).await?;
    let sagas = data["sagas"]["nodes"].as_array().cloned().unwrap_or_default();
    let mut out = std::io::stdout();
    if args.json {
        writeln!(out, "{}", Value::Array(sagas))?;
        return Ok(true);
    }
    writeln!(out, "{:<36} {:<20} {:<28} {:<28} {:>9}  taken by", "order", "task", "opened", "deadline", "escalated")?;
    for saga in &sagas {
        let task = &saga["task"];
        writeln!(
            out,
            "{:<36} {:<20} {:<28} {:<28} {:>9}  {}",
            text(&saga["orderId"]),
            text(&task["kind"]),
            text(&task["openedAt"]),
            text(&task["deadline"]),
            text(&task["escalations"]),
            text(&task["assignee"]),
        )?;
    }
    let more = if data["sagas"]["pageInfo"]["hasNextPage"] == true { ", and there are more" } else { "" };
    writeln!(out, "{}{more}", count(sagas.len(), "task"))?;
    Ok(true)
}
