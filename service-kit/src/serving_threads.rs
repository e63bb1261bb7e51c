//! Threads that serve connections, one for each core, each with a runtime of its own.
//!
//! Guarantees: a connection stays on its thread, and so does what its requests begin there, such as the connections to Postgres that they
//! open. Passing work between threads that sleep costs the kernel more than a small request takes otherwise. Does not: balance requests;
//! a handler that computes for long holds up the other connections of its thread.

use std::cell::Cell;
use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::runtime::{Builder, Handle};
use tokio_util::sync::{CancellationToken, DropGuard};

thread_local! {
    static NUMBER: Cell<Option<usize>> = const { Cell::new(None) };
}

/// The threads. Cheap to clone; they end, with all that runs on them, when the last clone is dropped.
#[derive(Clone)]
pub struct ServingThreads(Arc<Inner>);

impl std::fmt::Debug for ServingThreads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ServingThreads({})", self.0.threads.len())
    }
}

struct Inner {
    threads: Vec<Thread>,
    _end: DropGuard,
}

struct Thread {
    runtime: Handle,
    connections: Arc<AtomicUsize>,
}

/// A connection's place on a thread.
pub(crate) struct Place {
    pub(crate) runtime: Handle,
    connections: Arc<AtomicUsize>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

impl ServingThreads {
    /// Starts a thread for each core, with the runtime that it serves connections on.
    ///
    /// # Errors
    /// The system's, when it gives no thread or no event queue.
    pub fn start() -> io::Result<Self> {
        let end = CancellationToken::new();
        let threads = (0..count().get()).map(|number| Thread::start(number, end.clone())).collect::<io::Result<_>>()?;
        Ok(Self(Arc::new(Inner { threads, _end: end.drop_guard() })))
    }

    /// A place on the thread with the fewest connections.
    pub(crate) fn place(&self) -> Place {
        let least = self.0.threads.iter().min_by_key(|thread| thread.connections.load(Ordering::Relaxed));
        let thread = least.expect("there is a thread for each core");
        thread.connections.fetch_add(1, Ordering::Relaxed);
        Place { runtime: thread.runtime.clone(), connections: Arc::clone(&thread.connections) }
    }
}

impl Thread {
    fn start(number: usize, end: CancellationToken) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        std::thread::Builder::new().name(format!("serving-{number}")).spawn(move || {
            NUMBER.set(Some(number));
            runtime.block_on(end.cancelled());
        })?;
        Ok(Self { runtime: handle, connections: Arc::default() })
    }
}

/// How many they are.
pub fn count() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// The number of the calling thread among them, from 0; `None` on other threads.
pub fn number() -> Option<usize> {
    NUMBER.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn number_on(place: &Place) -> Option<usize> {
        place.runtime.spawn(async { number() }).await.unwrap()
    }

    #[tokio::test]
    async fn connections_are_spread_over_the_threads_and_find_room_where_others_ended() {
        let threads = ServingThreads::start().unwrap();
        let mut places: Vec<Place> = (0..count().get()).map(|_| threads.place()).collect();
        let mut numbers = Vec::new();
        for place in &places {
            numbers.push(number_on(place).await.unwrap());
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (0..count().get()).collect::<Vec<_>>());
        assert_eq!(number(), None);
        let freed = number_on(&places.pop().unwrap()).await;
        assert_eq!(number_on(&threads.place()).await, freed);
    }

    #[tokio::test]
    async fn what_runs_on_them_ends_with_the_last_owner() {
        let threads = ServingThreads::start().unwrap();
        let place = threads.place();
        let endless = place.runtime.spawn(std::future::pending::<()>());
        let clone = threads.clone();
        drop(threads);
        assert!(place.runtime.spawn(async {}).await.is_ok());
        drop(clone);
        assert!(endless.await.unwrap_err().is_cancelled());
    }
}
