//! One connection with the projector's prepared statements.

use read_models::{Applier, ModelSet};
use service_kit::config::DatabaseUrl;
use service_kit::postgres::{ConnectOptions, connect};
use tokio_postgres::{Client, Statement};

use crate::error::{AttemptError, DatabaseError};

/// The server ends a transaction whose client sends nothing for so long, in milliseconds. A process that is paused, or
/// cut off, would otherwise keep its partitions' offset rows locked against the process that has taken over. Equal to
/// the time that the group waits before it assigns the partitions to another member.
const IDLE_IN_TRANSACTION_MS_MAX: u32 = 10_000;

/// The consumer group and the topic that offsets and parked records belong to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) group: &'a str,
    pub(crate) topic: &'a str,
}

pub(crate) struct Connection<M> {
    pub(crate) client: Client,
    pub(crate) applier: Applier<M>,
    pub(crate) statements: Statements,
}

pub(crate) struct Statements {
    pub(crate) advance_offsets: Statement,
    pub(crate) load_offsets: Statement,
    pub(crate) load_parked_keys: Statement,
    pub(crate) park: Statement,
}

impl<M: ModelSet> Connection<M> {
    pub(crate) async fn open(database: &DatabaseUrl) -> Result<Self, AttemptError> {
        let client = plain(database).await?;
        // Rows and offsets are one transaction: if a crash of the server loses the last ones, their records are read
        // again, so no commit has to wait for the disk.
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

/// A connection without prepared statements.
pub(crate) async fn plain(database: &DatabaseUrl) -> Result<Client, DatabaseError> {
    let options = ConnectOptions { is_planned_once: true, ..ConnectOptions::named("projection") };
    Ok(connect(database, &options).await?)
}

/// Turns the driver's error into one that names the failed action.
pub(crate) fn statement(action: &'static str) -> impl Fn(tokio_postgres::Error) -> DatabaseError {
    move |source| DatabaseError::Statement { action, source }
}
