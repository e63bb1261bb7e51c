//! What a log's relay publishes, asked from the schema registry.

use std::time::Duration;

use messaging::registry::{Registry, RegistryError};
use relay::Kinds;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::participants::Log;

/// Pause before a registry that is away is asked again.
const REGISTRY_PAUSE_MS: u64 = 1_000;

/// The kinds of a log's participants as its relay publishes them. A registry that is away is waited for, since commands can be
/// taken without it; `None` when the engine stops meanwhile.
pub(crate) async fn relayed(
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
