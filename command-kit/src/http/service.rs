//! The endpoints of a service's commands: what their handlers share, and how many of them run.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware::from_fn_with_state;
use service_kit::auth::Verifier;

use super::admission::{Admission, admit};
use super::problem::method_not_allowed;

/// What the handlers of a service share: the service, and who checks bearer tokens.
pub struct ServiceState<S> {
    service: Arc<S>,
    verifier: Verifier,
}

impl<S> Clone for ServiceState<S> {
    fn clone(&self) -> Self {
        Self { service: Arc::clone(&self.service), verifier: self.verifier.clone() }
    }
}

impl<S> FromRef<ServiceState<S>> for Verifier {
    fn from_ref(state: &ServiceState<S>) -> Self {
        state.verifier.clone()
    }
}

impl<S> FromRef<ServiceState<S>> for Arc<S> {
    fn from_ref(state: &ServiceState<S>) -> Self {
        Arc::clone(&state.service)
    }
}

/// Limits of concurrent commands.
#[derive(Debug, Clone)]
pub struct CommandLimits {
    /// Most commands at work; one more is answered 503.
    pub requests_max: usize,
    /// Commands of one subject in a second; more are answered 429. `None` sets no limit.
    pub commands_per_s: Option<NonZeroU32>,
}

impl Default for CommandLimits {
    fn default() -> Self {
        Self { requests_max: 1_024, commands_per_s: None }
    }
}

/// The routes of a service's commands, which are admitted within the limits.
pub fn served<S: Send + Sync + 'static>(
    routes: Router<ServiceState<S>>,
    service: Arc<S>,
    verifier: Verifier,
    limits: &CommandLimits,
) -> Router {
    let admission = Admission::new(verifier.clone(), limits.requests_max, limits.commands_per_s);
    let routes = routes.route_layer(from_fn_with_state(admission, admit));
    routes.method_not_allowed_fallback(method_not_allowed).with_state(ServiceState { service, verifier })
}
