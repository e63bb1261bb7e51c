//! Inventory: the stock of SKUs at locations, and what orders have reserved of it.
//!
//! [`stock`] and [`reservation`] have one file for each command: its body, the use case and the endpoint. A reservation and the stock
//! that it changes are decided in one unit of work, so both change or neither.
//!
//! Guarantees: nothing is reserved beyond what is available, unless the item allows backorder, however many processes take requests; a
//! request that is repeated, by HTTP or in a message, has one effect and one answer; a reservation that nobody renews gives its stock
//! back; goods that come in are set aside for whoever was promised them first. Does not: choose locations. Whoever asks has routed the order
//! before.

pub mod audit;
pub mod backorders;
mod code;
mod context;
mod openapi;
mod reconcile;
pub mod requests;
pub mod reservation;
pub mod stock;

use std::sync::Arc;

use axum::Router;
use command_kit::http::{CommandLimits, served};
use service_kit::auth::Verifier;
use utoipa::openapi::OpenApi;

pub use context::Inventory;
pub use openapi::openapi;
pub use reconcile::job;

/// The service's dependencies.
pub struct Deps {
    pub inventory: Arc<Inventory>,
    /// Checks bearer tokens.
    pub verifier: Verifier,
    pub limits: CommandLimits,
}

/// The routes under `/v1/stock` and `/v1/reservations`, and their description.
pub fn router(deps: Deps) -> (Router, OpenApi) {
    let Deps { inventory, verifier, limits } = deps;
    let (routes, _) = stock::routes().merge(reservation::routes()).split_for_parts();
    (served(routes, inventory, verifier, &limits), openapi())
}
