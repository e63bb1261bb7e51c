//! The HTTP interface of the commands: parsing, rendering, and the limits of concurrent work.

mod admission;
mod answer;
mod body;
mod caller;
mod import_row;
mod imports;
mod json;
mod lifecycle;
mod lines;
mod ndjson;
mod openapi;
mod orders;
mod path;
mod privacy;
mod problem;
mod validate;

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware::from_fn_with_state;
use event_store::Store;
use service_kit::auth::Verifier;
use service_kit::clock::{SharedClock, SharedIds};
use service_kit::fairness::Shares;
use service_kit::keyring::KeyRing;
use tokio::sync::Semaphore;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::commands::Commands;

pub use openapi::{docs_router, openapi, openapi_json};

/// Largest body of one command, in bytes.
pub(crate) const BODY_BYTES_MAX: usize = 64 * 1024;

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

/// The state that handlers share.
#[derive(Clone)]
struct AppState {
    commands: Arc<Commands>,
    verifier: Verifier,
    limits: Arc<Limits>,
    import_streams: Arc<Semaphore>,
    import_shares: Shares,
}

impl FromRef<AppState> for Verifier {
    fn from_ref(state: &AppState) -> Self {
        state.verifier.clone()
    }
}

impl FromRef<AppState> for Arc<Commands> {
    fn from_ref(state: &AppState) -> Self {
        Arc::clone(&state.commands)
    }
}

/// The routes under `/v1`, and their description. Put `service_kit::telemetry::observe` around them as the outermost
/// layer.
pub fn router(deps: Deps) -> (Router, OpenApi) {
    let Deps { store, keys, verifier, clock, ids, fingerprint_key, limits } = deps;
    let admission = admission::Admission::new(verifier.clone(), &limits);
    let state = AppState {
        commands: Arc::new(Commands::new(store, keys, clock, ids, &fingerprint_key)),
        verifier,
        import_streams: Arc::new(Semaphore::new(limits.import_streams_max)),
        import_shares: Shares::of("imports", limits.import_streams_max),
        limits: Arc::new(limits),
    };
    let commands = command_routes().route_layer(from_fn_with_state(admission, admission::admit));
    let (router, _) = commands.merge(import_routes()).split_for_parts();
    (router.method_not_allowed_fallback(problem::method_not_allowed).with_state(state), openapi())
}

fn command_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(orders::create_order))
        .routes(routes!(orders::get_order, orders::discard_order))
        .routes(routes!(lines::add_line))
        .routes(routes!(lines::change_line_quantity, lines::remove_line))
        .routes(routes!(lifecycle::put_address, lifecycle::post_address))
        .routes(routes!(lifecycle::place_order))
        .routes(routes!(lifecycle::cancel_order))
        .routes(routes!(validate::validate_command))
        .routes(routes!(privacy::erase_subject))
}

fn import_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(imports::import_orders))
}
