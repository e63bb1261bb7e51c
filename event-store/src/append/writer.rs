//! A task that appends for a process: with its kind it shares out the streams.

use std::collections::{HashSet, VecDeque};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use service_kit::clock::Stopwatch;
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio_postgres::error::SqlState;
use tokio_util::sync::CancellationToken;

use super::columns::Columns;
use super::lane::SharedSession;
use super::request::{AppendError, Pending};
use super::session::{InsertError, Session};
use super::weed::weed;
use crate::store::Connector;
use crate::{StoreOptions, spread};

/// How often a batch is tried again after a deadlock or a race before it is split.
const RETRIES_MAX: u32 = 2;
/// Pause between attempts to reach the database again.
const RECONNECT_PAUSE_MS: u64 = 100;

pub(crate) struct Writer {
    connector: Connector,
    options: StoreOptions,
    appended: Arc<Notify>,
    suspects: Arc<Semaphore>,
    shared: SharedSession,
    /// The shared session, while a batch is at work.
    session: Option<Session>,
}

/// What a failed statement calls for.
enum Cure {
    /// Somebody was there first: find the losers.
    Weed,
    /// The same batch may pass next time.
    Retry,
    /// One of the batch is to blame for a lock that does not come.
    Locked,
    /// One of the batch holds values that Postgres does not take.
    Invalid,
    /// The connection is gone, and with it the knowledge of what happened.
    Reconnect,
}

impl Writer {
    pub(crate) fn new(
        connector: Connector,
        options: StoreOptions,
        appended: Arc<Notify>,
        suspects: Arc<Semaphore>,
        shared: SharedSession,
    ) -> Self {
        Self { connector, options, appended, suspects, shared, session: None }
    }

    /// Appends what arrives until the queue is closed and empty.
    pub(crate) async fn run(mut self, mut queue: mpsc::Receiver<Pending>) {
        let mut deferred = VecDeque::new();
        let shared = Arc::clone(&self.shared);
        loop {
            if deferred.is_empty() {
                let Some(pending) = queue.recv().await else { return };
                deferred.push_back(pending);
                // Those whom the last batch has just answered get to queue before the next one leaves.
                tokio::task::yield_now().await;
            }
            let mut session = shared.lock().await;
            self.session = session.take();
            let batch = self.gather(&mut queue, &mut deferred);
            self.append(batch).await;
            *session = self.session.take();
        }
    }

    /// Takes all that waits, up to the batch's bound. Two that would trip over each other go one after the other.
    fn gather(&self, queue: &mut mpsc::Receiver<Pending>, deferred: &mut VecDeque<Pending>) -> Vec<Pending> {
        let mut batch = Vec::new();
        let mut taken = Taken::default();
        let mut events = 0;
        for pending in std::mem::take(deferred) {
            events += pending.append.events.len();
            taken.admit(pending, &mut batch, deferred);
        }
        while events < self.options.batch_events_max {
            let Ok(pending) = queue.try_recv() else { break };
            events += pending.append.events.len();
            taken.admit(pending, &mut batch, deferred);
        }
        batch.sort_unstable_by(|a, b| a.append.stream.cmp(&b.append.stream));
        batch
    }

