//! A decider for tests of units and timers: a count that never falls below zero, with an alarm.

use domain::upcast::{EventType, StoredEvent, Upcaster};
use domain::{Decider, Timestamp, Unfoldable};
use event_store::{Expectation, Member, Members, UnitOfWork, UnitOutcome, Units, Work};
use serde::{Deserialize, Serialize};

use crate::support::tenant;

#[derive(Debug, Clone, Copy)]
pub struct Counter;

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Count {
    pub total: i64,
    pub alarm: Option<Timestamp>,
    pub rang: u32,
}

#[derive(Debug, Clone, Copy)]
pub enum CounterCommand {
    Add(i64),
    SetAlarm(Option<Timestamp>),
    Wake(Timestamp),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CounterEvent {
    Added { by: i64 },
    AlarmSet { at: Option<Timestamp> },
    AlarmRang {},
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{total} would fall below zero")]
pub struct TooFew {
    pub total: i64,
}

impl StoredEvent for CounterEvent {
    const UPCASTERS: &'static [Upcaster] = &[];
    const TYPES: &'static [EventType] = &[
        EventType { name: "Added", version: "1.0" },
        EventType { name: "AlarmSet", version: "1.0" },
        EventType { name: "AlarmRang", version: "1.0" },
    ];

    fn index(&self) -> usize {
        match self {
            Self::Added { .. } => 0,
            Self::AlarmSet { .. } => 1,
            Self::AlarmRang {} => 2,
        }
    }
}

impl Decider for Counter {
    const KIND: &'static str = "counter";
    const FOLD_VERSION: i32 = 1;
    const STATE_BYTES_MAX: Option<usize> = Some(64);
    type State = Count;
    type Command = CounterCommand;
    type Event = CounterEvent;
    type Rejection = TooFew;

    fn initial() -> Count {
        Count::default()
    }

    fn decide(state: &Count, command: CounterCommand) -> Result<Vec<CounterEvent>, TooFew> {
        match command {
            CounterCommand::Add(by) if state.total + by < 0 => Err(TooFew { total: state.total }),
            CounterCommand::Add(by) => Ok(vec![CounterEvent::Added { by }]),
            CounterCommand::SetAlarm(at) => Ok(vec![CounterEvent::AlarmSet { at }]),
            CounterCommand::Wake(now) if state.alarm.is_some_and(|at| at <= now) => {
                Ok(vec![CounterEvent::AlarmRang {}])
            }
            CounterCommand::Wake(_) => Ok(vec![]),
        }
    }

    fn evolve(mut state: Count, event: &CounterEvent) -> Result<Count, Unfoldable> {
        match event {
            CounterEvent::Added { by } => state.total += by,
            CounterEvent::AlarmSet { at } => state.alarm = *at,
            CounterEvent::AlarmRang {} => {
                state.alarm = None;
                state.rang += 1;
            }
        }
        Ok(state)
    }

    fn wake_at(state: &Count) -> Option<Timestamp> {
        state.alarm
    }
}

pub fn counters(ids: &[impl AsRef<str>], expects: Expectation) -> (Members, Vec<Member<Counter>>) {
    let mut members = Members::default();
    let added = ids.iter().map(|id| members.add(id.as_ref(), expects)).collect();
    (members, added)
}

/// Runs a unit that keeps no answer.
pub async fn run<R: Send + Sync>(
    units: &Units,
    members: &Members,
    decide: impl Fn(&mut Work<'_>) -> Result<(), R> + Send + Sync,
) -> UnitOutcome<(), R> {
    let unit = UnitOfWork {
        tenant: tenant(),
        metadata: event_store::Metadata::default(),
        members,
        idempotency: None,
        decide: &decide,
        answer: &|_, _| None,
    };
    units.run(unit).await.unwrap()
}

/// Takes one from each counter, all or none.
pub async fn take_one_of_each(units: &Units, ids: &[impl AsRef<str>], expects: Expectation) -> UnitOutcome<(), TooFew> {
    let (members, counters) = counters(ids, expects);
    run(units, &members, |work| {
        counters.iter().try_for_each(|one| work.decide(*one, CounterCommand::Add(-1)).map(drop))
    })
    .await
}

/// Adds to each counter.
pub async fn add_to_each(units: &Units, ids: &[impl AsRef<str>], by: i64) {
    let (members, counters) = counters(ids, Expectation::Existing);
    let outcome = run(units, &members, |work| {
        counters.iter().try_for_each(|one| work.decide(*one, CounterCommand::Add(by)).map(drop))
    });
    assert!(matches!(outcome.await, UnitOutcome::Done(_)));
}

pub async fn total(units: &Units, id: &str) -> i64 {
    let (members, counters) = counters(&[id], Expectation::Existing);
    let total = std::sync::Mutex::new(0);
    let outcome = run::<TooFew>(units, &members, |work| {
        *total.lock().unwrap() = work.state(counters[0]).total;
        Ok(())
    });
    assert!(matches!(outcome.await, UnitOutcome::Done(_)));
    total.into_inner().unwrap()
}
