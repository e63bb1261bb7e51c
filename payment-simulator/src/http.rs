//! The API under `/v1`.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::Simulator;
use crate::errors::{self, Answer, ApiError};
use crate::faults::{Fault, Operation};
use crate::form::Parameters;
use crate::world::World;

const KEY_HEADER: &str = "idempotency-key";
/// Says that an answer was given before.
const REPLAYED_HEADER: &str = "idempotent-replayed";

pub(crate) fn routes() -> Router<Simulator> {
    Router::new().route("/v1/{*path}", any(serve))
}

/// A request to the API.
struct Call {
    method: Method,
    path: String,
    form: Parameters,
    key: Option<String>,
    /// What comes in `Authorization`, without its scheme.
    token: Option<String>,
}

async fn serve(
    State(simulator): State<Simulator>,
    method: Method,
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let encoded = if method == Method::GET { query.unwrap_or_default().into_bytes() } else { body.to_vec() };
    let token = text(header::AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
    let call = Call {
        form: Parameters::parse(&encoded),
        key: text(KEY_HEADER).filter(|_| method == Method::POST).map(str::to_owned),
        token: token.map(str::to_owned),
        method,
        path,
    };
    let payment = call.payment(&simulator.world());
    let (fault, latency_ms) = {
        let mut injector = simulator.injector();
        let fault = call.operation().and_then(|operation| injector.fault(operation, payment.as_deref()));
        (fault, injector.latency_ms())
    };
    if latency_ms > 0 {
        service_kit::poll::pause(Duration::from_millis(latency_ms), &CancellationToken::new()).await;
    }
    match fault {
        Some(Fault::RateLimited) => return respond(errors::rate_limited(), false),
        Some(Fault::Error) => return respond(errors::failure(), false),
        Some(Fault::Silent) => return std::future::pending().await,
        Some(Fault::ErrorAfter | Fault::SilentAfter) | None => {}
    }
    let (answer, replayed) = simulator.execute(&call);
    match fault {
        Some(Fault::ErrorAfter) => respond(errors::failure(), false),
        Some(Fault::SilentAfter) => std::future::pending().await,
        _ => respond(answer, replayed),
    }
}

fn respond((status, body): Answer, replayed: bool) -> Response {
    let mut response = (status, axum::Json(body)).into_response();
    if replayed {
        response.headers_mut().insert(REPLAYED_HEADER, header::HeaderValue::from_static("true"));
    }
    response
}

impl Call {
    fn segments(&self) -> Vec<&str> {
        self.path.split('/').collect()
    }

    fn operation(&self) -> Option<Operation> {
        match (self.method.as_str(), &self.segments()[..]) {
            ("POST", ["payment_intents"]) => Some(Operation::Create),
            ("GET", ["payment_intents"]) => Some(Operation::List),
            ("GET", ["payment_intents", _]) => Some(Operation::Retrieve),
            ("POST", ["payment_intents", _, "confirm"]) => Some(Operation::Confirm),
            ("POST", ["payment_intents", _, "capture"]) => Some(Operation::Capture),
            ("POST", ["payment_intents", _, "cancel"]) => Some(Operation::Cancel),
            ("POST", ["refunds"]) => Some(Operation::Refund),
            ("GET", ["refunds" | "disputes" | "events", ..]) => Some(Operation::Read),
            _ => None,
        }
    }

    /// The metadata `payment_id` of the intent that is made or asked about.
    fn payment(&self, world: &World) -> Option<String> {
        let intent = match &self.segments()[..] {
            ["payment_intents"] => return self.form.get("metadata[payment_id]").map(str::to_owned),
            ["payment_intents", id, ..] => *id,
            _ => self.form.get("payment_intent")?,
        };
        let metadata = &world.intents.get(intent)?.metadata;
        Some(metadata.get("payment_id")?.as_str()?.to_owned())
    }

    /// Whether whoever asks may: with a secret key everything, with a publishable key what the payment's own secret opens.
    fn is_allowed(&self, world: &World) -> bool {
        let Some(token) = self.token.as_deref() else { return false };
        if token.starts_with("sk_") || token.starts_with("rk_") {
            return true;
        }
        let (id, is_confirmation) = match &self.segments()[..] {
            ["payment_intents", id] => (*id, false),
            ["payment_intents", id, "confirm"] => (*id, true),
            _ => return false,
        };
        let secret = world.intents.get(id).map(|intent| intent.secret.as_str());
        let is_read_or_confirmed = is_confirmation || self.method == Method::GET;
        token.starts_with("pk_") && is_read_or_confirmed && secret.is_some() && self.form.get("client_secret") == secret
    }

    fn dispatch(&self, world: &mut World) -> Result<Value, ApiError> {
        let form = &self.form;
        match (self.method.as_str(), &self.segments()[..]) {
            ("POST", ["payment_intents"]) => world.create(form),
            ("GET", ["payment_intents"]) => Ok(world.list(form)),
            ("GET", ["payment_intents", id]) => world.retrieve(id, form),
            ("POST", ["payment_intents", id, "confirm"]) => world.confirm(id, form),
            ("POST", ["payment_intents", id, "capture"]) => world.capture(id, form),
            ("POST", ["payment_intents", id, "cancel"]) => world.cancel(id, form),
            ("POST", ["refunds"]) => world.refund(form),
            ("GET", ["refunds"]) => Ok(world.refunds_of(form)),
            ("GET", ["disputes"]) => Ok(world.disputes_of(form)),
            ("GET", ["events"]) => {
                Ok(crate::objects::list("/v1/events", world.events.iter().rev().cloned().collect(), false))
            }
            ("GET", ["events", id]) => {
                let event = world.events.iter().find(|event| event["id"] == **id);
                event.cloned().ok_or_else(|| ApiError::missing("event", id))
            }
            (method, _) => {
                let message = format!("Unrecognized request URL ({method}: /v1/{}).", self.path);
                Err(ApiError::new(StatusCode::NOT_FOUND, "invalid_request_error", message))
            }
        }
    }
}

impl Simulator {
    /// Does what is asked, once for each key. Returns whether it was answered before.
    fn execute(&self, call: &Call) -> (Answer, bool) {
        let mut world = self.world();
        world.lapse();
        if !call.is_allowed(&world) {
            let message = "You did not provide an API key that may do this.";
            return (ApiError::new(StatusCode::UNAUTHORIZED, "invalid_request_error", message).answer(), false);
        }
        let request = format!("{} {} {:?}", call.method, call.path, call.form);
        if let Some(key) = &call.key {
            match world.answers.find(key, &request) {
                Ok(Some(answer)) => return (answer, true),
                Ok(None) => {}
                Err(error) => return (error.answer(), false),
            }
        }
        world.key.clone_from(&call.key);
        let answer = match call.dispatch(&mut world) {
            Ok(object) => (StatusCode::OK, object),
            Err(error) => error.answer(),
        };
        world.key = None;
        if let Some(key) = &call.key {
            world.answers.keep(key, request, answer.clone());
        }
        let unsent = std::mem::take(&mut world.unsent);
        drop(world);
        self.send_webhooks(unsent);
        (answer, false)
    }

    pub(crate) fn send_webhooks(&self, events: Vec<Value>) {
        let mode = self.injector().webhooks();
        self.shared.webhooks.take(events, mode);
    }
}
