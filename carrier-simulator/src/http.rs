//! The carriers' APIs, each under its name.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::Simulator;
use crate::errors::{self, Answer};
use crate::faults::{Fault, Operation};
use crate::world::Order;

pub(crate) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/{carrier}/labels", post(buy).get(list))
        .route("/{carrier}/labels/{tracking}/void", post(void))
        .route("/{carrier}/labels/{tracking}/print", get(print))
        .route("/{carrier}/parcels/{tracking}", get(read))
}

fn respond((status, body): Answer) -> Response {
    (status, axum::Json(body)).into_response()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

impl Simulator {
    /// Answers a request, unless it is to fail.
    async fn serve(
        &self,
        operation: Operation,
        carrier: &str,
        headers: &HeaderMap,
        answer: impl FnOnce(&Self) -> Answer,
    ) -> Response {
        let (fault, latency_ms) = {
            let mut injector = self.injector();
            (injector.fault(operation, carrier, text(headers, "idempotency-key")), injector.latency_ms())
        };
        if latency_ms > 0 {
            service_kit::poll::pause(Duration::from_millis(latency_ms), &CancellationToken::new()).await;
        }
        if text(headers, header::AUTHORIZATION.as_str()).strip_prefix("Bearer ").is_none_or(str::is_empty) {
            return respond(errors::unauthorized());
        }
        match fault {
            Some(Fault::RateLimited) => return respond(errors::rate_limited()),
            Some(Fault::Error) => return respond(errors::failure()),
            Some(Fault::Refused) => return respond(self.refuse(headers)),
            Some(Fault::Silent) => return std::future::pending().await,
            Some(Fault::ErrorAfter | Fault::SilentAfter) | None => {}
        }
        self.move_due();
        let answer = answer(self);
        match fault {
            Some(Fault::ErrorAfter) => respond(errors::failure()),
            Some(Fault::SilentAfter) => std::future::pending().await,
            _ => respond(answer),
        }
    }

    /// Refuses a request for good: its key gets the same answer again.
    fn refuse(&self, headers: &HeaderMap) -> Answer {
        let answer = errors::invalid("REFUSED");
        self.world().answers.refuse(text(headers, "idempotency-key"), answer.clone());
        answer
    }

    /// Does what is asked once for each key.
    fn once(
        &self,
        headers: &HeaderMap,
        request: String,
        act: impl FnOnce(&mut crate::world::World) -> Answer,
    ) -> Answer {
        let key = text(headers, "idempotency-key");
        if key.is_empty() {
            return errors::invalid("KEY_MISSING");
        }
        let mut world = self.world();
        if let Some(answer) = world.answers.find(key, &request) {
            return answer;
        }
        let answer = act(&mut world);
        world.answers.keep(key, request, answer.clone());
        answer
    }
}

async fn buy(
    State(simulator): State<Simulator>,
    Path(carrier): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let answer = |simulator: &Simulator| {
        let Ok(body) = serde_json::from_slice::<Value>(&body) else { return errors::invalid("NO_JSON") };
        let (Some(reference), Some(service)) = (body["reference"].as_str(), body["service"].as_str()) else {
            return errors::invalid("FIELD_MISSING");
        };
        let base = format!("http://{}/{carrier}", text(&headers, header::HOST.as_str()));
        let order = Order {
            carrier: &carrier,
            reference,
            service,
            weight_g: body["weightG"].as_i64().unwrap_or_default(),
            recipient: &body["recipient"],
            base: &base,
        };
        simulator.once(&headers, format!("buy {carrier} {body}"), |world| world.sell(&order))
    };
    simulator.serve(Operation::Buy, &carrier, &headers, answer).await
}

async fn void(
    State(simulator): State<Simulator>,
    Path((carrier, tracking)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let answer = |simulator: &Simulator| {
        let request = format!("void {carrier} {tracking}");
        simulator.once(&headers, request, |world| world.void(&carrier, &tracking))
    };
    simulator.serve(Operation::Void, &carrier, &headers, answer).await
}

async fn read(
    State(simulator): State<Simulator>,
    Path((carrier, tracking)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let answer = |simulator: &Simulator| match simulator.world().parcel(&carrier, &tracking) {
        Some(parcel) => (StatusCode::OK, parcel.shown()),
        None => errors::missing(),
    };
    simulator.serve(Operation::Read, &carrier, &headers, answer).await
}

async fn list(
    State(simulator): State<Simulator>,
    Path(carrier): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let answer = |simulator: &Simulator| (StatusCode::OK, simulator.world().list(&carrier, &query));
    simulator.serve(Operation::List, &carrier, &headers, answer).await
}

/// A label is opened in a browser, so that its number has to do for a key.
async fn print(State(simulator): State<Simulator>, Path((carrier, tracking)): Path<(String, String)>) -> Response {
    let page = simulator.world().parcel(&carrier, &tracking).map(crate::print::page);
    match page {
        Some(page) => ([(header::CONTENT_TYPE, "image/svg+xml")], page).into_response(),
        None => respond(errors::missing()),
    }
}
