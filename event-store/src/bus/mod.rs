//! Running commands: load, decide, store.
//!
//! Guarantees: commands on one stream are decided one after the other within a process; a lost race is decided anew on the
//! fresh state; nothing that appends no event (a refusal, a repeat, a read) is answered before the stream's tail was read
//! again; a repeated idempotency key answers what was answered first.
//! Does not: know who may do what. The caller's closure decides, with the state before it.

mod execution;
mod load;
pub(crate) mod payload;
pub(crate) mod snapshot;

use std::sync::Arc;

use domain::Decider;
use service_kit::clock::SharedIds;

pub use execution::{Answer, Claims, Decide, Decided, ExecuteError, Execution, Expectation, Idempotency, Outcome};

use crate::append::{AnswerId, Append, AppendError, Claim, NewAnswer, StreamAppend, TimerChange};
use crate::cache::KindCache;
use crate::loaded::counted_bytes;
use crate::{Loaded, ReadError, Store, StreamId};

/// Most decisions of one command; each further one follows a lost race.
const ATTEMPTS_MAX: u32 = 8;

/// Runs the commands of one kind of aggregate.
pub struct CommandBus<D: Decider> {
    store: Store,
    ids: SharedIds,
    cache: KindCache<D::State>,
}

/// How an attempt to store ended.
enum Stored<D: Decider> {
    Done(Decided<D>),
    /// Another command has appended to the stream meanwhile; decide again.
    Stale,
    /// The key has an answer already.
    Answered,
}

impl<D: Decider> CommandBus<D> {
    /// A bus that stores in `store` and takes event ids from `ids`.
    pub fn new(store: Store, ids: SharedIds) -> Self {
        let cache = store.inner.options.cache.of_kind(D::KIND);
        Self { store, ids, cache }
    }

    /// The store that the bus appends to.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// A stream's state as of now: what is in memory, brought up to the stored tail.
    ///
    /// # Errors
    /// [`ExecuteError`] when the stream cannot be read or folded.
    pub async fn load(&self, id: &str) -> Result<Loaded<D::State>, ExecuteError> {
        let stream = StreamId::new(D::KIND, id);
        let known = self.cache.get(id).unwrap_or_else(Loaded::initial::<D>);
        self.catch_up(&stream, known).await
    }

    /// Runs one command: load, decide, store. It decides again after a lost race, up to eight times.
    ///
    /// # Errors
    /// [`ExecuteError`]; a refusal by the caller's closure is an [`Outcome`], not an error.
    pub async fn execute<R>(&self, execution: Execution<'_, D, R>) -> Result<Outcome<D, R>, ExecuteError> {
        let stream = StreamId::new(D::KIND, execution.id);
        let _turn = self.store.inner.stripes.lock(&stream).await;
        let (mut loaded, mut fresh) = match (self.cache.get(execution.id), execution.expects) {
            (Some(loaded), _) => (loaded, false),
            (None, Expectation::New) => (Loaded::initial::<D>(), false),
            (None, Expectation::Existing) => (self.catch_up(&stream, Loaded::initial::<D>()).await?, true),
        };
        for _ in 0..ATTEMPTS_MAX {
            let decision = (execution.decide)(loaded.version, &loaded.state);
            match decision {
                Ok(events) if !events.is_empty() => match self.append(&stream, &execution, &loaded, events).await? {
                    Stored::Done(decided) => return Ok(Outcome::Done(decided)),
                    Stored::Answered => return self.repeat(&execution).await,
                    Stored::Stale => {
                        loaded = self.catch_up(&stream, loaded).await?;
                        fresh = true;
                    }
                },
                without_events => {
                    if !fresh {
                        let seen = loaded.version;
                        loaded = self.catch_up(&stream, loaded).await?;
                        fresh = true;
                        if loaded.version != seen {
                            continue;
                        }
                    }
                    return self.complete(&stream, &execution, loaded, without_events).await;
                }
            }
        }
        Err(ExecuteError::Contended { stream })
    }

    async fn append<R>(
        &self,
        stream: &StreamId,
        execution: &Execution<'_, D, R>,
        loaded: &Loaded<D::State>,
        events: Vec<D::Event>,
    ) -> Result<Stored<D>, ExecuteError> {
        let mut state = (*loaded.state).clone();
        let mut new = Vec::with_capacity(events.len());
        let mut claims = Vec::new();
        let mut bytes = loaded.bytes;
        for event in &events {
            let event_to_store = payload::new_event(&self.store, &self.ids, event)?;
            bytes = counted_bytes(bytes + event_to_store.payload.len(), D::STATE_BYTES_MAX);
            claims.extend((execution.claims)(&state, event));
            state =
                D::evolve(state, event).map_err(|source| ExecuteError::Damaged { stream: stream.clone(), source })?;
            new.push(event_to_store);
        }
        let timer = TimerChange::between(D::wake_at(&loaded.state), D::wake_at(&state));
        let version = loaded.version + i64::try_from(events.len()).expect("a command makes few events");
        let event_ids = new.iter().map(|event| event.id).collect();
        let decided = Decided { version, event_ids, state: Arc::new(state) };
        let first = StreamAppend { claims, timer, ..StreamAppend::new(stream.clone(), loaded.version, new) };
        let append = Append {
            answer: self.answer(execution, Ok(&decided)),
            ..Append::new(execution.tenant.clone(), execution.metadata.to_json(), first)
        };
        match self.store.append(append).await {
            Ok(()) => {
                self.cache.insert(execution.id, Loaded { version, state: Arc::clone(&decided.state), bytes });
                let state = || serde_json::to_string(&*decided.state);
                self.store.keep_snapshot(stream, D::FOLD_VERSION, loaded.version, version, state).await;
                Ok(Stored::Done(decided))
            }
            Err(AppendError::Conflict { .. }) => Ok(Stored::Stale),
            Err(AppendError::AnswerExists) => Ok(Stored::Answered),
            Err(error) => {
                self.cache.evict(execution.id);
                Err(error.into())
            }
        }
    }

