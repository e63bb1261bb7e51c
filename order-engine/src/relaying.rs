//! The relays of a log, one a shard, and what they publish, asked from the schema registry.

use std::sync::Arc;
use std::time::Duration;

use event_store::{Sequencer, Store};
use messaging::registry::{Registry, RegistryError};
use relay::{Kinds, RelayOptions, RelayStatus};
use service_kit::BoxError;
use service_kit::clock::SharedClock;
use service_kit::config::{BrokersThatLoseMarkers, Settings};
use service_kit::http::Check;
use service_kit::shutdown::Supervisor;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::participants::Log;
use crate::serve_error::ServeError;

/// Pause before a registry that is away is asked again.
const REGISTRY_PAUSE_MS: u64 = 1_000;

/// Begins a sequencer and a relay for each shard of a log under the supervisor. `holder` names this process to others that relay the
/// same log. Returns the readiness check of all its relays.
pub(crate) fn begin_relay(
    log: &Log,
    store: &Store,
    settings: &Settings,
    clock: &SharedClock,
    holder: Uuid,
    supervisor: &mut Supervisor,
) -> Result<Check, ServeError> {
    let registry = Registry::new(&settings.messaging.schema_registry_url)?;
    let status = RelayStatus::default();
    let refuse = settings.relay.brokers_that_lose_markers == BrokersThatLoseMarkers::Refuse;
    let options = RelayOptions {
        refuse_brokers_that_lose_markers: refuse,
        ..RelayOptions::new(log.names.checkpoint_topic, log.names.transactional_id_prefix)
    };
    let name = log.names.database;
    for shard in 0..store.identity().shards {
        let (sequencer, head) = Sequencer::new(store.clone(), log.url.clone(), shard);
        let stop = supervisor.token();
        supervisor.spawn(format!("{name}-sequencer-{shard}"), async move {
            sequencer.run(stop).await;
            Ok::<(), ServeError>(())
        });
        let store = store.clone();
        let brokers = settings.messaging.kafka_brokers.clone();
        let clock = Arc::clone(clock);
        let registry = registry.clone();
        let stop = supervisor.token();
        let status = status.clone();
        let options = options.clone();
        let log = log.clone();
        supervisor.spawn(format!("{name}-relay-{shard}"), async move {
            let incarnation = store.identity().incarnation;
            let Some(kinds) = relayed(&registry, &log, incarnation, &stop).await? else { return Ok(()) };
            let deps = relay::Deps { store, brokers, kinds, clock, holder, status };
            if let Err(error) = relay::run(deps, options, shard, head, stop.clone()).await {
                // Other shards and roles go on; readiness reports it, and a restart tries again.
                tracing::error!(
                    log = name,
                    shard,
                    error = service_kit::errors::chain(&error),
                    "the relay has stopped for good"
                );
                stop.cancelled().await;
            }
            Ok::<(), BoxError>(())
        });
    }
    let noted = status.clone();
    let check = Check::new(log.names.relay_check, move || std::future::ready(status.check()));
    Ok(check.noting(move || noted.note()))
}

/// The kinds of a log's participants as its relay publishes them. A registry that is away is waited for, since commands can be
/// taken without it; `None` when the engine stops meanwhile.
async fn relayed(
    registry: &Registry,
    log: &Log,
    incarnation: Uuid,
    stop: &CancellationToken,
) -> Result<Option<Kinds>, RegistryError> {
    let kinds = async || {
        let mut all = Vec::new();
        for participant in log.participants() {
            all.extend((participant.relayed)(registry, incarnation).await?);
        }
        // The first one's topic also gets the rows of unknown kinds.
        let others = all.split_off(1.min(all.len()));
        Ok(all.pop().map(|first| Kinds::new(first, others)))
    };
    loop {
        match stop.run_until_cancelled(kinds()).await {
            Some(Err(error)) if RegistryError::is_transient(&error) => {
                tracing::warn!(error = service_kit::errors::chain(&error), "the relay waits for the schema registry");
                service_kit::poll::pause(Duration::from_millis(REGISTRY_PAUSE_MS), stop).await;
            }
            looked_up => return looked_up.transpose().map(Option::flatten),
        }
    }
}
