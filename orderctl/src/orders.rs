//! Orders as GraphQL sees them: the newest of a tenant.
//!
//! Guarantees: shows nothing that the read models do not have. Prints no personal data.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;

use clap::Args;
use domain::TenantId;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use service_kit::BoxError;
use service_kit::clock::{Ids, SystemIds};
use service_kit::config::Variables;

use crate::args::DEFAULT_TENANT;
use crate::engine::{Bearer, Engine};

/// `orders`
#[derive(Debug, Args)]
pub struct NewestArgs {
    /// Number of orders to show
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=30))]
    pub first: u8,
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
}

/// Longest wait for one answer.
pub const ANSWER_MAX: Duration = Duration::from_secs(20);

/// What is asked of each order.
const FIELDS: &str = "fragment Row on Order { number state version country paymentStatus fulfilmentStatus holds \
    totals { total { amount currency } lineCount } timeline(first: 20) { nodes { type } } }";

/// Prints the newest orders of a tenant, newest first, and how many there are.
///
/// # Errors
/// When the engine refuses the query or does not answer.
pub async fn newest(variables: &Variables, args: &NewestArgs) -> Result<bool, BoxError> {
    let engine = Engine::from_variables(variables, Bearer::staff(args.tenant.clone()))?;
    let query =
        format!("query Newest($first: Int!) {{ orders(first: $first) {{ totalCount nodes {{ ...Row }} }} }} {FIELDS}");
    let data = ask(&engine, &query, json!({ "first": args.first }), None).await?;
    let orders: Vec<Value> = data["orders"]["nodes"].as_array().cloned().unwrap_or_default();
    let mut out = std::io::stdout();
    write!(out, "{}", table(&orders)?)?;
    writeln!(out, "{} of {} orders, newest first", orders.len(), data["orders"]["totalCount"])?;
    Ok(true)
}

/// The data of a GraphQL query, once the read models have the version of a token.
///
/// # Errors
/// When the engine refuses the query or does not answer.
pub async fn ask(
    engine: &Engine,
    query: &str,
    variables: Value,
    consistency: Option<String>,
) -> Result<Value, BoxError> {
    let mut request = engine
        .http
        .post(format!("{}/graphql", engine.url))
        .timeout(ANSWER_MAX)
        .bearer_auth(engine.token()?)
        .json(&json!({ "query": query, "variables": variables }));
    if let Some(token) = consistency {
        request = request.header("order-consistency-token", token);
    }
    let response = request.send().await.map_err(|error| unreachable(engine, &error))?;
    let answer: Value = accepted(response, "/graphql").await?.json().await?;
    match answer.get("errors") {
        Some(errors) => Err(format!("GraphQL refuses: {errors}").into()),
        None => Ok(answer["data"].clone()),
    }
}

/// What an endpoint answers.
///
/// # Errors
/// When the engine refuses it or does not answer.
pub async fn read(engine: &Engine, path: &str) -> Result<Response, BoxError> {
    accepted(get(engine, path).await?, path).await
}

/// The answer to a question about now, whatever it is.
///
/// # Errors
/// When the engine does not answer.
pub async fn get(engine: &Engine, path: &str) -> Result<Response, BoxError> {
    let request = engine.http.get(format!("{}{path}", engine.url)).timeout(ANSWER_MAX).bearer_auth(engine.token()?);
    request.send().await.map_err(|error| unreachable(engine, &error))
}

/// Sends a command of its own, which is new each time; `expected` is the version that it must find.
///
/// # Errors
/// When the engine refuses it or does not answer.
pub async fn send(
    engine: &Engine,
    method: Method,
    path: &str,
    body: &Value,
    expected: Option<i64>,
) -> Result<Response, BoxError> {
    accepted(post(engine, method, path, body, expected).await?, path).await
}

/// The same with the answer, whatever it is.
///
/// # Errors
/// When the engine does not answer.
pub async fn post(
    engine: &Engine,
    method: Method,
    path: &str,
    body: &Value,
    expected: Option<i64>,
) -> Result<Response, BoxError> {
    let mut request = engine
        .http
        .request(method, format!("{}{path}", engine.url))
        .timeout(ANSWER_MAX)
        .bearer_auth(engine.token()?)
        .header("idempotency-key", SystemIds.random().to_string())
        .json(body);
    if let Some(version) = expected {
        request = request.header("if-match", format!("\"{version}\""));
    }
    request.send().await.map_err(|error| unreachable(engine, &error))
}

/// The answer, when it is a good one.
///
/// # Errors
/// With the status and the beginning of the body.
pub async fn accepted(response: Response, path: &str) -> Result<Response, BoxError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let text = response.text().await.unwrap_or_default();
    Err(format!("the engine answered {status} to {path}: {}", text.chars().take(500).collect::<String>()).into())
}

/// What to say of an engine that does not answer.
pub fn unreachable(engine: &Engine, error: &reqwest::Error) -> BoxError {
    let chain = service_kit::errors::chain(error);
    format!("the engine at {} does not answer ({chain}); `make up` starts it, `make status` shows it", engine.url)
        .into()
}

/// Orders as a table with a head.
///
/// # Errors
/// None in practice: writes to memory.
pub fn table(orders: &[Value]) -> Result<String, std::fmt::Error> {
    let mut table = String::new();
    writeln!(
        table,
        "{:<14} {:<10} {:>14} {:>6} {:<8} {:<18} {:<19} {:<14} events",
        "number", "state", "total", "lines", "country", "payment", "fulfilment", "holds"
    )?;
    for order in orders {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let shown = |value: &Value| if value.is_null() { "-".to_owned() } else { text(value) };
        let holds: Vec<String> = order["holds"].as_array().into_iter().flatten().map(text).collect();
        let total = &order["totals"]["total"];
        let events: Vec<String> =
            order["timeline"]["nodes"].as_array().into_iter().flatten().map(|node| text(&node["type"])).collect();
        writeln!(
            table,
            "{:<14} {:<10} {:>14} {:>6} {:<8} {:<18} {:<19} {:<14} {}",
            text(&order["number"]),
            text(&order["state"]),
            format!("{} {}", text(&total["amount"]), text(&total["currency"])),
            text(&order["totals"]["lineCount"]),
            text(&order["country"]),
            shown(&order["paymentStatus"]),
            shown(&order["fulfilmentStatus"]),
            if holds.is_empty() { "-".to_owned() } else { holds.join(",") },
            events.join(", "),
        )?;
    }
    Ok(table)
}
