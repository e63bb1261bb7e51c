//! The commands of orders, and their HTTP interface.
//!
//! [`order`] has one file for each command: its body, the use case and the endpoint. What is not the order's own is
//! `command-kit`'s.
//!
//! Guarantees: every refusal is a problem document with a stable code, never a 500 for a business reason; a repeated
//! Idempotency-Key has one effect and one answer; streams, bodies and waits are bounded.
//! Does not: read Kafka or read models. Lists of orders are the query service's.

mod openapi;
pub mod order;

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use command_kit::http::{Admission, admit, method_not_allowed};
use event_store::Store;
use service_kit::auth::Verifier;
use service_kit::clock::{SharedClock, SharedIds};
use service_kit::fairness::Shares;
use service_kit::keyring::KeyRing;
use tokio::sync::Semaphore;
use utoipa::openapi::OpenApi;

use order::{AppState, Orders, Policies};

pub use openapi::{docs_router, openapi, openapi_json};
pub use order::imported_order_id;

/// The service's dependencies.
pub struct Deps {
    pub store: Store,
    /// Seals and opens personal data.
    pub keys: KeyRing,
    /// Checks bearer tokens.
    pub verifier: Verifier,
    pub clock: SharedClock,
    pub ids: SharedIds,
    /// Hashes requests for idempotency. It must be the same in every process, and must not change while keys are
    /// stored.
    pub fingerprint_key: [u8; 32],
    pub limits: Limits,
    /// How the orders of each tenant are driven to their end.
    pub policies: Policies,
}

/// Limits of concurrent work.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Most commands at work; one more is answered 503. Of these, a subject may have half arriving or at work, and a
    /// tenant three quarters; one more is answered 429.
    pub requests_max: usize,
    /// Commands of one subject in a second; more are answered 429. `None` sets no limit.
    pub commands_per_s: Option<NonZeroU32>,
    /// Most imports at work; one more is answered 503. A subject may have half of them, a tenant three quarters.
    pub import_streams_max: usize,
    /// Most rows of one import at work; it reads on only after one is done.
    pub import_rows_max: usize,
    /// Most bytes of rows of one import at work.
    pub import_bytes_max: usize,
    /// For how long a row of an import is retried while the store does not answer, in milliseconds.
    pub import_retry_ms_max: u64,
    /// How long an import waits for the client's next bytes, in milliseconds.
    pub import_idle_ms_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests_max: 1_024,
            commands_per_s: None,
            import_streams_max: 4,
            import_rows_max: 256,
            import_bytes_max: 16 << 20,
            import_retry_ms_max: 60_000,
            import_idle_ms_max: 60_000,
        }
    }
}

/// The routes under `/v1`, and their description. Put `service_kit::telemetry::observe` around them as the outermost
/// layer.
pub fn router(deps: Deps) -> (Router, OpenApi) {
    let Deps { store, keys, verifier, clock, ids, fingerprint_key, limits, policies } = deps;
    let admission = Admission::new(verifier.clone(), limits.requests_max, limits.commands_per_s);
    let state = AppState {
        orders: Arc::new(Orders::new(store, keys, clock, ids, &fingerprint_key, policies)),
        verifier,
        import_streams: Arc::new(Semaphore::new(limits.import_streams_max)),
        import_shares: Shares::of("imports", limits.import_streams_max),
        limits: Arc::new(limits),
    };
    let commands = order::command_routes().route_layer(from_fn_with_state(admission, admit));
    let (router, _) = commands.merge(order::import_routes()).split_for_parts();
    (router.method_not_allowed_fallback(method_not_allowed).with_state(state), openapi())
}
