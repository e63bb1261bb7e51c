//! How many may follow at once.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Open subscriptions of the process.
const OPEN: &str = "graphql_subscriptions_open";

/// The seats that one connection may take.
#[derive(Clone)]
pub struct Seats {
    process: Arc<Semaphore>,
    connection: Arc<Semaphore>,
}

/// A place among those who follow, given back when dropped.
pub struct Seat(#[expect(dead_code, reason = "held, not read")] [OwnedSemaphorePermit; 2]);

/// No seat is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} has as many subscriptions open as it may")]
pub struct TooMany(&'static str);

impl TooMany {
    /// The connection's share is taken.
    pub const CONNECTION: Self = Self("this connection");
    /// All seats of the process are taken.
    pub const PROCESS: Self = Self("this process");
}

impl Seats {
    /// Seats of the process, of which one connection takes so many at most.
    pub fn new(process: Arc<Semaphore>, per_connection_max: usize) -> Self {
        Self { process, connection: Arc::new(Semaphore::new(per_connection_max)) }
    }

    /// Takes a seat.
    ///
    /// # Errors
    /// [`TooMany`].
    pub fn take(&self) -> Result<Seat, TooMany> {
        let connection = Arc::clone(&self.connection).try_acquire_owned().map_err(|_| TooMany::CONNECTION)?;
        let process = Arc::clone(&self.process).try_acquire_owned().map_err(|_| TooMany::PROCESS)?;
        metrics::gauge!(OPEN).increment(1.0);
        Ok(Seat([connection, process]))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        metrics::gauge!(OPEN).decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_bounded_by_connection_and_by_process_and_come_back() {
        let process = Arc::new(Semaphore::new(3));
        let (one, other) = (Seats::new(Arc::clone(&process), 2), Seats::new(process, 2));
        let taken = [one.take().unwrap(), one.take().unwrap()];
        assert_eq!(one.take().err(), Some(TooMany::CONNECTION));
        let last = other.take().unwrap();
        assert_eq!(other.take().err(), Some(TooMany::PROCESS));
        drop(taken);
        assert!(other.take().is_ok() && one.take().is_ok());
        drop(last);
    }
}
