//! The connections that read, by the threads that use them and by how Postgres plans their statements.

use std::iter;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Object, Timeouts};
use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, Lifecycle, UnitWeighter};
use service_kit::config::DatabaseUrl;
use service_kit::postgres::{self, ConnectError, ConnectOptions, Pool};
use service_kit::serving_threads;
use tokio_postgres::types::Type;

use super::shared::{Place, SharedConnection};
use super::{ReadDbError, ReadSettings};

/// Fewest connections of one of several pools.
const OWN_CONNECTIONS_MIN: usize = 2;
/// How long a thread waits for a connection of its own before it looks for any other, in milliseconds, again and again. One of its own
/// answers without waking another thread; but no request must wait behind slow statements while a connection is free.
const OWN_WAIT_MS: u64 = 10;
/// Statements built for requests that connections keep prepared, by the columns and conditions of a query. Without a limit a
/// client could fill Postgres's memory with them.
const BUILT_STATEMENTS_MAX: usize = 128;

/// The connections by how Postgres plans their statements.
#[derive(Clone)]
pub(super) struct Pools {
    /// Plans a statement once, for any values. Planning a page of orders takes longer than reading it.
    pub(super) once: Connections,
    /// Plans a statement by its values, as often as that seems to pay.
    pub(super) by_values: Connections,
}

/// The pools of the serving threads and of all others, and what their connections keep prepared.
///
/// A connection is driven by the thread that opened it. With one pool for all, each answer would be passed from one sleeping thread to
/// another, which costs about as much as the answer itself.
#[derive(Clone)]
pub(super) struct Connections {
    pools: Arc<[Pool]>,
    /// Beside each pool where it has room for one; empty where no brief statements come.
    shared: Arc<[SharedConnection]>,
    built: Arc<BuiltStatements>,
}

/// How often Postgres plans a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planning {
    /// Once: the plan is good for any values.
    Once,
    /// Once too; and an index finds the few rows that are read, so that the statement may share a connection with others.
    Brief,
    /// By its values: a rare value needs another plan than a frequent one.
    ByValues,
}

impl Pools {
    pub(super) const fn of(&self, planning: Planning) -> &Connections {
        match planning {
            Planning::Once | Planning::Brief => &self.once,
            Planning::ByValues => &self.by_values,
        }
    }
}

/// The statements built for requests that are prepared on connections, by their texts, with the types of their parameters. Those
/// that are asked for again stay.
struct BuiltStatements(Cache<String, Vec<Type>, UnitWeighter, DefaultHashBuilder, Evicted>);

/// Collects what the cache gives up.
#[derive(Debug, Clone)]
struct Evicted;

impl Lifecycle<String, Vec<Type>> for Evicted {
    type RequestState = Vec<(String, Vec<Type>)>;

    fn on_evict(&self, evicted: &mut Self::RequestState, sql: String, types: Vec<Type>) {
        evicted.push((sql, types));
    }
}

impl BuiltStatements {
    fn new() -> Self {
        let (weighter, hasher) = (UnitWeighter, DefaultHashBuilder::default());
        Self(Cache::with(BUILT_STATEMENTS_MAX, BUILT_STATEMENTS_MAX as u64, weighter, hasher, Evicted))
    }

    /// Notes that a statement is used. The connections of the pools close one that others have displaced.
    fn note<'a>(&self, sql: &str, types: &[Type], pools: impl Iterator<Item = &'a Pool> + Clone) {
        if self.0.get(sql).is_some() {
            return;
        }
        let mut evicted = Vec::new();
        self.0.insert_with_lifecycle(sql.to_owned(), types.to_vec(), &mut evicted);
        for (sql, types) in evicted {
            pools.clone().for_each(|pool| pool.manager().statement_caches.remove(&sql, &types));
        }
    }
}

/// Whether a pool has a connection to give at once, or may open one.
fn has_room(pool: &Pool) -> bool {
    let status = pool.status();
    status.available > 0 || status.size < status.max_size
}

impl Connections {
    /// Pools with live tables on their search path; they connect when first used.
    pub(super) fn new(
        database: &DatabaseUrl,
        settings: &ReadSettings,
        search_path: &str,
        planning: Planning,
    ) -> Result<Self, ConnectError> {
        let url = database.expose();
        let separator = if url.contains('?') { '&' } else { '?' };
        let url = format!("{url}{separator}options=-c%20search_path%3D{search_path}");
        let url = DatabaseUrl::new(database.variable(), url);
        let is_planned_once = planning != Planning::ByValues;
        let pool = |connections_max| {
            postgres::pool(&url, &ConnectOptions { connections_max, is_planned_once, ..settings.connect.clone() })
        };
        let mut sizes = shares(settings);
        let mut shared = Vec::new();
        if planning != Planning::ByValues && sizes.iter().all(|size| *size >= OWN_CONNECTIONS_MIN) {
            let silence_max = Duration::from_millis(settings.silence_ms_max);
            for size in &mut sizes {
                *size -= 1;
                shared.push(SharedConnection::of(pool(1)?, silence_max));
            }
        }
        let pools = sizes.into_iter().map(pool).collect::<Result<_, _>>()?;
        Ok(Self { pools, shared: shared.into(), built: Arc::new(BuiltStatements::new()) })
    }

    /// Notes that a built statement is used: see [`BuiltStatements`].
    pub(super) fn note(&self, sql: &str, types: &[Type]) {
        self.built.note(sql, types, self.pools.iter().chain(self.shared.iter().map(SharedConnection::pool)));
    }

    /// Which of the pools is the calling thread's.
    fn own(&self) -> usize {
        let of_threads = self.pools.len() - 1;
        match serving_threads::number() {
            Some(number) if of_threads > 0 => 1 + number % of_threads,
            _ => 0,
        }
    }

    /// A place on the calling thread's shared connection; `None` where a brief statement had better take one by [`Connections::get`].
    pub(super) async fn place(&self) -> Result<Option<Place>, ReadDbError> {
        match self.shared.get(self.own()) {
            Some(shared) => shared.place().await.map_err(ReadDbError::Connection),
            None => Ok(None),
        }
    }

    /// A connection of the calling thread's own; any that is free, where none of those gets free soon.
    pub(super) async fn get(&self) -> Result<Object, ReadDbError> {
        let own = &self.pools[self.own()];
        let mut waiting = pin!(own.get());
        let found = loop {
            if let Ok(found) = tokio::time::timeout(Duration::from_millis(OWN_WAIT_MS), waiting.as_mut()).await {
                break found;
            }
            let at_once = Timeouts { wait: Some(Duration::ZERO), ..own.timeouts() };
            // Waited for to its end: a connection that is given up while it opens costs Postgres a process.
            if let Some(other) = self.pools.iter().find(|pool| has_room(pool))
                && let Ok(client) = other.timeout_get(&at_once).await
            {
                break Ok(client);
            }
        };
        found.map_err(ReadDbError::Connection)
    }
}

/// The most connections of each pool: first of the one for readers on no serving thread.
fn shares(settings: &ReadSettings) -> Vec<usize> {
    let all = settings.connect.connections_max;
    let pools = settings.threads.get().min(all / OWN_CONNECTIONS_MIN);
    if pools < 2 {
        vec![all]
    } else {
        iter::once(OWN_CONNECTIONS_MIN).chain(iter::repeat_n(all / pools, pools)).collect()
    }
}
