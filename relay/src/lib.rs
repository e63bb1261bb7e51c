//! Publishes the log to Kafka, exactly once.
//!
//! Guarantees: every event of a shard is published in position order, once under `read_committed`, and so is what an event asks
//! another participant for: in the same transaction. The relay's
//! checkpoint is written in the transaction that publishes, so the two cannot differ, and every start verifies that
//! they do not, also where a broker has lost a transaction's marker. A successor fences its predecessor before it reads
//! the checkpoint. A foreign or huge row is published as a foreign event and never stops the relay; an event of the
//! engine's own that cannot be read stops it, and an event of a newer release is left to a relay of that release. A
//! final error stops only its own shard's relay.
//! Does not: assign positions (the sequencer does) or decide which process runs: a lease decides, and fencing enforces
//! it.

pub mod audit;
mod error;
mod kinds;
mod options;
mod outgoing;
mod pages;
mod routes;
mod session;
mod start;
mod status;

use std::time::Duration;

use event_store::Store;
use service_kit::backoff::Backoff;
use service_kit::clock::SharedClock;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use error::RelayError;
pub use kinds::{Kinds, RelayedKind, declared_events};
pub use options::{BATCH_EVENTS_MAX, RelayOptions};
pub use outgoing::{UnreadableEvent, outgoing, published, published_as_foreign};
pub use routes::{Route, Routes};
pub use session::lease_name;
pub use start::{PartitionName, StartError, Undecidable};
pub use status::{RelayStatus, RelayStopped};

/// The services that a relay uses.
#[derive(Clone)]
pub struct Deps {
    pub store: Store,
    /// Kafka's bootstrap servers.
    pub brokers: String,
    /// What is published, and where.
    pub kinds: Kinds,
    /// Used to measure lag.
    pub clock: SharedClock,
    /// Identifies this process as a holder of leases.
    pub holder: Uuid,
    /// Where the relays of this process report their state.
    pub status: RelayStatus,
}

/// Relays one shard until cancelled. `head` holds the last assigned position.
///
/// # Errors
/// [`RelayError`] when going on would lose or duplicate events: the checkpoint belongs to another log, records
/// contradict it, an event cannot be read, or Kafka refuses a record for good. Other errors are retried.
pub async fn run(
    deps: Deps,
    options: RelayOptions,
    shard: i16,
    mut head: watch::Receiver<i64>,
    stop: CancellationToken,
) -> Result<(), RelayError> {
    let relay = options.transactional_id_prefix.clone();
    metrics::gauge!("relay_stopped", "relay" => relay.clone(), "shard" => shard.to_string()).set(0.0);
    let backoff = || Backoff::between_ms(options.retry_backoff_ms_min, options.retry_backoff_ms_max);
    let mut pauses = backoff();
    while !stop.is_cancelled() {
        let error = match session::session(&deps, &options, shard, &mut head, &stop).await {
            Ok(session::End::Stopped) => return Ok(()),
            Ok(end @ (session::End::StandBy | session::End::NewerRelease)) => {
                pauses = backoff();
                let is_older = matches!(end, session::End::NewerRelease);
                let pause_ms = if is_older { options.newer_release_standby_ms } else { options.standby_ms };
                service_kit::poll::pause(Duration::from_millis(pause_ms), &stop).await;
                continue;
            }
            Err(error) if error.is_final() => {
                deps.status.stop(&relay, shard, &error);
                return Err(error);
            }
            Err(error) => error,
        };
        tracing::warn!(shard, error = service_kit::errors::chain(&error), "the relay starts over");
        metrics::counter!("relay_restarts_total", "relay" => relay.clone()).increment(1);
        service_kit::poll::pause(pauses.next_pause(), &stop).await;
    }
    Ok(())
}
