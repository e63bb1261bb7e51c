//! Drives placed orders to their end: it learns what inventory, payment and fulfilment answer, and asks for what follows.
//!
//! Guarantees: what is learned, what it means for the order and what is asked next are one append; an answer that comes twice changes
//! nothing; any number of coordinators may run, since a race is a version conflict and is decided anew; a coordinator that ends at any
//! moment leaves nothing half done, because its place in the topics is stored after the append. What is overdue is found by timers.
//! Does not: decide anything. `domain::order_saga` does.

pub mod audit;
mod code;
mod coordinator;
mod learned;
mod openapi;
mod operate;
mod routing;
mod sources;

use std::sync::Arc;

use axum::Router;
use command_kit::http::{CommandLimits, served};
use service_kit::auth::Verifier;
use utoipa::openapi::OpenApi;

pub use coordinator::{CoordinateError, Coordinator, waker};
pub use openapi::openapi;
pub use operate::{Operations, SagaReceipt, SagaView};
pub use routing::{RoutingError, Surveyor, location_source, migrations};
pub use sources::{GROUP, TOPICS, sources};

/// The service's dependencies.
pub struct Deps {
    pub operations: Arc<Operations>,
    /// Checks bearer tokens.
    pub verifier: Verifier,
    pub limits: CommandLimits,
}

/// The routes under `/v1/sagas`, and their description.
pub fn router(deps: Deps) -> (Router, OpenApi) {
    let Deps { operations, verifier, limits } = deps;
    let (routes, _) = operate::routes().split_for_parts();
    (served(routes, operations, verifier, &limits), openapi())
}
