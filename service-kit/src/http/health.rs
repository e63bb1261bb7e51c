//! `/healthz` shows that the process answers, `/readyz` that everything it depends on answers too.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use futures::future::join_all;
use serde::Serialize;

use crate::BoxError;

/// A check that takes longer counts as failed.
const CHECK_MS_MAX: u64 = 2_000;

type Asking = Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>>;

/// A check of something that the process depends on.
#[derive(Clone)]
pub struct Check {
    name: &'static str,
    ask: Arc<dyn Fn() -> Asking + Send + Sync>,
    note: Option<Arc<Noting>>,
}

type Noting = dyn Fn() -> Option<String> + Send + Sync;

impl Check {
    /// A named check. It runs again at each request, concurrently with the others.
    pub fn new<F, E>(name: &'static str, ask: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<BoxError>,
    {
        Self {
            name,
            ask: Arc::new(move || {
                let asking = ask();
                Box::pin(async move { asking.await.map_err(Into::into) })
            }),
            note: None,
        }
    }

    /// The same with a note that the report shows, whether the check passes or not. It must contain no secret.
    #[must_use]
    pub fn noting(self, note: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        Self { note: Some(Arc::new(note)), ..self }
    }

    /// Whether the check passed. The error goes to the log, since error texts may name hosts and users.
    async fn passes(&self) -> bool {
        let outcome = tokio::time::timeout(Duration::from_millis(CHECK_MS_MAX), (self.ask)()).await;
        let error = match outcome {
            Ok(Ok(())) => return true,
            Ok(Err(error)) => crate::errors::chain(error.as_ref()),
            Err(_) => format!("no answer within {CHECK_MS_MAX} ms"),
        };
        tracing::warn!(check = self.name, error, "not ready");
        false
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Check({})", self.name)
    }
}

#[derive(Serialize)]
struct Report {
    status: &'static str,
    checks: BTreeMap<&'static str, &'static str>,
    /// Notes for operators, by check.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    notes: BTreeMap<&'static str, String>,
}

/// Routes `/healthz` (always 200) and `/readyz` (200, or 503 when a check fails), both with a JSON report.
pub fn health_router(checks: Vec<Check>) -> Router {
    let checks: Arc<[Check]> = checks.into();
    Router::new()
        .route("/healthz", get(async || Json(Report { status: "ok", checks: BTreeMap::new(), notes: BTreeMap::new() })))
        .route("/readyz", get(move || ready(checks.clone())))
}

async fn ready(checks: Arc<[Check]>) -> Response {
    let notes = checks.iter().filter_map(|check| Some((check.name, (check.note.as_ref()?)()?))).collect();
    let outcomes = join_all(checks.iter().map(async |check| (check.name, check.passes().await))).await;
    let all = outcomes.iter().all(|(_, passes)| *passes);
    let word = |passes| if passes { "ok" } else { "failed" };
    let checks = outcomes.into_iter().map(|(name, passes)| (name, word(passes))).collect();
    let status = if all { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Report { status: word(all), checks, notes })).into_response()
}
