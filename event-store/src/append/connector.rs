//! The connections that append.

use service_kit::config::DatabaseUrl;
use service_kit::postgres::{ConnectError, ConnectOptions};
use tokio_postgres::Client;

/// Why a batch was not inserted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InsertError {
    /// The statement was never sent.
    #[error("cannot reach the database")]
    Connect(#[from] ConnectError),
    /// The statement failed, or its answer was lost.
    #[error("the append statement failed")]
    Statement(#[from] tokio_postgres::Error),
}

/// Opens the connections of appenders.
#[derive(Clone)]
pub(crate) struct Connector {
    url: DatabaseUrl,
}

impl Connector {
    pub(crate) fn new(url: DatabaseUrl) -> Self {
        Self { url }
    }

    /// A connection that announces itself as the engine's appender, so that the trigger for foreign rows does nothing.
    pub(super) async fn appender(&self, lock_timeout_ms: u32) -> Result<Client, InsertError> {
        let mut options = ConnectOptions::named("event-store-appender");
        options.lock_timeout_ms = lock_timeout_ms;
        // Planned by its values, the append would be planned anew each time: Postgres misjudges the one row of a table that is never
        // analysed.
        options.is_planned_once = true;
        let client = service_kit::postgres::connect(&self.url, &options).await?;
        client.batch_execute("SET orders.appender = 'on'").await?;
        Ok(client)
    }
}
