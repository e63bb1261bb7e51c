//! Running commands: load, decide, store.
//!
//! Guarantees: commands on one stream are decided one after the other within a process; a lost race is decided anew on the
//! fresh state; nothing that appends no event (a refusal, a repeat, a read) is answered before the stream's tail was read
//! again; a repeated idempotency key answers what was answered first.
//! Does not: know who may do what. The caller's closure decides, with the state before it.

mod execution;
mod load;
mod snapshot;

use std::sync::Arc;

use domain::{Decider, StoredEvent};
use service_kit::clock::SharedIds;
use tokio::sync::Mutex;

pub use execution::{Answer, Claims, Decide, Decided, ExecuteError, Execution, Expectation, Idempotency, Outcome};

use crate::append::{AnswerId, Append, AppendError, Claim, NewAnswer, NewEvent};
use crate::cache::KindCache;
use crate::{Loaded, ReadError, Store, StreamId, hashing};

/// Number of locks that streams share by hash; a collision only makes one command wait for another.
const STRIPES: usize = 4_096;
/// Most decisions of one command; each further one follows a lost race.
const ATTEMPTS_MAX: u32 = 8;

/// Runs the commands of one kind of aggregate.
pub struct CommandBus<D: Decider> {
    store: Store,
    ids: SharedIds,
    cache: KindCache<D::State>,
    stripes: Box<[Mutex<()>]>,
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
        let stripes = (0..STRIPES).map(|_| Mutex::new(())).collect();
        Self { store, ids, cache, stripes }
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
        let _turn = self.stripe(execution.id).lock().await;
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
                        self.cache.evict(execution.id);
                        loaded = self.catch_up(&stream, Loaded::initial::<D>()).await?;
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
            let payload = serde_json::to_string(event).map_err(|source| ExecuteError::Unserialisable { source })?;
            let limit = self.store.inner.options.event_bytes_max;
            if payload.len() > limit {
                return Err(ExecuteError::TooLarge { bytes: payload.len(), limit });
            }
            bytes += payload.len();
            claims.extend((execution.claims)(&state, event));
            state =
                D::evolve(state, event).map_err(|source| ExecuteError::Damaged { stream: stream.clone(), source })?;
            new.push(NewEvent {
                id: domain::EventId::new(self.ids.ordered()),
                event_type: event.event_type().to_owned(),
                event_version: event.event_version().to_owned(),
                payload,
            });
        }
        let version = loaded.version + i64::try_from(events.len()).expect("a command makes few events");
        let event_ids = new.iter().map(|event| event.id).collect();
        let decided = Decided { version, event_ids, state: Arc::new(state) };
        let append = Append {
            stream: stream.clone(),
            expected_version: loaded.version,
            tenant: execution.tenant.clone(),
            metadata: execution.metadata.to_json(),
            events: new,
            answer: self.answer(execution, Ok(&decided)),
            claims,
        };
        match self.store.append(append).await {
            Ok(()) => {
                self.cache.insert(execution.id, Loaded { version, state: Arc::clone(&decided.state), bytes });
                self.keep_snapshot(stream, loaded.version, version, &decided.state).await;
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
            let append = Append {
                stream: stream.clone(),
                expected_version: loaded.version,
                tenant: execution.tenant.clone(),
                metadata: String::new(),
                events: Vec::new(),
                answer: Some(answer),
                claims: Vec::new(),
            };
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
        let keep_s = result.is_err().then_some(self.store.inner.options.refusal_kept_s);
        Some(NewAnswer {
            id: AnswerId::new(&idempotency.scope, &idempotency.key),
            fingerprint: idempotency.fingerprint.clone(),
            answer: (execution.answer)(result)?,
            keep_s,
        })
    }

    async fn repeat<R>(&self, execution: &Execution<'_, D, R>) -> Result<Outcome<D, R>, ExecuteError> {
        let Some(idempotency) = &execution.idempotency else { return Err(ExecuteError::AnswerLost) };
        let stored = self.store.stored_answer(&idempotency.scope, &idempotency.key).await?;
        let (fingerprint, answer) = stored.ok_or(ExecuteError::AnswerLost)?;
        if fingerprint != idempotency.fingerprint {
            return Err(ExecuteError::KeyReused);
        }
        Ok(Outcome::Repeated(answer))
    }

    fn stripe(&self, id: &str) -> &Mutex<()> {
        &self.stripes[hashing::bucket(hashing::hash(id), STRIPES)]
    }
}

impl Store {
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
