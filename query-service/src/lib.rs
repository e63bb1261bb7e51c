//! GraphQL over the read models.
//!
//! Guarantees: a reader sees their tenant's orders, a customer only their own, by every road; personal data is opened only
//! for those who may read it; cost is known before anything runs; the number of statements does not grow with a page; a
//! query that carries a consistency token sees that version or says that it could not wait; a subscription tells every
//! change of an order once and in order, from any cursor. Does not: write, and does not
//! read the event store.

mod access;
mod changes;
mod config;
mod consistency;
mod cost;
mod cursor;
mod document;
mod error;
mod http;
mod loaders;
mod schema;

use std::path::PathBuf;

use axum::Router;
use read_models::ReadDb;
use service_kit::auth::Verifier;
use service_kit::clock::SharedClock;
use service_kit::keyring::KeyRing;

pub use config::Limits;
pub use http::Connections;

/// What the service needs.
pub struct Deps {
    /// The read models.
    pub reads: ReadDb,
    /// Opens personal data.
    pub keys: KeyRing,
    /// Checks bearer tokens.
    pub verifier: Verifier,
    /// Tells the time.
    pub clock: SharedClock,
    /// Signs cursors; the same in every process, for as long as cursors are to be taken.
    pub cursor_key: [u8; 32],
    /// The bounds.
    pub limits: Limits,
    /// When subscriptions must end.
    pub connections: Connections,
    /// A folder with the built GraphiQL page.
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
