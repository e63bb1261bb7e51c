//! What the commands of inventory share.

use std::sync::Arc;

use command_kit::UnitRunner;
use command_kit::http::ServiceState;
use domain::Timestamp;
use event_store::Store;
use service_kit::clock::{SharedClock, SharedIds};

use crate::code;

/// Runs the commands of stock and reservations.
pub struct Inventory {
    pub(crate) stock: UnitRunner,
    pub(crate) reservations: UnitRunner,
    clock: SharedClock,
    pub(crate) ids: SharedIds,
}

impl Inventory {
    /// Inventory over a store. `fingerprint_key` hashes requests for idempotency; it must stay the same for as long as keys are to
    /// be recognised, and be the same in every process.
    pub fn new(store: Store, clock: SharedClock, ids: SharedIds, fingerprint_key: &[u8; 32]) -> Self {
        Self {
            stock: UnitRunner::new(store.clone(), Arc::clone(&ids), fingerprint_key, code::STOCK),
            reservations: UnitRunner::new(store, Arc::clone(&ids), fingerprint_key, code::RESERVATION),
            clock,
            ids,
        }
    }

    /// Inventory for messages and timers, which have no idempotency keys.
    pub fn for_messages(store: Store, clock: SharedClock, ids: SharedIds) -> Self {
        Self::new(store, clock, ids, &[0; 32])
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// What handlers share.
pub(crate) type AppState = ServiceState<Inventory>;