    /// Appends a batch to the last command: parts of it that fail are cured, split, or answered with their error.
    async fn append(&mut self, batch: Vec<Pending>) {
        let mut work = vec![(batch, 0)];
        while let Some((mut part, tries)) = work.pop() {
            if part.is_empty() {
                continue;
            }
            let error = match self.insert(&part).await {
                Ok(()) => {
                    self.appended.notify_one();
                    part.into_iter().for_each(|pending| pending.settle(Ok(())));
                    continue;
                }
                Err(InsertError::Connect(error)) => {
                    tracing::warn!(error = &error as &dyn Error, "the append writer cannot reach the database");
                    self.settle_unknown(part, &mut work).await;
                    continue;
                }
                Err(InsertError::Statement(error)) => error,
            };
            tracing::debug!(error = &error as &dyn Error, commands = part.len(), "an append batch failed");
            match cure(&error) {
                Cure::Reconnect => {
                    part.iter_mut().for_each(|pending| pending.unsure = true);
                    self.settle_unknown(part, &mut work).await;
                }
                Cure::Weed => self.weed(part, tries, &mut work).await,
                // What locks a whole table, such as a vacuum that cuts its end off, is over soon.
                Cure::Retry | Cure::Locked if tries < RETRIES_MAX => work.push((part, tries + 1)),
                Cure::Locked if part.len() > 1 => split(part, RETRIES_MAX, &mut work),
                Cure::Retry | Cure::Invalid if part.len() > 1 => split(part, 0, &mut work),
                Cure::Retry | Cure::Locked => self.wait_alone(part),
                Cure::Invalid => refuse(part, error),
            }
        }
    }

    async fn insert(&mut self, batch: &[Pending]) -> Result<(), InsertError> {
        let session = match self.session.take() {
            Some(session) if !session.client.is_closed() => session,
            _ => self.open_session().await?,
        };
        let result = session.insert(batch).await;
        self.session = Some(session);
        Ok(result?)
    }

    async fn open_session(&self) -> Result<Session, InsertError> {
        Session::open(&self.connector, self.options.lock_timeout_ms).await
    }

    async fn weed(&mut self, part: Vec<Pending>, tries: u32, work: &mut Vec<(Vec<Pending>, u32)>) {
        let Some(session) = &self.session else {
            work.push((part, tries));
            return;
        };
        let before = part.len();
        match weed(&session.client, part).await {
            // Nobody stands in the way any more: whoever did has rolled back.
            Ok(rest) if rest.len() == before && tries < RETRIES_MAX => work.push((rest, tries + 1)),
            Ok(rest) if rest.len() == before && before > 1 => split(rest, 0, work),
            Ok(rest) if rest.len() == before => rest.into_iter().for_each(Pending::conflict),
            Ok(rest) => work.push((rest, tries)),
            Err((part, _)) => self.settle_unknown(part, work).await,
        }
    }

    /// After a lost connection: reach the database again, tell by the events' ids what was stored, and store the rest.
    /// A backend that still works on the lost statement holds its keys, so the second try waits for it and then conflicts.
    async fn settle_unknown(&mut self, mut part: Vec<Pending>, work: &mut Vec<(Vec<Pending>, u32)>) {
        self.session = None;
        let started = Stopwatch::start();
        let never = CancellationToken::new();
        while u128::from(self.options.settle_ms_max) > started.elapsed().as_millis() {
            if let Ok(session) = self.open_session().await {
                match weed(&session.client, part).await {
                    Ok(rest) => {
                        self.session = Some(session);
                        self.appended.notify_one();
                        work.push((rest, 0));
                        return;
                    }
                    Err((again, _)) => part = again,
                }
            }
            service_kit::poll::pause(Duration::from_millis(RECONNECT_PAUSE_MS), &never).await;
        }
        part.into_iter().for_each(|pending| pending.settle(Err(AppendError::Unavailable)));
    }

    /// A command whose rows somebody else has locked waits on a connection of its own, so that the rest goes on. There are few
    /// such connections; for one of them it waits as long as for the lock.
    fn wait_alone(&self, part: Vec<Pending>) {
        for pending in part {
            let (connector, appended) = (self.connector.clone(), Arc::clone(&self.appended));
            let (suspects, lock_timeout_ms) = (Arc::clone(&self.suspects), self.options.suspect_lock_timeout_ms);
            tokio::spawn(async move {
                let waited =
                    tokio::time::timeout(Duration::from_millis(lock_timeout_ms.into()), suspects.acquire_owned());
                let Ok(Ok(_place)) = waited.await else {
                    let stream = pending.append.stream.clone();
                    pending.settle(Err(AppendError::Locked { stream }));
                    return;
                };
                append_alone(&connector, pending, lock_timeout_ms).await;
                appended.notify_one();
            });
        }
    }
}

