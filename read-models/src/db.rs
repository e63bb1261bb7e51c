//! Connections for reading, on the live generations.
//!
//! Guarantees: a switch of generations takes effect within [`ReadSettings::pointer_age_ms_max`], without a restart and
//! without failing a query: a query keeps the connection that it began with, and begins again where its tables are
//! gone. Does not: write.

mod connections;
mod shared;

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deadpool_postgres::{ClientWrapper, PoolError};
use service_kit::clock::Stopwatch;
use service_kit::config::DatabaseUrl;
use service_kit::postgres::{self, ConnectError, ConnectOptions};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Error, Row};

use crate::generation::{GenerationError, Generations};
use crate::model::{Model, Models};
use crate::table::RowError;
use connections::{Connections, Pools};

pub(crate) use connections::Planning;

/// Limits of reading.
#[derive(Debug, Clone)]
pub struct ReadSettings {
    /// Connections and their time limits.
    pub connect: ConnectOptions,
    /// The cached pointer to the live generations is read again when it is older than so many milliseconds.
    pub pointer_age_ms_max: u64,
    /// Brief statements leave the connection that they share when it has answered nothing for so many milliseconds.
    pub silence_ms_max: u64,
    /// How many serving threads read; more than one divide the connections among themselves.
    pub threads: NonZeroUsize,
}

impl ReadSettings {
    /// The default limits, for readers that are on no serving thread.
    pub const fn new(connect: ConnectOptions) -> Self {
        let (pointer_age_ms_max, silence_ms_max) = (POINTER_AGE_MS_MAX, SILENCE_MS_MAX);
        Self { connect, pointer_age_ms_max, silence_ms_max, threads: NonZeroUsize::MIN }
    }
}

/// A read that takes longer is cancelled by the server, whatever the connection would allow.
const STATEMENT_MS_MAX: u32 = 5_000;
/// How long a shared connection may answer nothing, in milliseconds. A brief statement takes a small part of it.
const SILENCE_MS_MAX: u64 = 20;
/// Oldest age of the cached pointer to the live generations, in milliseconds.
const POINTER_AGE_MS_MAX: u64 = 1_000;

