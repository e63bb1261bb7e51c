//! Serving HTTP: health endpoints, and a server with limits for its clients.

mod cors;
mod defaults;
mod framing;
mod health;
#[expect(clippy::disallowed_methods, reason = "a goodbye that lasts a bounded time is part of closing a socket")]
mod linger;
mod media;
mod peers;
mod serve;
mod unread;

use axum::Router;
use axum::middleware::from_fn;
use tower::ServiceBuilder;

pub use cors::cors;
pub use health::{Check, health_router};
pub use media::{is_json, is_media_type};
pub use serve::{CONNECTIONS_MAX, FIRST_REQUEST_MS_MAX, ServeError, ServeOptions, serve};

/// Wraps a server's routes in the layers that all of them need: ambiguous requests are refused, unread bodies are
/// drained or given up, refusals are problem documents, and responses have the headers that browsers need.
///
/// No route may be added afterwards, since it would lack these layers.
pub fn guarded(router: Router) -> Router {
    // In one: the router boxes and copies a route once for each layer that it is given.
    router.layer(
        ServiceBuilder::new()
            .layer(from_fn(defaults::complete_answers))
            .layer(from_fn(unread::finish_bodies))
            .layer(from_fn(framing::require_clear_framing)),
    )
}
