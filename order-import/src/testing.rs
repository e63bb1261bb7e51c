//! An endpoint that fails in the ways a network and a restarting engine do.
//!
//! It is a double for its faults only: it keeps what it took in and answers as the engine's import does.

#![expect(clippy::unwrap_used, reason = "a test ends at its first surprise")]

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::Engine;

/// How the endpoint treats its n-th request.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// 503 with Retry-After.
    Unavailable,
    /// Takes all rows in, answers half of them and breaks the connection.
    ResetAfterHalf,
    /// Answers `failed` for every second row.
    FailEverySecond,
    /// Refuses the whole request.
    Forbidden,
}

/// What an engine would have of an import.
#[derive(Default)]
pub struct Endpoint {
    /// What happens to which request, counted from 1.
    pub faults: Mutex<HashMap<usize, Fault>>,
    /// How many requests it has had.
    pub requests: Mutex<usize>,
    /// The bearer token of the last request.
    pub token: Mutex<Option<String>>,
    /// What was taken in, by reference.
    pub orders: Mutex<HashMap<String, Value>>,
    /// References that are refused.
    pub refuse: HashSet<String>,
    /// Cancelled by the first request.
    pub stop: Option<CancellationToken>,
}

async fn imports(
    State(endpoint): State<Arc<Endpoint>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let dry_run = query.as_deref() == Some("dryRun=true");
    let authorization = headers["authorization"].to_str().unwrap();
    *endpoint.token.lock().unwrap() = authorization.strip_prefix("Bearer ").map(str::to_owned);
    assert_eq!(headers["content-type"], "application/x-ndjson");
    let number = {
        let mut requests = endpoint.requests.lock().unwrap();
        *requests += 1;
        *requests
    };
    if let Some(stop) = &endpoint.stop {
        stop.cancel();
    }
    let fault = endpoint.faults.lock().unwrap().get(&number).copied();
    match fault {
        Some(Fault::Unavailable) => {
            return (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "0")], "").into_response();
        }
        Some(Fault::Forbidden) => {
            let problem = json!({ "title": "Not allowed", "detail": "the scope orders:import is missing" });
            return (StatusCode::FORBIDDEN, problem.to_string()).into_response();
        }
        _ => {}
    }
    let mut results: Vec<Result<String, std::io::Error>> = Vec::new();
    for (index, line) in body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).enumerate() {
        let failed = matches!(fault, Some(Fault::FailEverySecond)) && index % 2 == 1;
        let mut result = if failed {
            json!({ "status": "failed", "code": "store_unavailable", "detail": "try again", "retryable": true })
        } else {
            endpoint.take_in(line, dry_run)
        };
        result["row"] = (index + 1).into();
        results.push(Ok(format!("{result}\n")));
    }
    if matches!(fault, Some(Fault::ResetAfterHalf)) {
        results.truncate(results.len() / 2);
        results.push(Err(std::io::Error::other("reset")));
    }
    Body::from_stream(futures::stream::iter(results)).into_response()
}

impl Endpoint {
    fn take_in(&self, line: &[u8], dry_run: bool) -> Value {
        let mut row: Value = serde_json::from_slice(line).unwrap();
        let is_update = row.as_object_mut().unwrap().remove("update").is_some();
        let reference = row["reference"].as_str().unwrap().to_owned();
        if self.refuse.contains(&reference) {
            return json!({ "status": "refused", "code": "order_number_taken", "detail": "taken",
                "errors": [{ "pointer": "/number", "code": "taken", "detail": "by another order" }] });
        }
        let mut orders = self.orders.lock().unwrap();
        match orders.get(&reference) {
            Some(seen) if *seen == row => json!({ "status": "already" }),
            Some(_) if is_update => {
                if !dry_run {
                    orders.insert(reference, row);
                }
                json!({ "status": "corrected" })
            }
            Some(_) => json!({ "status": "refused", "code": "import_conflict", "detail": "other content" }),
            None => {
                if !dry_run {
                    orders.insert(reference, row);
                }
                json!({ "status": "imported" })
            }
        }
    }
}

/// An endpoint that is served.
pub struct Running {
    /// How to reach it.
    pub engine: Engine,
    /// What it has taken in.
    pub endpoint: Arc<Endpoint>,
}

/// Serves an endpoint on a free port until the test ends.
pub async fn serve(endpoint: Endpoint) -> Running {
    let endpoint = Arc::new(endpoint);
    let router = Router::new().route("/v1/imports", post(imports)).with_state(Arc::clone(&endpoint));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Running { engine: Engine::new(url, || Ok("test-token".to_owned())), endpoint }
}

/// A folder for reports, which is removed with the test.
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// A new folder.
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("orderctl-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A report that was written.
pub fn read_report(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}
