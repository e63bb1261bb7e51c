//! What the commands of payments share.

use std::sync::Arc;

use command_kit::UnitRunner;
use command_kit::http::ServiceState;
use domain::Timestamp;
use event_store::Store;
use service_kit::clock::{SharedClock, SharedIds};

use crate::code;
use crate::provider::SharedProvider;

/// Runs the commands of payments, and tells the provider what they decided.
pub struct Payments {
    pub(crate) runner: UnitRunner,
    pub(crate) provider: SharedProvider,
    clock: SharedClock,
    pub(crate) ids: SharedIds,
}

impl Payments {
    /// Payments over a store. `fingerprint_key` hashes requests for idempotency; it must stay the same for as long as keys are to
    /// be recognised, and be the same in every process.
    pub fn new(
        store: Store,
        provider: SharedProvider,
        clock: SharedClock,
        ids: SharedIds,
        fingerprint_key: &[u8; 32],
    ) -> Self {
        let runner = UnitRunner::new(store, Arc::clone(&ids), fingerprint_key, code::PAYMENT);
        Self { runner, provider, clock, ids }
    }

    /// Payments for messages and timers, which have no idempotency keys.
    pub fn for_messages(store: Store, provider: SharedProvider, clock: SharedClock, ids: SharedIds) -> Self {
        Self::new(store, provider, clock, ids, &[0; 32])
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// What handlers share.
pub(crate) type AppState = ServiceState<Payments>;
