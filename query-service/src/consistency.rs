//! Reading one's own writes: waiting until a version of a stream is projected.
//!
//! Guarantees: one task queries for all waiting requests, in one statement a kind and round; the wait is bounded in time and in
//! number. A stream that is not visible to the caller is waited for like one that does not exist. Does not: wait for another kind than
//! the token's, whose group folds its models in one transaction.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::Decider;
use domain::fulfilment::Fulfilment;
use domain::order::Order;
use domain::order_saga::OrderSaga;
use domain::reservation::Reservation;
use domain::stock::Stock;
use read_models::query::{AppliedVersion, Visibility};
use read_models::{ReadDb, ReadDbError};
use service_kit::poll;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::config::Limits;
use crate::error::ReadFailed;

/// Time between two rounds, in milliseconds: short after a round that found an awaited version, longer after others.
const ROUND_MS_MIN: u64 = 2;
const ROUND_MS_MAX: u64 = 10;

/// The kind of the stream of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenKind {
    Order,
    Stock,
    Reservation,
    Saga,
    Fulfilment,
}

impl TokenKind {
    const ALL: [Self; 5] = [Self::Order, Self::Stock, Self::Reservation, Self::Saga, Self::Fulfilment];

    const fn name(self) -> &'static str {
        match self {
            Self::Order => Order::KIND,
            Self::Stock => Stock::KIND,
            Self::Reservation => Reservation::KIND,
            Self::Saga => OrderSaga::KIND,
            Self::Fulfilment => Fulfilment::KIND,
        }
    }
}

/// The token of a command's answer: a stream at a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsistencyToken {
    pub kind: TokenKind,
    pub stream_id: Uuid,
    /// The version to see at least.
    pub version: i64,
}

impl ConsistencyToken {
    /// An order at a version.
    pub const fn order(order_id: Uuid, version: i64) -> Self {
        Self { kind: TokenKind::Order, stream_id: order_id, version }
    }

    /// The stock of a SKU at a location, at a version.
    pub const fn stock(stock_id: Uuid, version: i64) -> Self {
        Self { kind: TokenKind::Stock, stream_id: stock_id, version }
    }

    /// A reservation at a version.
    pub const fn reservation(reservation_id: Uuid, version: i64) -> Self {
        Self { kind: TokenKind::Reservation, stream_id: reservation_id, version }
    }

    /// The saga of an order at a version.
    pub const fn saga(order_id: Uuid, version: i64) -> Self {
        Self { kind: TokenKind::Saga, stream_id: order_id, version }
    }

    /// A fulfilment at a version.
    pub const fn fulfilment(fulfilment_id: Uuid, version: i64) -> Self {
        Self { kind: TokenKind::Fulfilment, stream_id: fulfilment_id, version }
    }
}

/// Not the token of a stream that queries show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a consistency token is of the form {{kind}}:{{id}}@{{version}}, of an order, of stock, of a reservation, of a saga or \
     of a fulfilment"
)]
pub struct InvalidToken;

impl std::str::FromStr for ConsistencyToken {
    type Err = InvalidToken;

    fn from_str(text: &str) -> Result<Self, InvalidToken> {
        let token = text.parse::<domain::ConsistencyToken>().map_err(|_| InvalidToken)?;
        let stream_id = token.id.parse::<Uuid>().map_err(|_| InvalidToken)?;
        let kind = TokenKind::ALL.into_iter().find(|kind| kind.name() == token.kind).ok_or(InvalidToken)?;
        Ok(Self { kind, stream_id, version: token.version })
    }
}

impl std::fmt::Display for ConsistencyToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        domain::ConsistencyToken::new(self.kind.name(), self.stream_id, self.version).fmt(f)
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

    /// Waits until the viewer can see that version of the stream.
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
            let Some(awaited) = self.awaited() else { return };
            let mut notified = 0;
            for (kind, ids) in awaited {
                match self.versions(kind, &ids).await {
                    Ok(applied) => notified += self.notify(kind, &applied),
                    Err(error) => {
                        ReadFailed::log(&error);
                    }
                }
            }
            round_ms = if notified > 0 { ROUND_MS_MIN } else { (round_ms * 2).min(ROUND_MS_MAX) };
            poll::pause(Duration::from_millis(round_ms), &never).await;
        }
    }

    /// The applied versions of some streams of a kind.
    async fn versions(&self, kind: TokenKind, ids: &[Uuid]) -> Result<Vec<AppliedVersion>, ReadDbError> {
        match kind {
            TokenKind::Order => self.read.versions(ids).await,
            TokenKind::Stock => self.read.stock_versions(ids).await,
            TokenKind::Reservation => self.read.reservation_versions(ids).await,
            TokenKind::Saga => self.read.saga_versions(ids).await,
            TokenKind::Fulfilment => self.read.fulfilment_versions(ids).await,
        }
    }

    /// The awaited streams by kind; `None` if there are none, which ends the task.
    fn awaited(&self) -> Option<BTreeMap<TokenKind, Vec<Uuid>>> {
        let mut waiting = self.lock();
        waiting.waiters.retain(|waiter| !waiter.done.is_closed());
        let mut awaited: BTreeMap<TokenKind, Vec<Uuid>> = BTreeMap::new();
        for waiter in &waiting.waiters {
            awaited.entry(waiter.token.kind).or_default().push(waiter.token.stream_id);
        }
        for ids in awaited.values_mut() {
            ids.sort_unstable();
            ids.dedup();
        }
        waiting.asking = !awaited.is_empty();
        waiting.asking.then_some(awaited)
    }

    /// Wakes the requests whose version is visible, and returns how many they were.
    fn notify(&self, kind: TokenKind, applied: &[AppliedVersion]) -> usize {
        let reached = |waiter: &mut Waiter| {
            waiter.token.kind == kind
                && applied.iter().any(|one| {
                    one.stream_id == waiter.token.stream_id
                        && one.version >= waiter.token.version
                        && waiter.visible.shows(&one.tenant, one.customer.as_deref())
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
        for kind in ["stock", "reservation", "order_saga", "fulfilment"] {
            let text = text.replace("order", kind);
            assert_eq!(text.parse::<ConsistencyToken>().unwrap().to_string(), text);
        }
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
