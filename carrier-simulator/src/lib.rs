//! Carriers to test against: a stateful HTTP server that speaks the protocol of `docs/carriers.md`.
//!
//! One server is as many carriers as there are names: `/{carrier}` is the base URL of each. It sells and voids labels with idempotency
//! keys, carries parcels by the clock it is given times a speed, and sends signed webhooks. What becomes of a parcel follows from its
//! service or from a line of its address, see [`OUTCOMES`]. Under `/_simulator` it is told to fail ([`Faults`]) and to move parcels, and shows
//! its ledger.
//!
//! Guarantees: the same requests in the same order with the same seed give the same answers; a key has one effect; a voided label is not
//! carried; what was sold and carried stands in the ledger. Does not: check addresses, or move anything while the speed is 0.

mod control;
mod errors;
mod faults;
mod http;
mod idempotency;
mod ledger;
mod outcomes;
mod print;
mod webhooks;
mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use service_kit::clock::SharedClock;
use service_kit::poll::pause;
use service_kit::standard_webhooks::WebhookKey;
use tokio_util::sync::CancellationToken;

pub use faults::{Fault, Faults, Operation, PlannedFault, Rates, WebhookMode};
pub use ledger::LedgerEntry;
pub use outcomes::OUTCOMES;

use faults::Injector;
use webhooks::Webhooks;
use world::World;

/// How often parcels are moved, in milliseconds.
const MOVE_EVERY_MS: u64 = 100;

/// How a simulator behaves.
#[derive(Clone, Default)]
pub struct Options {
    /// Of its tracking numbers and its faults.
    pub seed: u64,
    /// So many seconds of carrying in one of the clock's. At 0 parcels move only when they are told to.
    pub speed: u32,
    pub faults: Faults,
    /// Where webhooks go; `None` sends none.
    pub webhooks: Option<WebhookTarget>,
}

/// Who gets webhooks.
#[derive(Clone)]
pub struct WebhookTarget {
    /// The name of the carrier is appended, after a slash.
    pub url: String,
    /// Signs them.
    pub key: WebhookKey,
}

/// Carriers.
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
    /// Carriers without any parcel.
    pub fn new(clock: SharedClock, options: Options) -> Self {
        let Options { seed, speed, faults, webhooks } = options;
        Self {
            shared: Arc::new(Shared {
                world: Mutex::new(World::new(Arc::clone(&clock), seed, speed)),
                injector: Mutex::new(Injector::new(seed, faults)),
                webhooks: Webhooks::new(clock, webhooks),
            }),
        }
    }

    /// The carriers' APIs, and what they are told by under `/_simulator`.
    pub fn router(&self) -> Router {
        http::routes().merge(control::routes()).with_state(self.clone())
    }

    /// Moves parcels until it is told to stop.
    pub async fn run(&self, stop: CancellationToken) {
        while pause(Duration::from_millis(MOVE_EVERY_MS), &stop).await {
            self.move_due();
        }
    }

    /// What was sold, and what became of it, in the order in which it was sold.
    pub fn ledger(&self) -> Vec<LedgerEntry> {
        self.world().ledger()
    }

    /// Sets how it fails from now on.
    pub fn set_faults(&self, faults: Faults) {
        self.injector().set(faults);
    }

    /// Moves what is due, and sends webhooks of it.
    fn move_due(&self) {
        let moved = self.world().move_due();
        self.send_webhooks(moved);
    }

    fn send_webhooks(&self, moved: Vec<webhooks::Moved>) {
        let mode = self.injector().webhooks();
        self.shared.webhooks.take(moved, mode);
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.shared.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn injector(&self) -> MutexGuard<'_, Injector> {
        self.shared.injector.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
