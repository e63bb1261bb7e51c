//! Inventory: the stock of SKUs at locations, and what orders have reserved of it.
//!
//! [`stock`] and [`reservation`] have one file for each command: its body, the use case and the endpoint. A reservation and the stock
//! that it changes are decided in one unit of work, so both change or neither.
//!
//! Guarantees: nothing is reserved beyond what is available, unless the item allows backorder, however many processes take requests; a
//! request that is repeated, by HTTP or in a message, has one effect and one answer; a reservation that nobody renews gives its stock
//! back. Does not: choose locations. Whoever asks has routed the order before.

pub mod audit;
mod code;
mod context;
mod openapi;
pub mod requests;
pub mod reservation;
pub mod stock;

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use command_kit::http::{Admission, admit, method_not_allowed};
use service_kit::auth::Verifier;
use utoipa::openapi::OpenApi;

use context::AppState;
pub use context::Inventory;
pub use openapi::openapi;

/// The service's dependencies.
pub struct Deps {
    pub inventory: Arc<Inventory>,
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

/// The routes under `/v1/stock` and `/v1/reservations`, and their description.
pub fn router(deps: Deps) -> (Router, OpenApi) {
    let Deps { inventory, verifier, limits } = deps;
    let admission = Admission::new(verifier.clone(), limits.requests_max, limits.commands_per_s);
    let state = AppState { inventory, verifier };
    let routes = stock::routes().merge(reservation::routes()).route_layer(from_fn_with_state(admission, admit));
    let (served, _) = routes.split_for_parts();
    (served.method_not_allowed_fallback(method_not_allowed).with_state(state), openapi())
}
