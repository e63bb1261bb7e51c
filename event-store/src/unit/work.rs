//! What a unit's decision sees and does.

use std::cell::Cell;
use std::sync::Arc;

use domain::Decider;
use service_kit::clock::SharedIds;

use super::kind::state_of;
use super::members::{Member, MemberStream};
use crate::append::{Claim, NewEvent, StreamAppend, TimerChange};
use crate::bus::payload::new_event;
use crate::cache::AnyState;
use crate::loaded::counted_bytes;
use crate::{ExecuteError, Loaded, Store};

/// The members' states while a unit is decided, with what was decided so far. A later decision sees the earlier ones' events.
pub struct Work<'a> {
    store: &'a Store,
    ids: &'a SharedIds,
    members: &'a [MemberStream],
    loaded: &'a [Loaded<AnyState>],
    changes: Vec<Option<Change>>,
    /// The changed members in the order of their first change.
    changed: Vec<usize>,
    /// For each member, whether its state or version was asked for.
    seen: Vec<Cell<bool>>,
    failed: Option<ExecuteError>,
}

/// What was decided for one member.
struct Change {
    state: Arc<AnyState>,
    events: Vec<NewEvent>,
    claims: Vec<Claim>,
    timer: TimerChange,
    bytes: usize,
}

/// The decisions of a unit, to be stored.
pub(super) struct Decisions {
    /// In the order of decision.
    pub(super) streams: Vec<StreamAppend>,
    /// The changed members with their states afterwards.
    pub(super) states: Vec<(usize, Loaded<AnyState>)>,
}

impl<'a> Work<'a> {
    pub(super) fn new(
        store: &'a Store,
        ids: &'a SharedIds,
        members: &'a [MemberStream],
        loaded: &'a [Loaded<AnyState>],
    ) -> Self {
        let changes = members.iter().map(|_| None).collect();
        let seen = members.iter().map(|_| Cell::new(false)).collect();
        Self { store, ids, members, loaded, changes, changed: Vec::new(), seen, failed: None }
    }

    /// A member's state, with what was decided so far.
    pub fn state<D: Decider>(&self, member: Member<D>) -> &D::State {
        self.seen[member.index].set(true);
        let change = self.changes[member.index].as_ref();
        state_of::<D>(change.map_or(&*self.loaded[member.index].state, |change| &*change.state))
    }

    /// A member's version, with what was decided so far.
    pub fn version<D: Decider>(&self, member: Member<D>) -> i64 {
        self.seen[member.index].set(true);
        let change = self.changes[member.index].as_ref();
        self.loaded[member.index].version + change.map_or(0, |change| count(&change.events))
    }

    /// Decides a command on a member's state and takes its events into the unit.
    ///
    /// # Errors
    /// The decider's rejection. Nothing of the command is in the unit then.
    pub fn decide<D: Decider>(
        &mut self,
        member: Member<D>,
        command: D::Command,
    ) -> Result<Vec<D::Event>, D::Rejection> {
        let events = D::decide(self.state(member), command)?;
        self.record(member, &events);
        Ok(events)
    }

    /// Takes events of a member into the unit.
    pub fn record<D: Decider>(&mut self, member: Member<D>, events: &[D::Event]) {
        if events.is_empty() || self.failed.is_some() {
            return;
        }
        if let Err(error) = self.try_record(member, events) {
            self.failed = Some(error);
        }
    }

    /// Claims a value for a member's stream, which must have events in this unit.
    pub fn claim<D: Decider>(&mut self, member: Member<D>, claim: Claim) {
        if let Some(change) = &mut self.changes[member.index] {
            change.claims.push(claim);
        }
    }

    fn try_record<D: Decider>(&mut self, member: Member<D>, events: &[D::Event]) -> Result<(), ExecuteError> {
        let index = member.index;
        let mut state = self.state(member).clone();
        let mut new = Vec::with_capacity(events.len());
        for event in events {
            new.push(new_event(self.store, self.ids, event)?);
            state = D::evolve(state, event)
                .map_err(|source| ExecuteError::Damaged { stream: self.members[index].stream.clone(), source })?;
        }
        let before = &self.loaded[index];
        let timer = TimerChange::between(D::wake_at(state_of::<D>(&*before.state)), D::wake_at(&state));
        let state: Arc<AnyState> = Arc::new(state);
        let changed = &mut self.changed;
        let change = self.changes[index].get_or_insert_with(|| {
            changed.push(index);
            Change { state: state.clone(), events: Vec::new(), claims: Vec::new(), timer, bytes: before.bytes }
        });
        let more: usize = new.iter().map(|event| event.payload.len()).sum();
        change.bytes = counted_bytes(change.bytes + more, D::STATE_BYTES_MAX);
        change.events.extend(new);
        change.timer = timer;
        change.state = state;
        Ok(())
    }

    /// Whether the decision may depend on a member.
    pub(super) fn is_seen(&self, index: usize) -> bool {
        self.seen[index].get()
    }

    /// Whether a member has events in this unit.
    pub(super) fn is_written(&self, index: usize) -> bool {
        self.changes[index].is_some()
    }

    /// The members that have events in this unit.
    pub(super) fn written(&self) -> impl Iterator<Item = usize> {
        self.changed.iter().copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.changed.is_empty()
    }

    /// What was decided.
    ///
    /// # Errors
    /// [`ExecuteError`] where an event could not be recorded.
    pub(super) fn finish(mut self) -> Result<Decisions, ExecuteError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let mut streams = Vec::with_capacity(self.changed.len());
        let mut states = Vec::with_capacity(self.changed.len());
        for index in self.changed {
            let Some(change) = self.changes[index].take() else { continue };
            let expected_version = self.loaded[index].version;
            let version = expected_version + count(&change.events);
            let stream = self.members[index].stream.clone();
            states.push((index, Loaded { version, state: change.state, bytes: change.bytes }));
            streams.push(StreamAppend {
                claims: change.claims,
                timer: change.timer,
                ..StreamAppend::new(stream, expected_version, change.events)
            });
        }
        Ok(Decisions { streams, states })
    }
}

fn count(events: &[NewEvent]) -> i64 {
    i64::try_from(events.len()).expect("a unit decides few events")
}
