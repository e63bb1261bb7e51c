//! Units of work: decisions over several streams of one log, stored together or not at all.
//!
//! Guarantees: every member was read in one statement; units and commands that write the same stream are decided one after the other within
//! a process, and a race lost to another process is decided anew; every member that the decision looks at and does not write was read
//! again before the unit is stored; nothing that appends no event is answered before all members that it looks at were read again.
//! Does not: lock anything in the database. A member that is only read may change while the unit is stored.

mod kind;
mod load;
mod members;
mod work;

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::{Decider, EventId, TenantId};
use service_kit::clock::SharedIds;
use tokio::sync::MutexGuard;

pub use members::{Member, Members};
pub use work::Work;

use crate::append::{Append, AppendError, NewAnswer};
use crate::bus::{ExecuteError, Expectation, Idempotency};
use crate::cache::AnyState;
use crate::{Loaded, Metadata, Store, StreamId};
use load::catch_up;
use members::MemberStream;
use work::Decisions;

/// Most decisions of one unit; each further one follows a lost race. With three processes at one stream a decision in three
/// succeeds, so that one unit in half a million runs out of them.
const ATTEMPTS_MAX: u32 = 32;

/// Runs units of work on a log.
#[derive(Clone)]
pub struct Units {
    store: Store,
    ids: SharedIds,
}

/// One unit of work.
pub struct UnitOfWork<'a, T, R> {
    pub tenant: TenantId,
    /// Of every event.
    pub metadata: Metadata,
    pub members: &'a Members,
    /// `None` where the request has no Idempotency-Key.
    pub idempotency: Option<Idempotency>,
    /// Decides, and may be called several times. It must depend on nothing but what it is given.
    pub decide: &'a DecideUnit<'a, T, R>,
    /// The answer to keep for the request's key, as JSON; `None` keeps none.
    pub answer: &'a AnswerUnit<'a, T, R>,
}

/// Decides on the members' states.
pub type DecideUnit<'a, T, R> = dyn Fn(&mut Work<'_>) -> Result<T, R> + Send + Sync + 'a;

/// Turns a unit's result and its effects into the JSON that is kept for the request's key.
pub type AnswerUnit<'a, T, R> = dyn Fn(Result<&T, &R>, &UnitEffects) -> Option<String> + Send + Sync + 'a;

/// How a unit ended.
#[derive(Debug)]
pub enum UnitOutcome<T, R> {
    /// What it decided is stored, or there was nothing to do.
    Done(DoneUnit<T>),
    /// Its key had an answer already: this JSON.
    Repeated(String),
    /// The decision refused it.
    Refused(R),
}

/// A unit that was stored.
#[derive(Debug)]
pub struct DoneUnit<T> {
    /// What the decision returned.
    pub value: T,
    pub effects: UnitEffects,
}

/// What a unit stores. Nothing where there was nothing to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitEffects {
    /// The versions afterwards of the streams that it wrote, in the order of decision.
    pub versions: Vec<(StreamId, i64)>,
    /// Of its events, in the order of the log.
    pub event_ids: Vec<EventId>,
}

impl Units {
    /// Runs units on `store` with event ids from `ids`.
    pub fn new(store: Store, ids: SharedIds) -> Self {
        Self { store, ids }
    }

    /// The store that the units append to.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// A stream's state as of now: what is in memory, brought up to the stored tail.
    ///
    /// # Errors
    /// [`ExecuteError`] when the stream cannot be read or folded.
    pub async fn load<D: Decider>(&self, id: &str) -> Result<Loaded<D::State>, ExecuteError> {
        let mut members = Members::default();
        members.add::<D>(id, Expectation::Existing);
        let (mut loaded, to_read) = self.known(members.list()).await?;
        catch_up(&self.store, members.list(), &mut loaded, to_read).await?;
        let Loaded { version, state, bytes } = loaded.remove(0);
        let state = state.downcast().expect("the state of a member is of the member's kind");
        Ok(Loaded { version, state, bytes })
    }

