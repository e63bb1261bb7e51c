//! From the log to Kafka, exactly once.
//!
//! Guarantees: every event of a shard is published in position order, once under `read_committed`. The relay's place is
//! written in the transaction that publishes, so the two cannot differ, and a start proves that they do not, also where a broker
//! has lost a transaction's marker. A successor fences its predecessor before it reads the place. A foreign row or a huge one
//! is published as what it is and never stops the relay; an event of the engine's own that cannot be read stops it, and one of a
//! newer release is left to a relay of that release. What stops one shard's relay for good stops no other.
//! Does not: give positions (the sequencer does) or decide who runs: a lease says who, and fencing makes it true.

mod options;
mod outgoing;
mod pages;
mod session;
mod start;
mod status;

use std::time::Duration;

use event_store::Store;
use messaging::Encoder;
use service_kit::clock::SharedClock;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use options::RelayOptions;
pub use outgoing::{UnreadableEvent, declared_events, outgoing, published, published_as_foreign};
pub use session::RelayError;
pub use start::{PartitionName, StartError, Undecidable};
pub use status::{RelayStatus, RelayStopped};

/// What a relay works with.
#[derive(Clone)]
pub struct Deps {
    /// The log.
    pub store: Store,
    /// Kafka's bootstrap servers.
    pub brokers: String,
    /// Encodes for the topic of [`RelayOptions`].
    pub encoder: Encoder,
    /// The clock, for lag.
    pub clock: SharedClock,
    /// Who this process is, for the lease.
    pub holder: Uuid,
    /// What the relays of this process tell whoever watches it.
    pub status: RelayStatus,
}

/// Relays one shard until cancelled. `head` tells the last position given.
///
/// # Errors
/// [`RelayError`] when going on would lose or double events: the checkpoint belongs to another log, records contradict it, an
/// event cannot be read, or Kafka refuses a record for good. What passes by itself is waited out.
pub async fn run(
    mut deps: Deps,
    options: RelayOptions,
    shard: i16,
    mut head: watch::Receiver<i64>,
    stop: CancellationToken,
) -> Result<(), RelayError> {
    deps.encoder = deps.encoder.of_log(deps.store.identity().incarnation);
    metrics::gauge!("relay_stopped", "shard" => shard.to_string()).set(0.0);
    let mut backoff_ms = options.retry_backoff_ms_min;
    while !stop.is_cancelled() {
        let error = match session::session(&deps, &options, shard, &mut head, &stop).await {
            Ok(session::End::Stopped) => return Ok(()),
            Ok(end @ (session::End::StandBy | session::End::NewerRelease)) => {
                backoff_ms = options.retry_backoff_ms_min;
                let is_older = matches!(end, session::End::NewerRelease);
                let pause_ms = if is_older { options.newer_release_standby_ms } else { options.standby_ms };
                service_kit::poll::pause(Duration::from_millis(pause_ms), &stop).await;
                continue;
            }
            Err(error) if error.is_final() => {
                deps.status.stop(shard, &error);
                return Err(error);
            }
            Err(error) => error,
        };
        tracing::warn!(shard, error = service_kit::errors::chain(&error), "the relay starts over");
        metrics::counter!("relay_restarts_total").increment(1);
        service_kit::poll::pause(Duration::from_millis(backoff_ms), &stop).await;
        backoff_ms = (backoff_ms * 2).min(options.retry_backoff_ms_max);
    }
    Ok(())
}
