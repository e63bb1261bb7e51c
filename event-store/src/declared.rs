//! Which kinds of events the engine's releases write, recorded in the log itself.
//!
//! Guarantees: what a release has declared stays declared, so that any release can tell an event of another one from a row of
//! somebody else's program. Does not: refuse rows of any kind.

use std::collections::HashSet;

use service_kit::config::DatabaseUrl;
use service_kit::postgres::{ConnectError, ConnectOptions};

use crate::{ReadError, Store, StoredRow};

/// A kind of event.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeclaredEvent {
    /// The aggregate's type, such as `order`.
    pub aggregate_type: String,
    pub event_type: String,
    /// Version of the payload's schema.
    pub event_version: String,
}

impl DeclaredEvent {
    /// The kind of a stored row.
    pub fn of(row: &StoredRow) -> Self {
        Self {
            aggregate_type: row.stream.kind.to_string(),
            event_type: row.event_type.clone(),
            event_version: row.event_version.clone(),
        }
    }
}

/// Why a release's events could not be declared.
#[derive(Debug, thiserror::Error)]
pub enum DeclareError {
    /// The database cannot be reached.
    #[error("cannot reach the event store")]
    Connect(#[from] ConnectError),
    /// The database refuses.
    #[error("recording the kinds of events in {database} failed")]
    Statement {
        database: String,
        #[source]
        source: tokio_postgres::Error,
    },
    /// The log cannot be read.
    #[error("looking for streams in {database} failed")]
    Look {
        database: String,
        #[source]
        source: tokio_postgres::Error,
    },
}

/// Records the kinds of events that a release writes. Returns how many of them are new to the log.
///
/// # Errors
/// [`DeclareError`].
pub async fn declare(url: &DatabaseUrl, events: &[DeclaredEvent]) -> Result<u64, DeclareError> {
    let client = service_kit::postgres::connect(url, &ConnectOptions::named("declare-events")).await?;
    let column = |of: fn(&DeclaredEvent) -> &str| events.iter().map(of).collect::<Vec<_>>();
    let kinds = column(|event| &event.aggregate_type);
    let types = column(|event| &event.event_type);
    let versions = column(|event| &event.event_version);
    client
        .execute(include_str!("sql/declare_events.sql"), &[&kinds, &types, &versions])
        .await
        .map_err(|source| DeclareError::Statement { database: url.to_string(), source })
}

/// The first of some kinds of streams of which a log has one.
///
/// # Errors
/// [`DeclareError`].
pub async fn kind_with_streams(url: &DatabaseUrl, kinds: &[&str]) -> Result<Option<String>, DeclareError> {
    let client = service_kit::postgres::connect(url, &ConnectOptions::named("declare-events")).await?;
    let found = client.query_opt(include_str!("sql/kind_with_streams.sql"), &[&kinds]).await;
    let kind = found.and_then(|row| row.map(|row| row.try_get(0)).transpose());
    kind.map_err(|source| DeclareError::Look { database: url.to_string(), source })
}

impl Store {
    /// The kinds of events that the releases which have migrated this log write.
    ///
    /// # Errors
    /// [`ReadError`] when the database cannot be reached.
    pub async fn declared_events(&self) -> Result<HashSet<DeclaredEvent>, ReadError> {
        let client = self.reader().await?;
        let statement =
            client.prepare_cached(include_str!("sql/declared_events.sql")).await.map_err(ReadError::Query)?;
        let rows = client.query(&statement, &[]).await.map_err(ReadError::Query)?;
        let declared = rows.iter().map(|row| {
            Ok(DeclaredEvent {
                aggregate_type: row.try_get(0)?,
                event_type: row.try_get(1)?,
                event_version: row.try_get(2)?,
            })
        });
        declared.collect::<Result<_, _>>().map_err(ReadError::Query)
    }
}
