//! What the relays of a process tell whoever watches it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::session::RelayError;

/// What is shared by the relays of a process and its readiness check.
#[derive(Debug, Clone, Default)]
pub struct RelayStatus(Arc<Mutex<Told>>);

#[derive(Debug, Default)]
struct Told {
    /// Why a shard's relay has stopped for good.
    stopped: BTreeMap<i16, String>,
    /// What is wrong with the brokers.
    brokers: Option<String>,
}

/// A relay has stopped for good.
#[derive(Debug, thiserror::Error)]
#[error("the relay of shard {shard} has stopped: {reason}")]
pub struct RelayStopped {
    shard: i16,
    reason: String,
}

impl RelayStatus {
    /// Notes that a shard's relay has stopped for good.
    pub fn stop(&self, shard: i16, error: &RelayError) {
        metrics::gauge!("relay_stopped", "shard" => shard.to_string()).set(1.0);
        self.lock().stopped.insert(shard, service_kit::errors::chain(error));
    }

    /// Whether all relays go on.
    ///
    /// # Errors
    /// [`RelayStopped`] names the first that does not, and why.
    pub fn check(&self) -> Result<(), RelayStopped> {
        let told = self.lock();
        let first = told.stopped.first_key_value();
        first.map_or(Ok(()), |(shard, reason)| Err(RelayStopped { shard: *shard, reason: reason.clone() }))
    }

    /// What an operator should know, whether or not the relays go on.
    pub fn note(&self) -> Option<String> {
        let told = self.lock();
        let stopped =
            told.stopped.iter().map(|(shard, reason)| format!("the relay of shard {shard} has stopped: {reason}"));
        let notes: Vec<_> = stopped.chain(told.brokers.clone()).collect();
        (!notes.is_empty()).then(|| notes.join("; "))
    }

    pub(crate) fn set_brokers(&self, note: Option<String>) {
        self.lock().brokers = note;
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