    /// A stream's state as it is in memory, read only where it is not. It may be stale: a guess, for whoever checks it in a unit.
    ///
    /// # Errors
    /// [`ExecuteError`] when the stream cannot be read or folded.
    pub async fn recent<D: Decider>(&self, id: &str) -> Result<Arc<D::State>, ExecuteError> {
        match self.store.inner.options.cache.of_kind::<D::State>(D::KIND).get(id) {
            Some(known) => Ok(known.state),
            None => Ok(self.load::<D>(id).await?.state),
        }
    }

    /// Runs one unit: load, decide, store. It decides again after a lost race.
    ///
    /// # Errors
    /// [`ExecuteError`]; a refusal by the decision is an outcome, not an error.
    pub async fn run<T, R>(&self, unit: UnitOfWork<'_, T, R>) -> Result<UnitOutcome<T, R>, ExecuteError> {
        let members = unit.members.list();
        let mut locked = self.probably_written(&unit, members);
        let mut turns = self.turns(members, &locked).await;
        let (mut loaded, mut stale) = self.known(members).await?;
        for _ in 0..ATTEMPTS_MAX {
            let mut work = Work::new(&self.store, &self.ids, members, &loaded);
            let decision = (unit.decide)(&mut work);
            if decision.is_ok() && work.written().any(|index| !locked.contains(&index)) {
                drop(work);
                // All of them, and anew: to wait for more with some in hand could be waiting in a circle.
                locked = (0..members.len()).collect();
                drop(turns);
                turns = self.turns(members, &locked).await;
                (loaded, stale) = self.known(members).await?;
                continue;
            }
            let decided = decision.is_ok() && !work.is_empty();
            let is_relied_on = |&index: &usize| work.is_seen(index) && !(decided && work.is_written(index));
            let relied_on: Vec<_> = stale.iter().copied().filter(is_relied_on).collect();
            let decisions = work.finish();
            if !relied_on.is_empty() {
                stale.retain(|index| !relied_on.contains(index));
                if catch_up(&self.store, members, &mut loaded, relied_on).await? {
                    continue;
                }
            }
            let decisions = decisions?;
            let value = match decision {
                Ok(value) if !decisions.streams.is_empty() => value,
                without_events => return self.complete(&unit, members, without_events).await,
            };
            match self.append(&unit, members, &loaded, value, decisions).await? {
                Stored::Done(done) => return Ok(UnitOutcome::Done(done)),
                Stored::Answered => return self.repeat(&unit).await,
                Stored::Stale => {
                    catch_up(&self.store, members, &mut loaded, (0..members.len()).collect()).await?;
                    stale.clear();
                }
            }
        }
        Err(ExecuteError::Contended { stream: contended(members) })
    }

    /// The members that the unit would write by what memory says, and the first: others need not wait for it, for they are read again
    /// before it is stored. All members where memory does not know one.
    fn probably_written<T, R>(&self, unit: &UnitOfWork<'_, T, R>, members: &[MemberStream]) -> BTreeSet<usize> {
        let all = || (0..members.len()).collect();
        if members.len() < 2 {
            return all();
        }
        let cache = &self.store.inner.options.cache;
        let known = members.iter().map(|member| match cache.get(member.kind.name, &member.stream.id) {
            None if member.expects == Expectation::New => Some(initial(member)),
            known => known,
        });
        let Some(known) = known.collect::<Option<Vec<_>>>() else { return all() };
        let mut work = Work::new(&self.store, &self.ids, members, &known);
        match (unit.decide)(&mut work) {
            Ok(_) => work.written().chain([0]).collect(),
            Err(_) => BTreeSet::from([0]),
        }
    }

