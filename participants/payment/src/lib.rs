//! Payment: what customers are charged through a payment provider.
//!
//! [`payment`] has one file for each command: its body, the use case and the endpoint; and what runs the effects that were decided.
//! [`provider`] is the provider as payments need it, with Stripe as the first.
//!
//! Guarantees: what is told to the provider is stored before, under a key that the provider recognises repetitions by; where the
//! outcome is not known, the provider is asked before it is told again; a request that is repeated, by HTTP or in a message, has one
//! effect and one answer; a webhook is a hint, after which the payment is read. Does not: take card data. A customer gives it to the
//! provider and sends the provider's id of it here.

pub mod audit;
mod code;
mod context;
mod openapi;
pub mod payment;
pub mod provider;
mod reconcile;
pub mod requests;
mod webhook;

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use command_kit::http::{Admission, admit, method_not_allowed};
use service_kit::auth::Verifier;
use service_kit::config::Secret;
use utoipa::openapi::OpenApi;

use context::AppState;
pub use context::Payments;
pub use openapi::openapi;
pub use reconcile::job;

/// The service's dependencies.
pub struct Deps {
    pub payments: Arc<Payments>,
    /// Checks bearer tokens.
    pub verifier: Verifier,
    /// Signs Stripe's webhooks; without it none is taken.
    pub webhook_secret: Option<Secret>,
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

/// The routes of payments under `/v1/orders/{id}/payments` and `/v1/webhooks`, and their description.
pub fn router(deps: Deps) -> (Router, OpenApi) {
    let Deps { payments, verifier, webhook_secret, limits } = deps;
    let admission = Admission::new(verifier.clone(), limits.requests_max, limits.commands_per_s);
    let webhooks = webhook::routes(Arc::clone(&payments), webhook_secret);
    let state = AppState { payments, verifier };
    let (served, _) = payment::routes().route_layer(from_fn_with_state(admission, admit)).split_for_parts();
    (served.method_not_allowed_fallback(method_not_allowed).with_state(state).merge(webhooks), openapi())
}
