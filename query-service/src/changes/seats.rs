//! How many may follow at once.

use std::sync::Arc;

use service_kit::auth::Principal;
use service_kit::fairness::{Share, Shares};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Open subscriptions of the process.
const OPEN: &str = "graphql_subscriptions_open";

/// The seats that one connection may take.
#[derive(Clone)]
pub struct Seats {
    process: Arc<Semaphore>,
    shares: Shares,
    connection: Arc<Semaphore>,
}

/// A place among those who follow, given back when dropped.
pub struct Seat {
    _permits: [OwnedSemaphorePermit; 2],
    _share: Share,
}

/// No seat is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} has as many subscriptions open as it may")]
pub struct TooMany(&'static str);

impl TooMany {
    /// The connection's share is taken.
    pub const CONNECTION: Self = Self("this connection");
    /// The share of the subject or of the tenant is taken.
    pub const SHARE: Self = Self("the token's subject or its tenant");
    /// All seats of the process are taken.
    pub const PROCESS: Self = Self("this process");
}

impl Seats {
    /// Seats of the process, of which one connection takes so many at most.
    pub fn new(process: Arc<Semaphore>, shares: Shares, per_connection_max: usize) -> Self {
        Self { process, shares, connection: Arc::new(Semaphore::new(per_connection_max)) }
    }

    /// Takes a seat.
    ///
    /// # Errors
    /// [`TooMany`].
    pub fn take(&self, principal: &Principal) -> Result<Seat, TooMany> {
        let connection = Arc::clone(&self.connection).try_acquire_owned().map_err(|_| TooMany::CONNECTION)?;
        let process = Arc::clone(&self.process).try_acquire_owned().map_err(|_| TooMany::PROCESS)?;
        let share = self.shares.take(principal).map_err(|_| TooMany::SHARE)?;
        metrics::gauge!(OPEN).increment(1.0);
        Ok(Seat { _permits: [connection, process], _share: share })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        metrics::gauge!(OPEN).decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use service_kit::auth::Role;

    use super::*;

    fn principal(subject: &str) -> Principal {
        let tenant = domain::TenantId::try_new("shop").unwrap();
        Principal { subject: subject.into(), tenant, customer: None, scopes: Role::Admin.scopes() }
    }

    #[test]
    fn seats_are_bounded_by_connection_subject_and_process_and_come_back() {
        let (process, shares) = (Arc::new(Semaphore::new(5)), Shares::of("subscriptions", 6));
        let seats = || Seats::new(Arc::clone(&process), shares.clone(), 2);
        let (one, other, third) = (seats(), seats(), seats());
        let (ann, bob) = (principal("ann"), principal("bob"));
        let taken = [one.take(&ann).unwrap(), one.take(&ann).unwrap()];
        assert_eq!(one.take(&ann).err(), Some(TooMany::CONNECTION));
        let last = [other.take(&ann).unwrap(), third.take(&bob).unwrap()];
        assert_eq!(third.take(&ann).err(), Some(TooMany::SHARE));
        let _full = third.take(&bob).unwrap();
        assert_eq!(other.take(&bob).err(), Some(TooMany::PROCESS));
        drop(taken);
        assert!(other.take(&bob).is_ok() && one.take(&ann).is_ok());
        drop(last);
    }
}
