//! A payment provider to test against: a stateful HTTP server in the wire shape of Stripe's API.
//!
//! It takes `PaymentIntents` (create, retrieve, list, confirm, capture, cancel), refunds, disputes and events, with idempotency keys,
//! errors and signed webhooks as Stripe documents them. Methods to pay with are Stripe's test methods by name, see [`METHODS`].
//! Under `/_simulator` it is told to fail ([`Faults`]), to complete or fail an authentication, and shows its ledger.
//!
//! Guarantees: the same requests in the same order with the same seed give the same answers; a key has one effect; what was charged
//! stands in the ledger. Does not: know cards by number, or take anything that is not in this list.

#![recursion_limit = "256"]

mod charges;
mod control;
mod errors;
mod faults;
mod form;
mod http;
mod idempotency;
mod intents;
mod ledger;
mod methods;
mod objects;
mod records;
mod webhooks;
mod world;

use std::sync::{Arc, Mutex};

use axum::Router;
use service_kit::clock::SharedClock;

pub use faults::{Fault, Faults, Operation, PlannedFault, Rates, WebhookMode};
pub use ledger::{Entry, EntryKind};
pub use methods::METHODS;

use faults::Injector;
use webhooks::Webhooks;
use world::World;

/// The header with the signature of a webhook.
pub const SIGNATURE_HEADER: &str = "stripe-signature";

/// How a simulator behaves.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Of its ids and its faults.
    pub seed: u64,
    pub faults: Faults,
    /// Where webhooks go; `None` sends none.
    pub webhooks: Option<WebhookTarget>,
}

/// Who gets webhooks.
#[derive(Debug, Clone)]
pub struct WebhookTarget {
    pub url: String,
    /// Signs them.
    pub secret: service_kit::config::Secret,
}

/// A payment provider.
#[derive(Clone)]
pub struct Simulator {
    shared: Arc<Shared>,
}

struct Shared {
    world: Mutex<World>,
    injector: Mutex<Injector>,
    webhooks: Webhooks,
}

impl Simulator {
    /// A simulator without any payment.
    pub fn new(clock: SharedClock, options: Options) -> Self {
        let Options { seed, faults, webhooks } = options;
        Self {
            shared: Arc::new(Shared {
                world: Mutex::new(World::new(Arc::clone(&clock), seed)),
                injector: Mutex::new(Injector::new(seed, faults)),
                webhooks: Webhooks::new(clock, webhooks),
            }),
        }
    }

    /// Its API under `/v1`, and what it is told by under `/_simulator`.
    pub fn router(&self) -> Router {
        http::routes().merge(control::routes()).with_state(self.clone())
    }

    /// What was charged and given back, in order.
    pub fn ledger(&self) -> Vec<Entry> {
        self.world().ledger.clone()
    }

    /// Sets how it fails from now on.
    pub fn set_faults(&self, faults: Faults) {
        self.injector().set(faults);
    }

    fn world(&self) -> std::sync::MutexGuard<'_, World> {
        self.shared.world.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn injector(&self) -> std::sync::MutexGuard<'_, Injector> {
        self.shared.injector.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
