//! What a walk asks of the engine, and how it waits for what follows.

use std::time::Duration;

use domain::order::Order;
use domain::{ConsistencyToken, Decider};
use reqwest::{Method, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use service_kit::BoxError;
use service_kit::clock::Stopwatch;
use service_kit::poll::pause;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::orders::{accepted, ask, get, post, read, send};

/// Longest wait for what follows from a command without anybody doing anything.
const FOLLOWS_MAX: Duration = Duration::from_secs(30);
/// How often it is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// Refusals of what becomes possible by itself, beside those that say so: the order moved on, or what comes before is on its way.
const TOO_EARLY: [&str; 3] = ["version_stale", "fulfilment_not_found", "fulfilment_not_released"];

/// What is asked of an order whose story is told.
const STORY: &str = "query Story($id: ID!) { order(id: $id) { orderId number state version country paymentStatus \
    fulfilmentStatus holds totals { total { amount currency } lineCount } fulfilments { fulfilmentId } \
    timeline(first: 100) { nodes { type at description } } } }";

/// Which order a command was for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Receipt {
    pub(super) order_id: String,
}

/// An order as its stream has it now.
#[derive(Deserialize)]
struct OrderNow {
    version: i64,
}

/// A problem+json document.
#[derive(Deserialize)]
struct Problem {
    code: String,
    #[serde(default)]
    retryable: bool,
}

/// Time that is running out.
struct Bound(Stopwatch);

impl Bound {
    fn start() -> Self {
        Self(Stopwatch::start())
    }

    /// Waits a little. `false` when the time is up.
    async fn goes_on(&self) -> bool {
        self.0.elapsed() < FOLLOWS_MAX && pause(LOOK_EVERY, &CancellationToken::new()).await
    }
}

pub(super) async fn command(
    engine: &Engine,
    method: Method,
    path: &str,
    body: &Value,
    expected: Option<i64>,
) -> Result<Receipt, BoxError> {
    Ok(send(engine, method, path, body, expected).await?.json().await?)
}

/// Sends a command until it is not refused for being too early.
///
/// # Errors
/// When it is refused for another reason, or still is after [`FOLLOWS_MAX`].
pub(super) async fn persist(engine: &Engine, path: &str, body: &Value) -> Result<(), BoxError> {
    let bound = Bound::start();
    loop {
        let answer = post(engine, Method::POST, path, body, None).await?;
        if is_done(answer, path, &bound).await? {
            return Ok(());
        }
    }
}

/// Cancels an order, at whatever version it has come to by then.
///
/// # Errors
/// As [`persist`].
pub(super) async fn cancel(engine: &Engine, order: &str, body: &Value) -> Result<(), BoxError> {
    let (path, bound) = (format!("/v1/orders/{order}/cancel"), Bound::start());
    loop {
        let version = version_of(engine, order).await?;
        let answer = post(engine, Method::POST, &path, body, Some(version)).await?;
        if is_done(answer, &path, &bound).await? {
            return Ok(());
        }
    }
}

/// Whether a command was accepted; `false` when it came too early and there is time for another.
async fn is_done(answer: Response, path: &str, bound: &Bound) -> Result<bool, BoxError> {
    let status = answer.status();
    if status.is_success() {
        return Ok(true);
    }
    let text = answer.text().await.unwrap_or_default();
    let is_early = serde_json::from_str::<Problem>(&text)
        .is_ok_and(|problem| problem.retryable || TOO_EARLY.contains(&&*problem.code));
    if is_early && bound.goes_on().await {
        return Ok(false);
    }
    let waited = if is_early { format!(" for {} s", FOLLOWS_MAX.as_secs()) } else { String::new() };
    let advice = if is_early { "; `make status` shows what runs, `make logs` what it says" } else { "" };
    Err(format!("the engine answered {status} to {path}{waited}: {text}{advice}").into())
}

async fn version_of(engine: &Engine, order: &str) -> Result<i64, BoxError> {
    let path = format!("/v1/orders/{order}");
    Ok(read(engine, &path).await?.json::<OrderNow>().await?.version)
}

/// The saga of an order as of now; `None` where nothing drives the order.
pub(super) async fn saga(engine: &Engine, order: &str) -> Result<Option<Value>, BoxError> {
    let path = format!("/v1/orders/{order}/saga");
    let answer = get(engine, &path).await?;
    if answer.status() == StatusCode::NOT_FOUND {
        return Ok(None);
    }
    Ok(Some(accepted(answer, &path).await?.json().await?))
}

/// Waits until the saga of an order is as asked for, and returns the order once the read models have it as it is then.
///
/// # Errors
/// When that takes longer than [`FOLLOWS_MAX`]; `what` is what did not happen.
pub(super) async fn when_saga(
    engine: &Engine,
    order: &str,
    what: &str,
    is_so: impl Fn(&Value) -> bool,
) -> Result<Value, BoxError> {
    let bound = Bound::start();
    while !saga(engine, order).await?.is_some_and(|saga| is_so(&saga)) {
        if !bound.goes_on().await {
            let seen = shown(engine, order, None).await?;
            return Err(overdue(engine, &seen, what));
        }
    }
    let version = version_of(engine, order).await?;
    shown(engine, order, Some(version)).await
}

/// Waits until GraphQL shows an order as asked for, and returns it.
///
/// # Errors
/// As [`when_saga`].
pub(super) async fn when_shown(
    engine: &Engine,
    order: &str,
    what: &str,
    is_so: impl Fn(&Value) -> bool,
) -> Result<Value, BoxError> {
    let bound = Bound::start();
    loop {
        let seen = shown(engine, order, None).await?;
        if is_so(&seen) {
            return Ok(seen);
        }
        if !bound.goes_on().await {
            return Err(overdue(engine, &seen, what));
        }
    }
}

/// Waits until what is at a path is in a state.
///
/// # Errors
/// When that takes longer than [`FOLLOWS_MAX`].
pub(super) async fn until(engine: &Engine, path: &str, state: &str) -> Result<(), BoxError> {
    let bound = Bound::start();
    loop {
        let answer = get(engine, path).await?;
        let seen = match answer.status() {
            StatusCode::NOT_FOUND => Value::Null,
            _ => accepted(answer, path).await?.json::<Value>().await?["state"].take(),
        };
        if seen == state {
            return Ok(());
        }
        if !bound.goes_on().await {
            let waited = FOLLOWS_MAX.as_secs();
            return Err(format!("after {waited} s {path} is {seen} and not {state}; `make logs` says more").into());
        }
    }
}

async fn shown(engine: &Engine, order: &str, version: Option<i64>) -> Result<Value, BoxError> {
    let token = version.map(|version| ConsistencyToken::new(Order::KIND, order, version).to_string());
    Ok(ask(engine, STORY, json!({ "id": order }), token).await?["order"].clone())
}

fn overdue(engine: &Engine, seen: &Value, what: &str) -> BoxError {
    format!(
        "after {} s order {} is {} with payment {} and fulfilment {}: {what} is still missing. What it waits for is at \
         {}/v1/orders/{}/saga; `make status` shows what runs, `make logs` what it says",
        FOLLOWS_MAX.as_secs(),
        seen["number"],
        seen["state"],
        seen["paymentStatus"],
        seen["fulfilmentStatus"],
        engine.url,
        seen["orderId"].as_str().unwrap_or("ORDER-ID"),
    )
    .into()
}
