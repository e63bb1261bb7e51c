//! The task that appends what waits in an append queue. Each writer serves the streams of its queue.

use std::collections::{HashSet, VecDeque};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use service_kit::clock::Stopwatch;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use super::conflicts::resolve_conflicts;
use super::connector::{Connector, InsertError};
use super::failure::{FailureClass, classify};
use super::request::{Append, AppendError, Pending};
use super::session::{Session, SharedSession};
use crate::wake::Appended;
use crate::{StoreOptions, hashing};

/// How often a batch is tried again after a deadlock or a race before it is split.
const RETRIES_MAX: u32 = 2;
/// Pause between attempts to reach the database again.
const RECONNECT_PAUSE_MS: u64 = 100;

pub(crate) struct Writer {
    connector: Connector,
    options: StoreOptions,
    appended: Appended,
    isolated_appends: Arc<Semaphore>,
    shared: SharedSession,
    /// The shared session, while a batch is at work.
    session: Option<Session>,
}

/// Commands that are appended together.
struct Part {
    commands: Vec<Pending>,
    /// How often they were tried before.
    tries: u32,
}

impl Writer {
    pub(crate) fn new(
        connector: Connector,
        options: StoreOptions,
        appended: Appended,
        isolated_appends: Arc<Semaphore>,
        shared: SharedSession,
    ) -> Self {
        Self { connector, options, appended, isolated_appends, shared, session: None }
    }

    /// Appends what arrives until the queue is closed and empty.
    pub(crate) async fn run(mut self, mut queue: mpsc::Receiver<Pending>) {
        let mut deferred = VecDeque::new();
        let shared = Arc::clone(&self.shared);
        loop {
            if deferred.is_empty() {
                let Some(pending) = queue.recv().await else { return };
                deferred.push_back(pending);
                // Callers whom the last batch has just answered may queue their next append before this batch is
                // gathered.
                tokio::task::yield_now().await;
            }
            let mut session = shared.lock().await;
            self.session = session.take();
            let batch = self.gather(&mut queue, &mut deferred);
            self.append(batch).await;
            *session = self.session.take();
        }
    }

    /// Takes everything that waits, up to the batch's bound. Of two commands that would conflict with each other in one
    /// statement, the later one is deferred to the next batch.
    fn gather(&self, queue: &mut mpsc::Receiver<Pending>, deferred: &mut VecDeque<Pending>) -> Vec<Pending> {
        let mut batch = Vec::new();
        let mut taken = Taken::default();
        let mut events = 0;
        for pending in std::mem::take(deferred) {
            events += pending.append.events_count();
            taken.admit(pending, &mut batch, deferred);
        }
        while events < self.options.batch_events_max {
            let Ok(pending) = queue.try_recv() else { break };
            events += pending.append.events_count();
            taken.admit(pending, &mut batch, deferred);
        }
        batch
    }