/// Why a read failed.
#[derive(Debug, thiserror::Error)]
pub enum ReadDbError {
    /// No pool could be made.
    #[error("could not prepare connections to the read database")]
    Connect(#[source] ConnectError),
    /// No connection was free or could be opened in time.
    #[error("could not get a connection to the read database")]
    Connection(#[source] PoolError),
    /// The live generations could not be read.
    #[error("could not find the live generations of the read models")]
    Generations(#[source] GenerationError),
    /// A statement failed.
    #[error("could not read {what}")]
    Statement {
        what: &'static str,
        #[source]
        source: Error,
    },
    /// A row holds what no projector writes.
    #[error("could not read {what}: a row is damaged")]
    Row {
        what: &'static str,
        #[source]
        source: RowError,
    },
}

/// The read database. Cheap to clone.
#[derive(Clone)]
pub struct ReadDb(Arc<Inner>);

struct Inner {
    database: DatabaseUrl,
    models: Vec<Model>,
    settings: ReadSettings,
    current: Mutex<Option<Current>>,
    /// Lets one task at a time read the pointer while it is not cached.
    opening: tokio::sync::Mutex<()>,
    statements: AtomicU64,
}

#[derive(Clone)]
struct Current {
    generations: Generations,
    pools: Pools,
    read: Stopwatch,
}

/// A statement with its values.
enum Statement<'a> {
    /// Prepared once on each connection.
    Fixed(&'static str, &'a [&'a (dyn ToSql + Sync)], Planning),
    /// Built for a request. Those in use are kept prepared: see [`BuiltStatements`].
    Built(&'a str, &'a [(&'a (dyn ToSql + Sync), Type)], Planning),
}

impl Statement<'_> {
    const fn planning(&self) -> Planning {
        match self {
            Self::Fixed(_, _, planning) | Self::Built(_, _, planning) => *planning,
        }
    }

    /// Runs it on one of these connections. The outer error says that there was none.
    async fn run(&self, connections: &Connections) -> Result<Result<Vec<Row>, Error>, ReadDbError> {
        if self.planning() == Planning::Brief
            && let Some(place) = connections.place().await?
            && let Some(answer) = place.answer_of(self.run_on(&place, connections)).await
        {
            return Ok(answer);
        }
        Ok(self.run_on(&*connections.get().await?, connections).await)
    }

    async fn run_on(&self, client: &ClientWrapper, connections: &Connections) -> Result<Vec<Row>, Error> {
        match self {
            Self::Fixed(sql, values, _) => client.query(&client.prepare_cached(sql).await?, values).await,
            Self::Built(sql, values, _) => {
                let (values, types): (Vec<_>, Vec<_>) = values.iter().cloned().unzip();
                connections.note(sql, &types);
                client.query(&client.prepare_typed_cached(sql, &types).await?, &values).await
            }
        }
    }
}

impl std::fmt::Debug for ReadDb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReadDb({})", self.0.database)
    }
}

impl ReadDb {
    /// Prepares reading these sets of models; connects at the first query.
    ///
    /// # Errors
    /// [`ConnectError`] for a URL or bounds that can never work.
    pub fn open(database: &DatabaseUrl, sets: &[Models], connect: ConnectOptions) -> Result<Self, ConnectError> {
        Self::with(database, sets, ReadSettings::new(connect))
    }

    /// The same with limits of the caller's choice.
    ///
    /// # Errors
    /// [`ConnectError`] for a URL or bounds that can never work.
    pub fn with(database: &DatabaseUrl, sets: &[Models], mut settings: ReadSettings) -> Result<Self, ConnectError> {
        let given = settings.connect.statement_timeout_ms;
        settings.connect.statement_timeout_ms = if given == 0 { STATEMENT_MS_MAX } else { given.min(STATEMENT_MS_MAX) };
        postgres::pool(database, &settings.connect)?;
        Ok(Self(Arc::new(Inner {
            database: database.clone(),
            models: sets.iter().flat_map(Models::all).collect(),
            settings,
            current: Mutex::new(None),
            opening: tokio::sync::Mutex::new(()),
            statements: AtomicU64::new(0),
        })))
    }

    /// Statements sent so far, without those that read the pointer. For tests that count them.
    pub fn statements(&self) -> u64 {
        self.0.statements.load(Ordering::Relaxed)
    }

    /// Whether the database answers and its models are there, for readiness.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn check(&self) -> Result<(), ReadDbError> {
        let current = self.current().await?;
        let client = current.pools.once.get().await?;
        Generations::usable(&**client, &self.0.models).await.map(|_| ()).map_err(ReadDbError::Generations)
    }

    /// Runs one of the fixed statements, prepared once a connection.
    pub(crate) async fn query(
        &self,
        what: &'static str,
        (sql, planning): (&'static str, Planning),
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, ReadDbError> {
        self.on_live(what, Statement::Fixed(sql, values, planning)).await
    }

    /// Runs a statement whose text depends on the request.
    pub(crate) async fn query_built(
        &self,
        what: &'static str,
        (sql, planning): (&str, Planning),
        values: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>, ReadDbError> {
        self.on_live(what, Statement::Built(sql, values, planning)).await
    }

    /// Runs a statement on the live tables. The cached pointer may be a moment old, and after two switches in that time
    /// its tables are gone: then the pointer is read again, and the statement is repeated.
    async fn on_live(&self, what: &'static str, statement: Statement<'_>) -> Result<Vec<Row>, ReadDbError> {
        self.0.statements.fetch_add(1, Ordering::Relaxed);
        let Current { generations, pools, .. } = self.current().await?;
        let answer = match statement.run(pools.of(statement.planning())).await? {
            Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => {
                self.forget(&generations);
                let Current { pools, .. } = self.current().await?;
                statement.run(pools.of(statement.planning())).await?
            }
            answer => answer,
        };
        answer.map_err(|source| ReadDbError::Statement { what, source })
    }

    /// The live generations and their pool.
    async fn current(&self) -> Result<Current, ReadDbError> {
        match self.known() {
            Some((current, false)) => Ok(current),
            // The first caller that finds the pointer stale reads it again; others go on with the cached one meanwhile.
            Some((current, true)) => self.refresh(&current.pools.once, Some(&current)).await,
            None => {
                let _one = self.0.opening.lock().await;
                if let Some((current, _)) = self.known() {
                    return Ok(current);
                }
                self.refresh(&self.connections("public", Planning::Once)?, None).await
            }
        }
    }

    /// The cached pointer, and whether the caller must read it again.
    fn known(&self) -> Option<(Current, bool)> {
        let mut guard = self.0.current.lock().unwrap_or_else(PoisonError::into_inner);
        let current = guard.as_mut()?;
        let stale = current.read.elapsed() > Duration::from_millis(self.0.settings.pointer_age_ms_max);
        if stale {
            current.read = Stopwatch::start();
        }
        Some((current.clone(), stale))
    }

    /// Drops the cached generations whose tables are gone, unless others have been cached since.
    fn forget(&self, gone: &Generations) {
        self.0.current.lock().unwrap_or_else(PoisonError::into_inner).take_if(|known| known.generations == *gone);
    }

    async fn refresh(&self, over: &Connections, known: Option<&Current>) -> Result<Current, ReadDbError> {
        let client = over.get().await?;
        let generations = Generations::live(&**client, &self.0.models).await.map_err(ReadDbError::Generations)?;
        if let Some(known) = known.filter(|known| known.generations == generations) {
            return Ok(known.clone());
        }
        let generations = Generations::usable(&**client, &self.0.models).await.map_err(ReadDbError::Generations)?;
        let with = |planning| self.connections(&generations.search_path(), planning);
        let pools = Pools { once: with(Planning::Once)?, by_values: with(Planning::ByValues)? };
        let current = Current { generations, pools, read: Stopwatch::start() };
        *self.0.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(current.clone());
        Ok(current)
    }

    fn connections(&self, search_path: &str, planning: Planning) -> Result<Connections, ReadDbError> {
        let Inner { database, settings, .. } = &*self.0;
        Connections::new(database, settings, search_path, planning).map_err(ReadDbError::Connect)
    }
}
