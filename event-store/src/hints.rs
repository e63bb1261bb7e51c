//! Hints about this process's appends for the sequencers of other processes.
//!
//! Guarantees: none; see [`crate::wake`]. Hints of many appends are sent as one, from a connection of their own after the commit:
//! within the append's own transaction a NOTIFY would make commits wait for each other.

use std::time::Duration;

use service_kit::config::DatabaseUrl;
use service_kit::postgres::{ConnectError, ConnectOptions};
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;

use crate::Store;
use crate::wake::CHANNEL;

/// Shortest time between two hints, in milliseconds.
const HINT_PACE_MS: u64 = 5;
/// Pause before the database is tried again, in milliseconds.
const RECONNECT_PAUSE_MS: u64 = 1_000;

impl Store {
    /// Sends hints about this process's appends to the sequencers of other processes, until cancelled. Sends none while this
    /// process's own sequencers serve all shards. A database that is away costs hints, not events.
    pub async fn announce_appends(self, url: DatabaseUrl, stop: CancellationToken) {
        let mut appended = self.inner.appended.subscribe();
        let mut client = None;
        while let Some(Ok(())) = stop.run_until_cancelled(appended.changed()).await {
            if self.inner.appended.shards_sequenced_here() >= usize::from(self.identity().shards.unsigned_abs()) {
                continue;
            }
            let pause_ms = match hint(&url, &mut client).await {
                Ok(()) => HINT_PACE_MS,
                Err(error) => {
                    tracing::debug!(error = &error as &dyn std::error::Error, "a hint to the sequencers was not sent");
                    client = None;
                    RECONNECT_PAUSE_MS
                }
            };
            service_kit::poll::pause(Duration::from_millis(pause_ms), &stop).await;
        }
    }
}

/// Why a hint was not sent.
#[derive(Debug, thiserror::Error)]
enum HintError {
    #[error("the sequencers' hints cannot reach the event store")]
    Connect(#[from] ConnectError),
    #[error("sending a hint to the sequencers failed")]
    Statement(#[from] tokio_postgres::Error),
}

async fn hint(url: &DatabaseUrl, client: &mut Option<Client>) -> Result<(), HintError> {
    let client = match client {
        Some(client) => client,
        none => none.insert(service_kit::postgres::connect(url, &ConnectOptions::named("append-hints")).await?),
    };
    Ok(client.batch_execute(&format!("NOTIFY {CHANNEL}")).await?)
}
