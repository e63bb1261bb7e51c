//! What this process knows of the tenants' counters.

use std::collections::HashMap;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, PoisonError};

use domain::TenantId;
use tokio::sync::Mutex;

/// Most tenants whose blocks are kept; one more makes the process forget all, which leaves gaps.
const TENANTS_MAX: usize = 10_000;

/// The counters of all tenants that this process has met.
#[derive(Default)]
pub(super) struct Counters {
    tenants: std::sync::Mutex<HashMap<TenantId, Arc<Counter>>>,
}

/// What this process knows of a tenant's counter.
#[derive(Default)]
pub(super) struct Counter {
    pub(super) block: Mutex<Block>,
    /// The highest number that the counter is to pass.
    pub(super) wanted: AtomicI64,
    /// The next number that the database is known to have reached.
    pub(super) reached: AtomicI64,
}

/// Numbers fetched and not yet given.
#[derive(Default)]
pub(super) struct Block {
    pub(super) next: i64,
    pub(super) end: i64,
}

impl Counters {
    pub(super) fn counter(&self, tenant: &TenantId) -> Arc<Counter> {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        if tenants.len() >= TENANTS_MAX && !tenants.contains_key(tenant) {
            tenants.clear();
        }
        Arc::clone(tenants.entry(tenant.clone()).or_default())
    }
}
