//! Payment: what customers are charged through a payment provider.
//!
//! [`payment`] has one file for each command: its body, the use case and the endpoint; and what runs the effects that were decided.
//! [`provider`] is the provider as payments need it, with Stripe as the first and bank transfer as the second, whose statements come in by
//! the endpoints in `bank`.
//!
//! Guarantees: what is told to the provider is stored before, under a key that the provider recognises repetitions by; where the
//! outcome is not known, the provider is asked before it is told again; a request that is repeated, by HTTP or in a message, has one
//! effect and one answer; a webhook is a hint, after which the payment is read. Does not: take card data. A customer gives it to the
//! provider and sends the provider's id of it here.

pub mod audit;
mod bank;
mod code;
mod context;
mod hint;
mod migrations;
mod openapi;
pub mod payment;
pub mod provider;
mod reconcile;
pub mod requests;
mod webhook;

use std::sync::Arc;

use axum::Router;
use command_kit::http::{CommandLimits, served};
use service_kit::auth::Verifier;
use service_kit::config::Secret;
use utoipa::openapi::OpenApi;

pub use context::{PaymentDeps, Payments};
pub use migrations::migrations;
pub use openapi::openapi;
pub use reconcile::job;

/// The service's dependencies.
pub struct Deps {
    pub payments: Arc<Payments>,
    /// Checks bearer tokens.
    pub verifier: Verifier,
    /// Signs Stripe's webhooks; without it none is taken.
    pub webhook_secret: Option<Secret>,
    pub limits: CommandLimits,
}

/// The routes of payments under `/v1/orders/{id}/payments`, of bank transfers and of `/v1/webhooks`, and their description.
pub fn router(deps: Deps) -> (Router, OpenApi) {
    let Deps { payments, verifier, webhook_secret, limits } = deps;
    let webhooks = webhook::routes(Arc::clone(&payments), webhook_secret);
    let (routes, _) = payment::routes().merge(bank::routes()).split_for_parts();
    (served(routes, payments, verifier, &limits).merge(webhooks), openapi())
}