    async fn turns(&self, members: &[MemberStream], which: &BTreeSet<usize>) -> Vec<MutexGuard<'_, ()>> {
        self.store.inner.stripes.lock_all(which.iter().map(|&index| &members[index].stream)).await
    }

    /// The members as far as they are known: from memory, else read now. Also returns those that may be stale.
    async fn known(&self, members: &[MemberStream]) -> Result<(Vec<Loaded<AnyState>>, Vec<usize>), ExecuteError> {
        let cache = &self.store.inner.options.cache;
        let mut stale = Vec::new();
        let mut to_read = Vec::new();
        let mut loaded = Vec::with_capacity(members.len());
        for (index, member) in members.iter().enumerate() {
            let known = cache.get(member.kind.name, &member.stream.id);
            match (&known, member.expects) {
                (None, Expectation::Existing) => to_read.push(index),
                _ => stale.push(index),
            }
            loaded.push(known.unwrap_or_else(|| initial(member)));
        }
        catch_up(&self.store, members, &mut loaded, to_read).await?;
        Ok((loaded, stale))
    }

    async fn append<T, R>(
        &self,
        unit: &UnitOfWork<'_, T, R>,
        members: &[MemberStream],
        loaded: &[Loaded<AnyState>],
        value: T,
        decisions: Decisions,
    ) -> Result<Stored<T>, ExecuteError> {
        let Decisions { streams, states } = decisions;
        let effects = UnitEffects {
            versions: states.iter().map(|(index, after)| (members[*index].stream.clone(), after.version)).collect(),
            event_ids: streams.iter().flat_map(|one| &one.events).map(|event| event.id).collect(),
        };
        let mut streams = streams.into_iter();
        let Some(first) = streams.next() else { return Ok(Stored::Done(DoneUnit { value, effects })) };
        let append = Append {
            others: streams.collect(),
            answer: self.answer(unit, Ok(&value), &effects),
            ..Append::new(unit.tenant.clone(), unit.metadata.to_json(), first)
        };
        let cache = &self.store.inner.options.cache;
        match self.store.append(append).await {
            Ok(()) => {
                for (index, after) in states {
                    let MemberStream { stream, kind, .. } = &members[index];
                    let before = loaded[index].version;
                    let state = || (kind.to_json)(&*after.state);
                    self.store.keep_snapshot(stream, kind.fold_version, before, after.version, state).await;
                    cache.insert(kind.name, &stream.id, after);
                }
                Ok(Stored::Done(DoneUnit { value, effects }))
            }
            Err(AppendError::Conflict { .. }) => Ok(Stored::Stale),
            Err(AppendError::AnswerExists) => Ok(Stored::Answered),
            Err(error) => {
                members.iter().for_each(|member| cache.evict(member.kind.name, &member.stream.id));
                Err(error.into())
            }
        }
    }

    /// Completes a unit that appends nothing. Where its Idempotency-Key has an answer already, that is its outcome; else its own
    /// answer is stored for the key.
    async fn complete<T, R>(
        &self,
        unit: &UnitOfWork<'_, T, R>,
        members: &[MemberStream],
        decision: Result<T, R>,
    ) -> Result<UnitOutcome<T, R>, ExecuteError> {
        if let (Some(answer), Some(member)) =
            (self.answer(unit, decision.as_ref(), &UnitEffects::default()), members.first())
        {
            let append = Append::of_answer(member.stream.clone(), unit.tenant.clone(), answer);
            match self.store.append(append).await {
                Ok(()) => {}
                Err(AppendError::AnswerExists) => return self.repeat(unit).await,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(match decision {
            Ok(value) => UnitOutcome::Done(DoneUnit { value, effects: UnitEffects::default() }),
            Err(refusal) => UnitOutcome::Refused(refusal),
        })
    }

    fn answer<T, R>(
        &self,
        unit: &UnitOfWork<'_, T, R>,
        result: Result<&T, &R>,
        effects: &UnitEffects,
    ) -> Option<NewAnswer> {
        let idempotency = unit.idempotency.as_ref()?;
        let is_refusal = result.is_err();
        Some(self.store.answer_to(idempotency, (unit.answer)(result, effects)?, is_refusal))
    }

    async fn repeat<T, R>(&self, unit: &UnitOfWork<'_, T, R>) -> Result<UnitOutcome<T, R>, ExecuteError> {
        let idempotency = unit.idempotency.as_ref().ok_or(ExecuteError::AnswerLost)?;
        self.store.kept_answer(idempotency).await.map(UnitOutcome::Repeated)
    }
}

/// How an attempt to store ended.
enum Stored<T> {
    Done(DoneUnit<T>),
    /// Another process has appended to a member meanwhile; decide again.
    Stale,
    /// The key has an answer already.
    Answered,
}

fn initial(member: &MemberStream) -> Loaded<AnyState> {
    Loaded { version: 0, state: (member.kind.initial)(), bytes: 0 }
}

fn contended(members: &[MemberStream]) -> StreamId {
    members.first().map_or_else(|| StreamId::new("", ""), |member| member.stream.clone())
}
