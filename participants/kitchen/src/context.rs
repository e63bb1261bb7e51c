//! What the commands, messages and timers of kitchens share.

use std::sync::Arc;

use command_kit::UnitRunner;
use command_kit::http::ServiceState;
use domain::Timestamp;
use domain::kitchen::StaffSpeed;
use event_store::Store;
use service_kit::clock::{SharedClock, SharedIds};

use crate::code;

/// Runs the commands of kitchens and their tickets.
pub struct Kitchens {
    pub(crate) runner: UnitRunner,
    clock: SharedClock,
    pub(crate) speed: StaffSpeed,
}

impl Kitchens {
    /// Kitchens over a store. `fingerprint_key` hashes requests for idempotency; it must stay the same for as long as keys are to be
    /// recognised, and be the same in every process.
    pub fn new(store: Store, clock: SharedClock, ids: SharedIds, fingerprint_key: &[u8; 32]) -> Self {
        Self {
            runner: UnitRunner::new(store, Arc::clone(&ids), fingerprint_key, code::WORDS),
            clock,
            speed: StaffSpeed::OF_PEOPLE,
        }
    }

    /// Kitchens for messages and timers, which have no idempotency keys, and how fast their staff is where it is simulated.
    pub fn for_messages(store: Store, clock: SharedClock, ids: SharedIds, speed: StaffSpeed) -> Self {
        Self { speed, ..Self::new(store, clock, ids, &[0; 32]) }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// What handlers share.
pub(crate) type AppState = ServiceState<Kitchens>;
