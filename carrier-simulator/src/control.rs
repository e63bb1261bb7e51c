//! What tests and people tell the simulator, under `/_simulator`.

use axum::Router;
use axum::extract::{Json, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;

use crate::{Faults, OUTCOMES, Simulator};

pub(crate) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/_simulator/faults", get(faults).put(set_faults))
        .route("/_simulator/ledger", get(ledger))
        .route("/_simulator/outcomes", get(outcomes))
        .route("/_simulator/clock", post(skip))
        .route("/_simulator/parcels/{tracking}/next", post(next))
        .route("/_simulator/parcels/{tracking}/scans/{status}", post(scan))
        .route("/_simulator/webhooks/release", post(release))
}

async fn faults(State(simulator): State<Simulator>) -> Json<Faults> {
    Json(simulator.injector().current())
}

async fn set_faults(State(simulator): State<Simulator>, Json(faults): Json<Faults>) -> StatusCode {
    simulator.set_faults(faults);
    StatusCode::NO_CONTENT
}

async fn ledger(State(simulator): State<Simulator>) -> Response {
    Json(json!({"labels": simulator.ledger()})).into_response()
}

async fn outcomes() -> Response {
    let outcomes = OUTCOMES.map(|(word, outcome)| json!({"word": word, "outcome": outcome}));
    Json(json!({"outcomes": outcomes})).into_response()
}

/// How long is skipped.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Skip {
    /// Seconds of carrying.
    by_s: u32,
}

async fn skip(State(simulator): State<Simulator>, Json(Skip { by_s }): Json<Skip>) -> StatusCode {
    simulator.world().skip(by_s.into());
    simulator.move_due();
    StatusCode::NO_CONTENT
}

async fn next(State(simulator): State<Simulator>, Path(tracking): Path<String>) -> Response {
    simulator.scan(&tracking, None)
}

async fn scan(State(simulator): State<Simulator>, Path((tracking, status)): Path<(String, String)>) -> Response {
    simulator.scan(&tracking, Some(&status))
}

impl Simulator {
    fn scan(&self, tracking: &str, status: Option<&str>) -> Response {
        let scanned = self.world().scan_now(tracking, status);
        match scanned {
            Ok(moved) => {
                self.send_webhooks(vec![moved]);
                StatusCode::NO_CONTENT.into_response()
            }
            Err((status, body)) => (status, Json(body)).into_response(),
        }
    }
}

/// How held webhooks are sent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Release {
    reversed: bool,
    times: usize,
}

impl Default for Release {
    fn default() -> Self {
        Self { reversed: false, times: 1 }
    }
}

async fn release(State(simulator): State<Simulator>, Json(release): Json<Release>) -> Response {
    let statuses = simulator.shared.webhooks.release(release.reversed, release.times).await;
    Json(json!({"statuses": statuses})).into_response()
}
