//! The state of a process's relays, as its readiness check reports it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::RelayError;

/// The state that the relays of a process share with its readiness check.
#[derive(Debug, Clone, Default)]
pub struct RelayStatus(Arc<Mutex<Reported>>);

#[derive(Debug, Default)]
struct Reported {
    /// The final error of each shard whose relay has stopped for good.
    stopped: BTreeMap<i16, String>,
    /// The note of [`RelayStatus::set_brokers`].
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
    /// Records that the relay of this name has stopped for good in a shard.
    pub fn stop(&self, relay: &str, shard: i16, error: &RelayError) {
        metrics::gauge!("relay_stopped", "relay" => relay.to_owned(), "shard" => shard.to_string()).set(1.0);
        self.lock().stopped.insert(shard, service_kit::errors::chain(error));
    }

    /// Succeeds while all relays are running.
    ///
    /// # Errors
    /// [`RelayStopped`] names the first relay that has stopped, and its error.
    pub fn check(&self) -> Result<(), RelayStopped> {
        let reported = self.lock();
        let first = reported.stopped.first_key_value();
        first.map_or(Ok(()), |(shard, reason)| Err(RelayStopped { shard: *shard, reason: reason.clone() }))
    }

    /// A note for operators about stopped relays and unsafe brokers. `None` where there is nothing to report.
    pub fn note(&self) -> Option<String> {
        let reported = self.lock();
        let stopped =
            reported.stopped.iter().map(|(shard, reason)| format!("the relay of shard {shard} has stopped: {reason}"));
        let notes: Vec<_> = stopped.chain(reported.brokers.clone()).collect();
        (!notes.is_empty()).then(|| notes.join("; "))
    }

    pub(crate) fn set_brokers(&self, note: Option<String>) {
        self.lock().brokers = note;
    }

    fn lock(&self) -> MutexGuard<'_, Reported> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
