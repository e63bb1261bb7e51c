//! Reading one's own writes: waiting until a version of an order is projected.
//!
//! Guarantees: one task queries for all waiting requests, in one statement a round; the wait is bounded in time and in
//! number. An order that is not visible to the caller is waited for like one that does not exist. Does not: wait for
//! anything but the `read` group, which folds every model in one transaction.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::order::Order;
use domain::{Decider, OrderId};
use read_models::ReadDb;
use read_models::query::{AppliedVersion, Visibility};
use service_kit::poll;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::config::Limits;
use crate::error::ReadFailed;

/// Time between two rounds, in milliseconds: short after a round that found an awaited version, longer after others.
const ROUND_MS_MIN: u64 = 2;
const ROUND_MS_MAX: u64 = 10;

/// The token of a command's answer about an order: an order at a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsistencyToken {
    pub order_id: Uuid,
    /// The version to see at least.
    pub version: i64,
}

/// Not the token of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a consistency token is of the form {}:{{id}}@{{version}}", Order::KIND)]
pub struct InvalidToken;

impl std::str::FromStr for ConsistencyToken {
    type Err = InvalidToken;

    fn from_str(text: &str) -> Result<Self, InvalidToken> {
        let token = text.parse::<domain::ConsistencyToken>().map_err(|_| InvalidToken)?;
        let order_id = token.id.parse::<OrderId>().map_err(|_| InvalidToken)?.uuid();
        if token.kind == Order::KIND { Ok(Self { order_id, version: token.version }) } else { Err(InvalidToken) }
    }
}

impl std::fmt::Display for ConsistencyToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        domain::ConsistencyToken::new(Order::KIND, self.order_id, self.version).fmt(f)
    }
}

/// Why a wait ended without the version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WaitError {
    /// The time limit was reached.
    #[error("the version was not projected within {0} ms")]
    TimedOut(u64),
    /// Too many requests wait already.
    #[error("too many queries wait for a version")]
    Crowded,
}

/// Waits for versions.
#[derive(Clone)]
pub struct Consistency(Arc<Inner>);

struct Inner {
    read: ReadDb,
    wait_ms_max: u64,
    waiters_max: usize,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    waiters: Vec<Waiter>,
    asking: bool,
}

struct Waiter {
    token: ConsistencyToken,
    visible: Visibility,
    done: oneshot::Sender<()>,
}

impl Consistency {
    /// Over the read models.
    pub fn new(read: ReadDb, limits: &Limits) -> Self {
        Self(Arc::new(Inner {
            read,
            wait_ms_max: limits.consistency_wait_ms_max,
            waiters_max: limits.consistency_waiters_max,
            waiting: Mutex::default(),
        }))
    }

    /// Waits until the viewer can see that version of the order.
    ///
    /// # Errors
    /// [`WaitError`].
    pub async fn wait(&self, token: ConsistencyToken, visible: Visibility) -> Result<(), WaitError> {
        let (done, news) = oneshot::channel();
        {
            let mut waiting = self.0.lock();
            waiting.waiters.retain(|waiter| !waiter.done.is_closed());
            if waiting.waiters.len() >= self.0.waiters_max {
                return Err(WaitError::Crowded);
            }
            waiting.waiters.push(Waiter { token, visible, done });
            if !std::mem::replace(&mut waiting.asking, true) {
                tokio::spawn(Arc::clone(&self.0).ask());
            }
        }
        let limit = Duration::from_millis(self.0.wait_ms_max);
        match tokio::time::timeout(limit, news).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(WaitError::TimedOut(self.0.wait_ms_max)),
        }
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queries for all waiting requests, until none is left. Each of them has a time limit, so this ends.
    async fn ask(self: Arc<Self>) {
        let never = CancellationToken::new();
        let mut round_ms = ROUND_MS_MIN;
        loop {
            let Some(orders) = self.orders() else { return };
            let applied = match self.read.versions(&orders).await {
                Ok(applied) => applied,
                Err(error) => {
                    ReadFailed::log(&error);
                    Vec::new()
                }
            };
            round_ms = if self.notify(&applied) > 0 { ROUND_MS_MIN } else { (round_ms * 2).min(ROUND_MS_MAX) };
            poll::pause(Duration::from_millis(round_ms), &never).await;
        }
    }

    /// The awaited orders; `None` if there are none, which ends the task.
    fn orders(&self) -> Option<Vec<Uuid>> {
        let mut waiting = self.lock();
        waiting.waiters.retain(|waiter| !waiter.done.is_closed());
        let mut orders: Vec<Uuid> = waiting.waiters.iter().map(|waiter| waiter.token.order_id).collect();
        orders.sort_unstable();
        orders.dedup();
        waiting.asking = !orders.is_empty();
        waiting.asking.then_some(orders)
    }

    /// Wakes the requests whose version is visible, and returns how many they were.
    fn notify(&self, applied: &[AppliedVersion]) -> usize {
        let reached = |waiter: &mut Waiter| {
            applied.iter().any(|order| {
                order.order_id == waiter.token.order_id
                    && order.version >= waiter.token.version
                    && waiter.visible.shows(&order.tenant, order.customer.as_deref())
            })
        };
        let notified: Vec<Waiter> = self.lock().waiters.extract_if(.., reached).collect();
        let count = notified.len();
        for waiter in notified {
            // A request that has given up meanwhile is no error.
            let _ = waiter.done.send(());
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_as_written_and_nothing_else_does() {
        let text = "order:0197f3a0-0000-7000-8000-000000000001@17";
        assert_eq!(text.parse::<ConsistencyToken>().unwrap().to_string(), text);
        for wrong in [
            "",
            "@",
            "order:x@1",
            "order:0197f3a0-0000-7000-8000-000000000001",
            "0197f3a0-0000-7000-8000-000000000001@17",
            "payment:0197f3a0-0000-7000-8000-000000000001@17",
            &format!("{text}99999999999999999999"),
        ] {
            assert!(wrong.parse::<ConsistencyToken>().is_err(), "{wrong}");
        }
        assert!("order:0197f3a0-0000-7000-8000-000000000001@0".parse::<ConsistencyToken>().is_err());
    }
}
