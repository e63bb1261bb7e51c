//! Connections for reading, on whatever generations are live.
//!
//! Guarantees: a switch of generations takes effect within [`ReadSettings::pointer_age_ms_max`], without a restart and
//! without failing a query: a query keeps the connection that it began with, and begins again where its tables are gone.
//! Does not: write.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deadpool_postgres::Object;
use service_kit::clock::Stopwatch;
use service_kit::config::DatabaseUrl;
use service_kit::postgres::{self, ConnectError, ConnectOptions, Pool};
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};

use crate::generation::GenerationError;
use crate::{Generations, RowError};

/// What bounds reading.
#[derive(Debug, Clone)]
pub struct ReadSettings {
    /// Connections and their time limits.
    pub connect: ConnectOptions,
    /// The pointer to the live generations is read again when what is known of it is older.
    pub pointer_age_ms_max: u64,
}

/// A read that takes longer is cancelled by the server, whatever the connection would allow.
const STATEMENT_MS_MAX: u32 = 5_000;
/// Statements made for requests that connections keep prepared: a client could fill memory with more.
const SHAPES_KEPT_MAX: usize = 64;
/// Age of what is known of the live generations.
const POINTER_AGE_MS_MAX: u64 = 1_000;

/// Why a read failed.
#[derive(Debug, thiserror::Error)]
pub enum ReadDbError {
    /// No pool could be made.
    #[error("could not prepare connections to the read database")]
    Connect(#[source] ConnectError),
    /// No connection was free or could be made in time.
    #[error("could not get a connection to the read database")]
    Connection(#[source] deadpool_postgres::PoolError),
    /// It is not known which generations are live.
    #[error("could not find the live generations of the read models")]
    Generations(#[source] GenerationError),
    /// A statement failed.
    #[error("could not read {what}")]
    Statement {
        /// What was read.
        what: &'static str,
        /// Why.
        #[source]
        source: tokio_postgres::Error,
    },
    /// A row is none that a projector writes.
    #[error("could not read {what}: a row is damaged")]
    Row {
        /// What was read.
        what: &'static str,
        /// Where.
        #[source]
        source: RowError,
    },
}

/// The read database. Cheap to clone.
#[derive(Clone)]
pub struct ReadDb(Arc<Inner>);

struct Inner {
    database: DatabaseUrl,
    settings: ReadSettings,
    current: Mutex<Option<Current>>,
    /// One reader of the pointer at a time while nothing is known of it.
    opening: tokio::sync::Mutex<()>,
    statements: AtomicU64,
    /// The first statements that were made for requests.
    shapes: Mutex<HashSet<String>>,
}

#[derive(Clone)]
struct Current {
    generations: Generations,
    pool: Pool,
    read: Stopwatch,
}

/// A statement with its values.
enum Question<'a> {
    /// Prepared once a connection.
    Fixed(&'static str, &'a [&'a (dyn ToSql + Sync)]),
    /// Made for a request. Those that are kept are prepared once a connection too.
    Made { sql: &'a str, values: &'a [(&'a (dyn ToSql + Sync), Type)], kept: bool },
}

impl Question<'_> {
    async fn ask(&self, client: &Object) -> Result<Vec<Row>, tokio_postgres::Error> {
        match self {
            Self::Fixed(sql, values) => client.query(&client.prepare_cached(sql).await?, values).await,
            Self::Made { sql, values, kept: false } => client.query_typed(sql, values).await,
            Self::Made { sql, values, kept: true } => {
                let (values, types): (Vec<_>, Vec<_>) = values.iter().cloned().unzip();
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
    /// Prepares reading; connects at the first query.
    ///
    /// # Errors
    /// [`ConnectError`] for a URL or bounds that can never work.
    pub fn open(database: &DatabaseUrl, connect: ConnectOptions) -> Result<Self, ConnectError> {
        Self::with(database, ReadSettings { connect, pointer_age_ms_max: POINTER_AGE_MS_MAX })
    }

    /// The same with bounds of the caller's choice.
    ///
    /// # Errors
    /// [`ConnectError`] for a URL or bounds that can never work.
    pub fn with(database: &DatabaseUrl, mut settings: ReadSettings) -> Result<Self, ConnectError> {
        let given = settings.connect.statement_timeout_ms;
        settings.connect.statement_timeout_ms = if given == 0 { STATEMENT_MS_MAX } else { given.min(STATEMENT_MS_MAX) };
        postgres::pool(database, &settings.connect)?;
        let (database, current, opening) = (database.clone(), Mutex::new(None), tokio::sync::Mutex::new(()));
        let (statements, shapes) = (AtomicU64::new(0), Mutex::default());
        Ok(Self(Arc::new(Inner { database, settings, current, opening, statements, shapes })))
    }

    /// Statements sent so far, the pointer's own apart. For tests that count them.
    pub fn statements(&self) -> u64 {
        self.0.statements.load(Ordering::Relaxed)
    }

    /// Whether the database answers and its models are there, for readiness.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn check(&self) -> Result<(), ReadDbError> {
        let current = self.current().await?;
        let client = current.pool.get().await.map_err(ReadDbError::Connection)?;
        Generations::live(&**client).await.map(|_| ()).map_err(ReadDbError::Generations)
    }

    /// Runs one of the fixed statements, prepared once a connection.
    pub(crate) async fn query(
        &self,
        what: &'static str,
        sql: &'static str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, ReadDbError> {
        self.on_live(what, Question::Fixed(sql, values)).await
    }

    /// Runs a statement whose text depends on the request, and keeps it prepared if it is one of the first.
    pub(crate) async fn query_made(
        &self,
        what: &'static str,
        sql: &str,
        values: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>, ReadDbError> {
        self.on_live(what, Question::Made { sql, values, kept: self.keeps(sql) }).await
    }

    fn keeps(&self, sql: &str) -> bool {
        let mut shapes = self.0.shapes.lock().unwrap_or_else(PoisonError::into_inner);
        shapes.contains(sql) || (shapes.len() < SHAPES_KEPT_MAX && shapes.insert(sql.to_owned()))
    }

    /// Asks the live tables. What is known of them may be a moment old, and two switches may have fallen into it: then the
    /// tables are gone, and the live ones are looked up and asked.
    async fn on_live(&self, what: &'static str, question: Question<'_>) -> Result<Vec<Row>, ReadDbError> {
        self.0.statements.fetch_add(1, Ordering::Relaxed);
        let current = self.current().await?;
        let client = current.pool.get().await.map_err(ReadDbError::Connection)?;
        let failed = |source| ReadDbError::Statement { what, source };
        match question.ask(&client).await {
            Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => {
                drop(client);
                self.forget(&current.generations);
                let client = self.current().await?.pool.get().await.map_err(ReadDbError::Connection)?;
                question.ask(&client).await.map_err(failed)
            }
            answer => answer.map_err(failed),
        }
    }

    /// The live generations and their pool.
    async fn current(&self) -> Result<Current, ReadDbError> {
        match self.known() {
            Some((current, false)) => Ok(current),
            // Whoever finds the pointer stale reads it again; others go on with what is known meanwhile.
            Some((current, true)) => self.refresh(&current.pool, Some(&current)).await,
            None => {
                let _one = self.0.opening.lock().await;
                if let Some((current, _)) = self.known() {
                    return Ok(current);
                }
                let pool = self.pool_with("public")?;
                self.refresh(&pool, None).await
            }
        }
    }

    /// What is known of the pointer, and whether the caller is to read it again.
    fn known(&self) -> Option<(Current, bool)> {
        let mut guard = self.0.current.lock().unwrap_or_else(PoisonError::into_inner);
        let current = guard.as_mut()?;
        let stale = current.read.elapsed() > Duration::from_millis(self.0.settings.pointer_age_ms_max);
        if stale {
            current.read = Stopwatch::start();
        }
        Some((current.clone(), stale))
    }

    /// Forgets generations that are gone, unless others are known by now.
    fn forget(&self, gone: &Generations) {
        self.0.current.lock().unwrap_or_else(PoisonError::into_inner).take_if(|known| known.generations == *gone);
    }

    async fn refresh(&self, over: &Pool, known: Option<&Current>) -> Result<Current, ReadDbError> {
        let client = over.get().await.map_err(ReadDbError::Connection)?;
        let generations = Generations::live(&**client).await.map_err(ReadDbError::Generations)?;
        if let Some(known) = known.filter(|known| known.generations == generations) {
            return Ok(known.clone());
        }
        let pool = self.pool_with(&generations.search_path())?;
        let current = Current { generations, pool, read: Stopwatch::start() };
        *self.0.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(current.clone());
        Ok(current)
    }

    fn pool_with(&self, search_path: &str) -> Result<Pool, ReadDbError> {
        let url = self.0.database.expose();
        let separator = if url.contains('?') { '&' } else { '?' };
        let url = format!("{url}{separator}options=-c%20search_path%3D{search_path}");
        postgres::pool(&DatabaseUrl::new(self.0.database.variable(), url), &self.0.settings.connect)
            .map_err(ReadDbError::Connect)
    }
}
