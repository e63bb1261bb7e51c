//! The endpoints: where webhooks go, what was told, what a customer does not want to be told.

mod body;
mod manage_endpoints;
mod notifications;
mod openapi;
mod path;
mod preferences;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use command_kit::http::form::Text;
use command_kit::http::{CommandLimits, served};
use serde::Serialize;
use service_kit::auth::Verifier;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

pub use openapi::openapi;

use crate::context::{AppState, Notifications};
use crate::unsubscribe;

/// The service's dependencies.
pub struct Deps {
    pub notifications: Arc<Notifications>,
    /// Checks bearer tokens.
    pub verifier: Verifier,
    pub limits: CommandLimits,
}

/// The routes of notifications, and their description.
pub fn router(deps: Deps) -> (Router, OpenApi) {
    let Deps { notifications, verifier, limits } = deps;
    let links = unsubscribe::routes(Arc::clone(&notifications));
    let (routes, _) = routes().split_for_parts();
    (served(routes, notifications, verifier, &limits).merge(links), openapi())
}

fn routes() -> OpenApiRouter<AppState> {
    manage_endpoints::routes().merge(notifications::routes()).merge(preferences::routes())
}

/// The forms of all texts of requests.
fn texts() -> impl Iterator<Item = &'static Text> {
    body::TEXTS.iter()
}

/// A body as JSON.
fn json(status: StatusCode, body: &impl Serialize) -> Response {
    (status, axum::Json(body)).into_response()
}
