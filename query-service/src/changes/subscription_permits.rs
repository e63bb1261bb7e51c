//! Permits that bound the number of open subscriptions.

use std::sync::Arc;

use service_kit::auth::Principal;
use service_kit::fairness::{Share, Shares};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Gauge: open subscriptions of the process.
const OPEN: &str = "graphql_subscriptions_open";

/// The permits that one connection may acquire.
#[derive(Clone)]
pub struct SubscriptionPermits {
    process: Arc<Semaphore>,
    shares: Shares,
    connection: Arc<Semaphore>,
}

/// A permit for one subscription, released when dropped.
pub struct SubscriptionPermit {
    _permits: [OwnedSemaphorePermit; 2],
    _share: Share,
}

/// No permit is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} has as many subscriptions open as it may")]
pub struct TooMany(&'static str);

impl TooMany {
    /// The connection has as many subscriptions as it may.
    pub const CONNECTION: Self = Self("this connection");
    /// The subject or the tenant has as many subscriptions as it may.
    pub const SHARE: Self = Self("the token's subject or its tenant");
    /// All permits of the process are taken.
    pub const PROCESS: Self = Self("this process");
}

impl SubscriptionPermits {
    /// Permits of the process, of which one connection may acquire at most `per_connection_max`.
    pub fn new(process: Arc<Semaphore>, shares: Shares, per_connection_max: usize) -> Self {
        Self { process, shares, connection: Arc::new(Semaphore::new(per_connection_max)) }
    }

    /// Acquires a permit without waiting.
    ///
    /// # Errors
    /// [`TooMany`].
    pub fn acquire(&self, principal: &Principal) -> Result<SubscriptionPermit, TooMany> {
        let connection = Arc::clone(&self.connection).try_acquire_owned().map_err(|_| TooMany::CONNECTION)?;
        let process = Arc::clone(&self.process).try_acquire_owned().map_err(|_| TooMany::PROCESS)?;
        let share = self.shares.take(principal).map_err(|_| TooMany::SHARE)?;
        metrics::gauge!(OPEN).increment(1.0);
        Ok(SubscriptionPermit { _permits: [connection, process], _share: share })
    }
}

impl Drop for SubscriptionPermit {
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
    fn permits_are_bounded_by_connection_subject_and_process_and_come_back() {
        let (process, shares) = (Arc::new(Semaphore::new(5)), Shares::of("subscriptions", 6));
        let permits = || SubscriptionPermits::new(Arc::clone(&process), shares.clone(), 2);
        let (one, other, third) = (permits(), permits(), permits());
        let (ann, bob) = (principal("ann"), principal("bob"));
        let taken = [one.acquire(&ann).unwrap(), one.acquire(&ann).unwrap()];
        assert_eq!(one.acquire(&ann).err(), Some(TooMany::CONNECTION));
        let last = [other.acquire(&ann).unwrap(), third.acquire(&bob).unwrap()];
        assert_eq!(third.acquire(&ann).err(), Some(TooMany::SHARE));
        let _full = third.acquire(&bob).unwrap();
        assert_eq!(other.acquire(&bob).err(), Some(TooMany::PROCESS));
        drop(taken);
        assert!(other.acquire(&bob).is_ok() && one.acquire(&ann).is_ok());
        drop(last);
    }
}
