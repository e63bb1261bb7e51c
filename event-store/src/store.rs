//! The store: its connections, its writers, its identity.

use std::sync::Arc;

use service_kit::config::DatabaseUrl;
use service_kit::postgres::{ConnectError, ConnectOptions, Migrations, Pool};
use tokio::sync::Semaphore;
use tokio::sync::futures::Notified;
use uuid::Uuid;

use crate::append::{Append, AppendError, AppendQueue, Connector};
use crate::stripes::Stripes;
use crate::wake::{Appended, Waiters};
use crate::{StoreOptions, StreamId, hashing};

mod embedded {
    refinery::embed_migrations!("migrations/log");
}

/// Versions in the history that the log and its first aggregate shared, with the log's own version of the same migration.
const MOVED: [(i32, i32); 5] = [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)];

/// The tables of the log. What an aggregate keeps beside it in the same database has migrations of its own.
pub fn migrations() -> Migrations {
    Migrations::of_part(embedded::migrations::runner(), "log_schema_history", &MOVED)
}

/// The event log of one database. Clones share the writers.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) pool: Pool,
    pub(crate) options: StoreOptions,
    pub(crate) identity: StoreIdentity,
    pub(crate) appended: Appended,
    /// One for each writer.
    queues: Box<[AppendQueue]>,
    room: Arc<Semaphore>,
    /// Whoever decides on a stream holds its lock. Streams share the locks by hash.
    pub(crate) stripes: Stripes,
    waiters: Waiters,
}

/// Which log this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreIdentity {
    /// A new id for every created log, so that the positions of an earlier log are not mistaken for this one's.
    pub incarnation: Uuid,
    /// Fixed from the first event on.
    pub shards: i16,
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database cannot be reached.
    #[error("cannot reach the event store")]
    Connect(#[from] ConnectError),
    /// The pool has no connection to give.
    #[error("cannot reach the event store at {database}")]
    Pool {
        database: String,
        #[source]
        source: deadpool_postgres::PoolError,
    },
    /// The database is no event store.
    #[error("{database} holds no event log; run `order-engine migrate`")]
    NotMigrated {
        database: String,
        #[source]
        source: tokio_postgres::Error,
    },
}

/// Bytes of payload that one permit of the queue's room stands for.
const ROOM_UNIT_BYTES: usize = 1_024;

impl Store {
    /// Opens the log of a migrated database and starts its writers.
    ///
    /// # Errors
    /// [`OpenError`] when the database cannot be reached or holds no log.
    pub async fn open(url: &DatabaseUrl, options: StoreOptions) -> Result<Self, OpenError> {
        let mut reads = ConnectOptions::named("event-store");
        reads.connections_max = options.read_connections_max;
        reads.is_planned_once = options.reads_are_planned_once;
        let pool = service_kit::postgres::pool(url, &reads)?;
        let identity = identity(&pool, url).await?;
        let connector = Connector::new(url.clone());
        let appended = Appended::new();
        let room = Arc::new(Semaphore::new(options.queue_bytes_max / ROOM_UNIT_BYTES));
        let isolated = Arc::new(Semaphore::new(options.isolated_appends_max));
        let open = |_| AppendQueue::open(connector.clone(), options.clone(), appended.clone(), Arc::clone(&isolated));
        let queues = (0..options.writers.max(1)).map(open).collect();
        let (stripes, waiters) = (Stripes::new(), Waiters::new());
        Ok(Self { inner: Arc::new(Inner { pool, options, identity, appended, queues, room, stripes, waiters }) })
    }

    /// Which log this is.
    pub fn identity(&self) -> &StoreIdentity {
        &self.inner.identity
    }

    /// The pool of connections for reads; readiness checks use it.
    pub fn pool(&self) -> &Pool {
        &self.inner.pool
    }

    /// Stores all of an append, or nothing.
    ///
    /// # Errors
    /// [`AppendError`] tells why nothing was stored, or that the outcome is unknown.
    pub async fn append(&self, append: Append) -> Result<(), AppendError> {
        let units = u32::try_from(append.bytes() / ROOM_UNIT_BYTES + 1).unwrap_or(u32::MAX);
        let room =
            Arc::clone(&self.inner.room).try_acquire_many_owned(units).map_err(|_full| AppendError::Overloaded)?;
        let Inner { queues, waiters, .. } = &*self.inner;
        let written = Waiters::groups(append.streams().map(|one| &one.stream));
        queues[hashing::bucket(hashing::hash(&append.first.stream.id), queues.len())].append(append, room).await?;
        waiters.wake(&written);
        Ok(())
    }

    /// Is done once this process has appended to a stream after this call. It may be done sooner, and never is by what other processes
    /// append, so whoever waits also looks by itself.
    pub fn appended_to(&self, stream: &StreamId) -> Notified<'_> {
        self.inner.waiters.next(stream)
    }
}

async fn identity(pool: &Pool, url: &DatabaseUrl) -> Result<StoreIdentity, OpenError> {
    let client = pool.get().await.map_err(|source| OpenError::Pool { database: url.to_string(), source })?;
    let not_migrated = |source| OpenError::NotMigrated { database: url.to_string(), source };
    let row = client.query_one("SELECT incarnation, shards FROM log_identity", &[]).await.map_err(not_migrated)?;
    Ok(StoreIdentity {
        incarnation: row.try_get(0).map_err(not_migrated)?,
        shards: row.try_get(1).map_err(not_migrated)?,
    })
}