async fn append_alone(connector: &Connector, pending: Pending, lock_timeout_ms: u32) {
    let stream = pending.append.stream.clone();
    let Ok(client) = connector.appender(lock_timeout_ms).await else {
        pending.settle(Err(AppendError::Unavailable));
        return;
    };
    let part = vec![pending];
    let result = client.execute(include_str!("../sql/append.sql"), &Columns::of(&part).parameters()).await;
    let Err(error) = result else {
        part.into_iter().for_each(|pending| pending.settle(Ok(())));
        return;
    };
    match cure(&error) {
        Cure::Weed => match weed(&client, part).await {
            Ok(rest) => rest.into_iter().for_each(Pending::conflict),
            Err((part, _)) => part.into_iter().for_each(|one| one.settle(Err(AppendError::Unavailable))),
        },
        Cure::Invalid => refuse(part, error),
        Cure::Reconnect => {
            part.into_iter().for_each(|one| one.settle(Err(AppendError::Unknown { stream: stream.clone() })));
        }
        Cure::Retry | Cure::Locked => {
            part.into_iter().for_each(|one| one.settle(Err(AppendError::Locked { stream: stream.clone() })));
        }
    }
}

fn refuse(part: Vec<Pending>, error: tokio_postgres::Error) {
    let mut error = Some(error);
    for pending in part {
        let stream = pending.append.stream.clone();
        let refusal = error.take().map_or(AppendError::Unavailable, |source| AppendError::Invalid { stream, source });
        pending.settle(Err(refusal));
    }
}

fn split(mut part: Vec<Pending>, tries: u32, work: &mut Vec<(Vec<Pending>, u32)>) {
    let second = part.split_off(part.len() / 2);
    work.push((second, tries));
    work.push((part, tries));
}

/// Whether a statement that failed so may have been carried out.
pub(super) fn outcome_is_unknown(error: &tokio_postgres::Error) -> bool {
    matches!(cure(error), Cure::Reconnect)
}

fn cure(error: &tokio_postgres::Error) -> Cure {
    let Some(code) = error.code() else {
        // Parameters that cannot be encoded never left this process.
        return if error.is_closed() || error.source().is_some_and(<dyn Error>::is::<std::io::Error>) {
            Cure::Reconnect
        } else {
            Cure::Invalid
        };
    };
    match *code {
        SqlState::UNIQUE_VIOLATION => Cure::Weed,
        SqlState::T_R_DEADLOCK_DETECTED | SqlState::T_R_SERIALIZATION_FAILURE => Cure::Retry,
        SqlState::LOCK_NOT_AVAILABLE | SqlState::QUERY_CANCELED => Cure::Locked,
        // Class 22 is invalid data, class 23 a broken constraint, class 54 a limit of Postgres's.
        _ if ["22", "23", "54"].contains(&&code.code()[..2]) => Cure::Invalid,
        _ => Cure::Reconnect,
    }
}

/// Hashes of what a batch holds already, so that no statement trips over itself. Two that only share a hash go one after the
/// other, which harms nobody.
#[derive(Default)]
struct Taken {
    hashes: HashSet<u64, foldhash::fast::FixedState>,
}

impl Taken {
    fn admit(&mut self, pending: Pending, batch: &mut Vec<Pending>, deferred: &mut VecDeque<Pending>) {
        let append = &pending.append;
        let stream = (!append.events.is_empty()).then(|| spread::hash(&append.stream));
        let key = append.answer.as_ref().map(|answer| spread::hash(answer.id));
        let claims = append.claims.iter().map(spread::hash);
        let holds = stream.into_iter().chain(key).chain(claims);
        if holds.clone().any(|hash| self.hashes.contains(&hash)) {
            deferred.push_back(pending);
            return;
        }
        self.hashes.extend(holds);
        batch.push(pending);
    }
}