    /// Completes a command that appends nothing. Where its Idempotency-Key has an answer already, that is its outcome;
    /// else its own answer is stored for the key.
    async fn complete<R>(
        &self,
        stream: &StreamId,
        execution: &Execution<'_, D, R>,
        loaded: Loaded<D::State>,
        decision: Result<Vec<D::Event>, R>,
    ) -> Result<Outcome<D, R>, ExecuteError> {
        self.cache.insert(execution.id, loaded.clone());
        let decided = Decided { version: loaded.version, event_ids: Vec::new(), state: loaded.state };
        let answer = match &decision {
            Ok(_) => self.answer(execution, Ok(&decided)),
            Err(refusal) => self.answer(execution, Err(refusal)),
        };
        if let Some(answer) = answer {
            let append = Append::of_answer(stream.clone(), execution.tenant.clone(), answer);
            match self.store.append(append).await {
                Ok(()) => {}
                Err(AppendError::AnswerExists) => return self.repeat(execution).await,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(match decision {
            Ok(_) => Outcome::Done(decided),
            Err(refusal) => Outcome::Refused(refusal),
        })
    }

    fn answer<R>(&self, execution: &Execution<'_, D, R>, result: Result<&Decided<D>, &R>) -> Option<NewAnswer> {
        let idempotency = execution.idempotency.as_ref()?;
        let is_refusal = result.is_err();
        Some(self.store.answer_to(idempotency, (execution.answer)(result)?, is_refusal))
    }

    async fn repeat<R>(&self, execution: &Execution<'_, D, R>) -> Result<Outcome<D, R>, ExecuteError> {
        let idempotency = execution.idempotency.as_ref().ok_or(ExecuteError::AnswerLost)?;
        self.store.kept_answer(idempotency).await.map(Outcome::Repeated)
    }
}

impl Store {
    /// An answer to keep for a key; a refusal only for a time.
    pub(crate) fn answer_to(&self, idempotency: &Idempotency, answer: String, is_refusal: bool) -> NewAnswer {
        NewAnswer {
            id: AnswerId::new(&idempotency.scope, &idempotency.key),
            fingerprint: idempotency.fingerprint.clone(),
            answer,
            keep_s: is_refusal.then_some(self.inner.options.refusal_kept_s),
        }
    }

    /// The answer that was kept for the key of the same request.
    pub(crate) async fn kept_answer(&self, idempotency: &Idempotency) -> Result<String, ExecuteError> {
        let stored = self.stored_answer(&idempotency.scope, &idempotency.key).await?;
        let (fingerprint, answer) = stored.ok_or(ExecuteError::AnswerLost)?;
        if fingerprint != idempotency.fingerprint {
            return Err(ExecuteError::KeyReused);
        }
        Ok(answer)
    }

    /// The id of the stream that holds a value.
    ///
    /// # Errors
    /// [`ReadError`] when the database cannot be reached.
    pub async fn claim_holder(&self, claim: &Claim) -> Result<Option<String>, ReadError> {
        let client = self.reader().await?;
        let statement =
            client.prepare_cached(include_str!("../sql/claim_holder.sql")).await.map_err(ReadError::Query)?;
        let row = client.query_opt(&statement, &[&claim.scope, &claim.value]).await.map_err(ReadError::Query)?;
        row.map(|row| row.try_get(0)).transpose().map_err(ReadError::Query)
    }

    /// The values of a scope that streams hold, after a value and in the order of their bytes, at most so many.
    ///
    /// # Errors
    /// [`ReadError`] when the database cannot be reached.
    pub async fn claimed_after(&self, scope: &str, after: &str, values_max: i64) -> Result<Vec<String>, ReadError> {
        let client = self.reader().await?;
        let statement =
            client.prepare_cached(include_str!("../sql/claimed_after.sql")).await.map_err(ReadError::Query)?;
        let rows = client.query(&statement, &[&scope, &after, &values_max]).await.map_err(ReadError::Query)?;
        rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>().map_err(ReadError::Query)
    }

    /// The fingerprint and answer kept for an idempotency key.
    ///
    /// # Errors
    /// [`ReadError`] when the database cannot be reached.
    pub async fn stored_answer(&self, scope: &str, key: &str) -> Result<Option<(Vec<u8>, String)>, ReadError> {
        let client = self.reader().await?;
        let statement = client.prepare_cached(include_str!("../sql/answer.sql")).await.map_err(ReadError::Query)?;
        let row =
            client.query_opt(&statement, &[&AnswerId::new(scope, key).as_bytes()]).await.map_err(ReadError::Query)?;
        row.map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).transpose().map_err(ReadError::Query)
    }
}
