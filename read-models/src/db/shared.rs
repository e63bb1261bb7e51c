//! A connection that brief statements share: each is sent without waiting for the answers to those before it.
//!
//! Postgres answers them one after the other without sleeping in between, which costs its process, the kernel and this one less than a
//! connection for each. Guarantees: no statement joins a connection that has fallen silent or on which many wait, and none stays on one
//! that falls silent: it is carried out elsewhere, so it must change nothing. Such a connection is used again once it has answered all.
//! Does not: cancel what was left on it.

use std::ops::Deref;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Object, PoolError};
use service_kit::clock::Stopwatch;
use service_kit::postgres::Pool;

/// Most statements on a shared connection. Further ones are carried out beside it.
const SHARING_MAX: usize = 32;

/// A thread's shared connection, which opens when first used and again after it was lost.
pub(super) struct SharedConnection {
    /// Of one connection, which is never given back while it lives.
    pool: Pool,
    silence_max: Duration,
    open: Mutex<Option<Arc<Open>>>,
    /// Held by who opens it.
    opening: tokio::sync::Mutex<()>,
}

struct Open {
    client: Object,
    /// How long it may answer nothing before statements leave it.
    silence_max: Duration,
    progress: Mutex<Progress>,
}

struct Progress {
    waiting: usize,
    /// Since the last answer, or since a statement began to wait where none had.
    since: Stopwatch,
    /// Whether statements were left on it that it has not answered yet.
    is_left: bool,
}

/// A statement's place on a shared connection, until it is dropped.
pub(super) struct Place(Arc<Open>);

impl SharedConnection {
    /// A connection of a pool that has one, and how long it may answer nothing.
    pub(super) fn of(pool: Pool, silence_max: Duration) -> Self {
        Self { pool, silence_max, open: Mutex::default(), opening: tokio::sync::Mutex::default() }
    }

    pub(super) const fn pool(&self) -> &Pool {
        &self.pool
    }

    /// A place; `None` where the statement had better take another connection.
    pub(super) async fn place(&self) -> Result<Option<Place>, PoolError> {
        let known = self.lock().as_ref().map(Arc::clone);
        if let Some(open) = known {
            if !open.client.is_closed() {
                return Ok(open.join());
            }
            self.lock().take_if(|known| Arc::ptr_eq(known, &open));
        }
        let Ok(_opening) = self.opening.try_lock() else { return Ok(None) };
        let open = Arc::new(Open::new(self.pool.get().await?, self.silence_max));
        *self.lock() = Some(Arc::clone(&open));
        Ok(open.join())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Open>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn new(client: Object, silence_max: Duration) -> Self {
        let progress = Progress { waiting: 0, since: Stopwatch::start(), is_left: false };
        Self { client, silence_max, progress: Mutex::new(progress) }
    }

    fn join(self: Arc<Self>) -> Option<Place> {
        let mut progress = self.progress();
        if progress.waiting == 0 {
            progress.since = Stopwatch::start();
        }
        if progress.is_left || progress.waiting >= SHARING_MAX || progress.since.elapsed() > self.silence_max {
            return None;
        }
        progress.waiting += 1;
        drop(progress);
        Some(Place(self))
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Waits for the answer of a statement on this connection; `None` when the connection falls silent.
    pub(super) async fn answer_of<T>(&self, statement: impl Future<Output = T>) -> Option<T> {
        let mut statement = pin!(statement);
        let silence_max = self.0.silence_max;
        loop {
            if let Ok(answer) = tokio::time::timeout(silence_max, statement.as_mut()).await {
                return Some(answer);
            }
            if self.0.progress().since.elapsed() > silence_max {
                self.leave();
                return None;
            }
        }
    }

    /// Keeps statements away from the connection until it has answered what was sent before.
    fn leave(&self) {
        if std::mem::replace(&mut self.0.progress().is_left, true) {
            return;
        }
        let open = Arc::clone(&self.0);
        tokio::spawn(async move {
            let _ = open.client.simple_query("").await; // after an error it is closed, and opened anew
            open.progress().is_left = false;
        });
    }
}

impl Deref for Place {
    type Target = ClientWrapper;

    fn deref(&self) -> &ClientWrapper {
        &self.0.client
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut progress = self.0.progress();
        progress.waiting -= 1;
        progress.since = Stopwatch::start();
    }
}
