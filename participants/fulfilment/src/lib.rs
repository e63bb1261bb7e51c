//! Fulfilment: what locations have to send of orders, and how far they have come.
//!
//! One file for each thing that a location's staff report, with its endpoint; [`requests`] has what other participants ask for in
//! messages. Each is decided on one stream.
//!
//! Guarantees: a request that is repeated, by HTTP or in a message, has one effect and one answer; nothing is reported as shipped
//! before it was released. Does not: choose locations, or move stock. Whoever asks does.

mod accept;
mod code;
mod deliver;
mod fulfilments;
mod lose;
mod openapi;
mod pack;
mod path;
mod receipt;
mod reject;
pub mod requests;
mod ship;
mod view;

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware::from_fn_with_state;
use command_kit::http::form::Text;
use command_kit::http::{Admission, admit, method_not_allowed};
use service_kit::auth::Verifier;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

pub use fulfilments::{AskError, AskedBy, Fulfilments};
pub use openapi::openapi;
pub use receipt::{FulfilmentReceipt, FulfilmentStatus};
pub use view::{FulfilmentLineView, FulfilmentView};

/// The service's dependencies.
pub struct Deps {
    pub fulfilments: Arc<Fulfilments>,
    /// Checks bearer tokens.
    pub verifier: Verifier,
    pub limits: Limits,
}

/// Limits of concurrent work.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Most commands at work; one more is answered 503.
    pub requests_max: usize,
    /// Commands of one subject in a second; more are answered 429. `None` sets no limit.
    pub commands_per_s: Option<NonZeroU32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { requests_max: 1_024, commands_per_s: None }
    }
}

/// What handlers share.
#[derive(Clone)]
struct AppState {
    fulfilments: Arc<Fulfilments>,
    verifier: Verifier,
}

impl FromRef<AppState> for Verifier {
    fn from_ref(state: &AppState) -> Self {
        state.verifier.clone()
    }
}

impl FromRef<AppState> for Arc<Fulfilments> {
    fn from_ref(state: &AppState) -> Self {
        Arc::clone(&state.fulfilments)
    }
}

/// The routes under `/v1/fulfilments`, and their description.
pub fn router(deps: Deps) -> (Router, OpenApi) {
    let Deps { fulfilments, verifier, limits } = deps;
    let admission = Admission::new(verifier.clone(), limits.requests_max, limits.commands_per_s);
    let state = AppState { fulfilments, verifier };
    let (served, _) = routes().route_layer(from_fn_with_state(admission, admit)).split_for_parts();
    (served.method_not_allowed_fallback(method_not_allowed).with_state(state), openapi())
}

fn routes() -> OpenApiRouter<AppState> {
    let reports = [accept::routes, reject::routes, pack::routes, ship::routes, deliver::routes, lose::routes];
    reports.iter().fold(view::routes(), |routes, report| routes.merge(report()))
}

/// The forms of all texts of requests.
fn texts() -> impl Iterator<Item = &'static Text> {
    reject::TEXTS.iter().chain(ship::TEXTS)
}
