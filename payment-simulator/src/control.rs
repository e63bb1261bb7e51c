//! What tests and people tell the simulator, under `/_simulator`.

use axum::Router;
use axum::extract::{Json, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;

use crate::errors::ApiError;
use crate::{Faults, Simulator};

pub(crate) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/_simulator/faults", get(faults).put(set_faults))
        .route("/_simulator/ledger", get(ledger))
        .route("/_simulator/methods", get(methods))
        .route("/_simulator/actions/{intent}/{outcome}", post(act))
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
    Json(json!({"entries": simulator.ledger()})).into_response()
}

async fn methods() -> Response {
    Json(json!({"methods": crate::METHODS})).into_response()
}

/// `complete` or `fail`: what the customer did where authentication was asked for.
async fn act(State(simulator): State<Simulator>, Path((intent, outcome)): Path<(String, String)>) -> Response {
    let works = match outcome.as_str() {
        "complete" => true,
        "fail" => false,
        other => return answer(ApiError::missing("outcome", other)),
    };
    let (acted, unsent) = {
        let mut world = simulator.world();
        (world.complete_action(&intent, works), std::mem::take(&mut world.unsent))
    };
    simulator.send_webhooks(unsent);
    match acted {
        Ok(intent) => Json(intent).into_response(),
        Err(error) => answer(error),
    }
}

fn answer(error: ApiError) -> Response {
    let (status, body) = error.answer();
    (status, Json(body)).into_response()
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
