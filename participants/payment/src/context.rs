//! What the commands of payments share.

use std::sync::Arc;

use command_kit::UnitRunner;
use command_kit::http::ServiceState;
use domain::Timestamp;
use event_store::Store;
use service_kit::clock::{SharedClock, SharedIds};
use service_kit::config::BankAccounts;

use crate::code;
use crate::provider::bank::BankTransfer;
use crate::provider::{Providers, SharedProvider};

/// What payments need beside their log.
pub struct PaymentDeps {
    /// Where payments of tenants without an account are made.
    pub provider: SharedProvider,
    /// Whose customers pay by bank transfer.
    pub accounts: BankAccounts,
    pub clock: SharedClock,
    pub ids: SharedIds,
}

/// Runs the commands of payments, and tells the provider what they decided.
pub struct Payments {
    pub(crate) runner: UnitRunner,
    /// Bank transfer among them.
    pub(crate) provider: SharedProvider,
    pub(crate) bank: Arc<BankTransfer>,
    clock: SharedClock,
    pub(crate) ids: SharedIds,
}

impl Payments {
    /// Payments over a store, whose database has their tables too. `fingerprint_key` hashes requests for idempotency; it must stay the
    /// same for as long as keys are to be recognised, and be the same in every process.
    pub fn new(store: Store, deps: PaymentDeps, fingerprint_key: &[u8; 32]) -> Self {
        let PaymentDeps { provider, accounts, clock, ids } = deps;
        let pool = store.pool().clone();
        let bank = Arc::new(BankTransfer::new(pool, accounts, Arc::clone(&clock), Arc::clone(&ids)));
        let provider = Arc::new(Providers::new(Arc::clone(&bank), provider));
        let runner = UnitRunner::new(store, Arc::clone(&ids), fingerprint_key, code::PAYMENT);
        Self { runner, provider, bank, clock, ids }
    }

    /// Payments for messages and timers, which have no idempotency keys.
    pub fn for_messages(store: Store, deps: PaymentDeps) -> Self {
        Self::new(store, deps, &[0; 32])
    }

    /// All providers as one.
    pub fn provider(&self) -> &SharedProvider {
        &self.provider
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// What handlers share.
pub(crate) type AppState = ServiceState<Payments>;
