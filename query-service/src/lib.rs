//! GraphQL over the read models.
//!
//! Guarantees: a reader sees the orders of their tenant, a customer only their own, over every transport; personal data
//! is opened only for those who may read it; the cost of a query is known before it runs; the number of statements does
//! not grow with a page; a query with a consistency token sees that version or fails with a timeout; a subscription
//! delivers every change of an order once and in order, from any cursor. Does not: write, or read the event store.

mod access;
mod changes;
mod config;
mod consistency;
mod cost;
mod cursor;
mod document;
mod error;
mod http;
mod output;
mod schema;

use std::path::PathBuf;

use axum::Router;
use read_models::ReadDb;
use service_kit::auth::Verifier;
use service_kit::clock::SharedClock;
use service_kit::keyring::KeyRing;

pub use config::Limits;
pub use http::Connections;

/// The service's dependencies.
pub struct Deps {
    pub reads: ReadDb,
    /// Opens personal data.
    pub keys: KeyRing,
    /// Checks bearer tokens.
    pub verifier: Verifier,
    pub clock: SharedClock,
    /// Signs cursors. It must be the same in every process, and must not change while cursors are in use.
    pub cursor_key: [u8; 32],
    pub limits: Limits,
    /// Ends subscriptions when the process stops.
    pub connections: Connections,
    /// The folder of the built GraphiQL page; `None` if there is none.
    pub graphiql_dir: Option<PathBuf>,
}

/// The routes: `/graphql`.
pub fn router(deps: Deps) -> Router {
    http::router(deps)
}

/// The schema in GraphQL's own language, as `schemas/graphql/schema.graphql` holds it.
pub fn sdl() -> String {
    schema::sdl()
}
