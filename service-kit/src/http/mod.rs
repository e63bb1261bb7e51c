//! Serving HTTP: health for whoever watches the process, and a server that bounds its clients.

mod health;
mod serve;

pub use health::{Check, health_router};
pub use serve::{CONNECTIONS_MAX, FIRST_REQUEST_MS_MAX, ServeError, serve};
