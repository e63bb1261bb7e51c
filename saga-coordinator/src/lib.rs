//! Drives placed orders to their end: it learns what inventory, payment and fulfilment answer, and asks for what follows.
//!
//! Guarantees: what is learned, what it means for the order and what is asked next are one append; an answer that comes twice changes
//! nothing; any number of coordinators may run, since a race is a version conflict and is decided anew; a coordinator that ends at any
//! moment leaves nothing half done, because its place in the topics is stored after the append. What is overdue is found by timers.
//! Does not: decide anything. `domain::order_saga` does.

mod code;
mod coordinator;
mod learned;
mod openapi;
mod operate;
mod sources;

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use command_kit::http::{Admission, admit, method_not_allowed};
use service_kit::auth::Verifier;
use utoipa::openapi::OpenApi;

pub use coordinator::{CoordinateError, Coordinator, waker};
pub use openapi::openapi;
pub use operate::{Operations, SagaReceipt, SagaView};
pub use sources::{GROUP, TOPICS, sources};

/// The service's dependencies.
pub struct Deps {
    pub operations: Arc<Operations>,
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
        Self { requests_max: 256, commands_per_s: None }
    }
}

/// The routes under `/v1/sagas`, and their description.
pub fn router(deps: Deps) -> (Router, OpenApi) {
    let Deps { operations, verifier, limits } = deps;
    let admission = Admission::new(verifier.clone(), limits.requests_max, limits.commands_per_s);
    let state = operate::AppState { operations, verifier };
    let (served, _) = operate::routes().route_layer(from_fn_with_state(admission, admit)).split_for_parts();
    (served.method_not_allowed_fallback(method_not_allowed).with_state(state), openapi())
}
