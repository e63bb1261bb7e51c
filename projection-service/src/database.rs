//! One connection with everything prepared on it.

use read_models::Applier;
use service_kit::config::DatabaseUrl;
use service_kit::postgres::{ConnectOptions, connect};
use tokio_postgres::{Client, Statement};

use crate::error::{AttemptError, DatabaseError};

/// A transaction that its client has not gone on with for so long, in milliseconds, is ended by the server. A process that is
/// stopped, or cut off, would otherwise hold its partitions' offsets against the one that has taken over. As long as the
/// group waits before it gives the partitions away.
const IDLE_IN_TRANSACTION_MS_MAX: u32 = 10_000;

pub(crate) struct Connection {
    pub(crate) client: Client,
    pub(crate) applier: Applier,
    pub(crate) statements: Statements,
}

pub(crate) struct Statements {
    pub(crate) advance_offsets: Statement,
    pub(crate) load_offsets: Statement,
    pub(crate) load_parked_keys: Statement,
    pub(crate) park: Statement,
}

impl Connection {
    pub(crate) async fn open(database: &DatabaseUrl) -> Result<Self, AttemptError> {
        let client = plain(database).await?;
        // Rows and offsets are one transaction: what a crash of the server loses of the last of them is read again, so none
        // has to wait for the disk.
        let settings = format!(
            "SET idle_in_transaction_session_timeout TO {IDLE_IN_TRANSACTION_MS_MAX}; SET synchronous_commit TO off"
        );
        client.batch_execute(&settings).await.map_err(statement("preparing a connection"))?;
        let applier = Applier::open(&client).await?;
        let prepare = async |sql: &str| client.prepare(sql).await.map_err(statement("preparing a statement"));
        let statements = Statements {
            advance_offsets: prepare(include_str!("../sql/advance_offsets.sql")).await?,
            load_offsets: prepare(include_str!("../sql/load_offsets.sql")).await?,
            load_parked_keys: prepare(include_str!("../sql/load_parked_keys.sql")).await?,
            park: prepare(include_str!("../sql/park.sql")).await?,
        };
        Ok(Self { client, applier, statements })
    }
}

/// A connection without anything prepared.
pub(crate) async fn plain(database: &DatabaseUrl) -> Result<Client, DatabaseError> {
    Ok(connect(database, &ConnectOptions::named("projection")).await?)
}

/// Names what a failed statement was for.
pub(crate) fn statement(action: &'static str) -> impl Fn(tokio_postgres::Error) -> DatabaseError {
    move |source| DatabaseError::Statement { action, source }
}