    /// Appends a batch until every command is answered. A part of it that fails is tried again, has its conflicts
    /// resolved, is split, or is answered with its error, by its [`FailureClass`].
    async fn append(&mut self, batch: Vec<Pending>) {
        let mut work = vec![Part { commands: batch, tries: 0 }];
        while let Some(Part { commands: mut part, tries }) = work.pop() {
            if part.is_empty() {
                continue;
            }
            let error = match self.insert(&part).await {
                Ok(()) => {
                    self.appended.notify();
                    part.into_iter().for_each(|pending| pending.complete(Ok(())));
                    continue;
                }
                Err(InsertError::Connect(error)) => {
                    tracing::warn!(error = &error as &dyn Error, "the append writer cannot reach the database");
                    self.reconcile_unknown(part, &mut work).await;
                    continue;
                }
                Err(InsertError::Statement(error)) => error,
            };
            tracing::debug!(error = &error as &dyn Error, commands = part.len(), "an append batch failed");
            match classify(&error) {
                FailureClass::ConnectionLost => {
                    part.iter_mut().for_each(|pending| pending.may_be_stored = true);
                    self.reconcile_unknown(part, &mut work).await;
                }
                FailureClass::Conflict => self.resolve_conflicts(part, tries, &mut work).await,
                // A lock on a whole table, such as a vacuum's while it truncates the table, is released soon.
                FailureClass::Transient | FailureClass::Locked if tries < RETRIES_MAX => {
                    work.push(Part { commands: part, tries: tries + 1 });
                }
                FailureClass::Locked if part.len() > 1 => split(part, RETRIES_MAX, &mut work),
                FailureClass::Transient | FailureClass::Invalid if part.len() > 1 => split(part, 0, &mut work),
                FailureClass::Transient | FailureClass::Locked => self.append_isolated(part),
                FailureClass::Invalid => refuse(part, error),
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

    async fn resolve_conflicts(&mut self, part: Vec<Pending>, tries: u32, work: &mut Vec<Part>) {
        let Some(session) = &self.session else {
            work.push(Part { commands: part, tries });
            return;
        };
        let before = part.len();
        match resolve_conflicts(&session.client, part).await {
            // Nothing conflicts any more: the rival transaction has rolled back.
            Ok(rest) if rest.len() == before && tries < RETRIES_MAX => {
                work.push(Part { commands: rest, tries: tries + 1 });
            }
            Ok(rest) if rest.len() == before && before > 1 => split(rest, 0, work),
            Ok(rest) if rest.len() == before => rest.into_iter().for_each(|pending| pending.conflict(0)),
            Ok(rest) => work.push(Part { commands: rest, tries }),
            Err((part, _)) => self.reconcile_unknown(part, work).await,
        }
    }

    /// After a lost connection: connects again, finds out by the events' ids what was stored, and tries the rest again.
    /// A backend that still executes the lost statement holds locks on its keys, so the new attempt waits for it and
    /// conflicts.
    async fn reconcile_unknown(&mut self, mut part: Vec<Pending>, work: &mut Vec<Part>) {
        self.session = None;
        let started = Stopwatch::start();
        let never = CancellationToken::new();
        while u128::from(self.options.reconcile_ms_max) > started.elapsed().as_millis() {
            if let Ok(session) = self.open_session().await {
                match resolve_conflicts(&session.client, part).await {
                    Ok(rest) => {
                        self.session = Some(session);
                        self.appended.notify();
                        work.push(Part { commands: rest, tries: 0 });
                        return;
                    }
                    Err((again, _)) => part = again,
                }
            }
            service_kit::poll::pause(Duration::from_millis(RECONNECT_PAUSE_MS), &never).await;
        }
        part.into_iter().for_each(|pending| pending.complete(Err(AppendError::Unavailable)));
    }

    /// Appends each command whose rows another transaction has locked on a connection of its own, so that the other
    /// commands go on. There are few such connections; a command waits for one at most as long as for the lock.
    fn append_isolated(&self, part: Vec<Pending>) {
        for pending in part {
            let connector = self.connector.clone();
            let appended = self.appended.clone();
            let isolated_appends = Arc::clone(&self.isolated_appends);
            let lock_timeout_ms = self.options.isolated_lock_timeout_ms;
            tokio::spawn(async move {
                let timeout = Duration::from_millis(lock_timeout_ms.into());
                let waited = tokio::time::timeout(timeout, isolated_appends.acquire_owned());
                let Ok(Ok(_permit)) = waited.await else {
                    let stream = pending.append.first.stream.clone();
                    pending.complete(Err(AppendError::Locked { stream }));
                    return;
                };
                append_one(&connector, pending, lock_timeout_ms).await;
                appended.notify();
            });
        }
    }
}

async fn append_one(connector: &Connector, pending: Pending, lock_timeout_ms: u32) {
    let stream = pending.append.first.stream.clone();
    let session = match Session::open(connector, lock_timeout_ms).await {
        Ok(session) => session,
        Err(InsertError::Statement(error)) if matches!(classify(&error), FailureClass::Locked) => {
            pending.complete(Err(AppendError::Locked { stream }));
            return;
        }
        Err(_) => {
            pending.complete(Err(AppendError::Unavailable));
            return;
        }
    };
    let part = vec![pending];
    let Err(error) = session.insert(&part).await else {
        part.into_iter().for_each(|pending| pending.complete(Ok(())));
        return;
    };
    match classify(&error) {
        FailureClass::Conflict => match resolve_conflicts(&session.client, part).await {
            Ok(rest) => rest.into_iter().for_each(|pending| pending.conflict(0)),
            Err((part, _)) => part.into_iter().for_each(|one| one.complete(Err(AppendError::Unavailable))),
        },
        FailureClass::Invalid => refuse(part, error),
        FailureClass::ConnectionLost => {
            part.into_iter().for_each(|one| one.complete(Err(AppendError::Unknown { stream: stream.clone() })));
        }
        FailureClass::Transient | FailureClass::Locked => {
            part.into_iter().for_each(|one| one.complete(Err(AppendError::Locked { stream: stream.clone() })));
        }
    }
}

fn refuse(part: Vec<Pending>, error: tokio_postgres::Error) {
    let mut error = Some(error);
    for pending in part {
        let stream = pending.append.first.stream.clone();
        let refusal = error.take().map_or(AppendError::Unavailable, |source| AppendError::Invalid { stream, source });
        pending.complete(Err(refusal));
    }
}

fn split(mut part: Vec<Pending>, tries: u32, work: &mut Vec<Part>) {
    let second = part.split_off(part.len() / 2);
    work.push(Part { commands: second, tries });
    work.push(Part { commands: part, tries });
}

/// Hashes of the streams, keys and claims of a batch, so that no statement conflicts with itself. Two commands that
/// only share a hash go into different batches, which costs a little time and is correct.
#[derive(Default)]
struct Taken {
    hashes: HashSet<u64, foldhash::fast::FixedState>,
}

impl Taken {
    fn admit(&mut self, pending: Pending, batch: &mut Vec<Pending>, deferred: &mut VecDeque<Pending>) {
        if held(&pending.append).any(|hash| self.hashes.contains(&hash)) {
            deferred.push_back(pending);
            return;
        }
        self.hashes.extend(held(&pending.append));
        batch.push(pending);
    }
}

/// Hashes of what no other command of the same statement may hold.
fn held(append: &Append) -> impl Iterator<Item = u64> {
    let streams = append.streams().filter(|one| !one.events.is_empty()).map(|one| hashing::hash(&one.stream));
    let key = append.answer.as_ref().map(|answer| hashing::hash(answer.id));
    let claims = append.streams().flat_map(|one| &one.claims).map(hashing::hash);
    streams.chain(key).chain(claims)
}
