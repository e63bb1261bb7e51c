//! Timers are set, moved, removed and fired through appends.

use std::sync::Arc;
use std::time::Duration;

use domain::{Decider, Timestamp};
use event_store::{Expectation, Members, Store, TimerOptions, TimerWorker, UnitOfWork, UnitOutcome, Units, Waker};
use futures::future::join_all;
use service_kit::clock::{ManualClock, SystemIds};
use service_kit::poll::wait_until;
use service_kit::testing::TestDatabase;
use tokio_util::sync::CancellationToken;

use crate::counter::{Counter, CounterCommand, TooFew, counters, run};
use crate::support::{LOOK, PATIENCE, database, new_id, now, open, tenant};

const HOUR: Duration = Duration::from_hours(1);

fn after(hours: u32) -> Timestamp {
    let micros = i64::try_from((HOUR * hours).as_micros()).unwrap();
    Timestamp::try_from_micros(now().micros() + micros).unwrap()
}

fn units(store: &Store) -> Units {
    Units::new(store.clone(), Arc::new(SystemIds))
}

/// Wakes counters.
fn waker(units: Units) -> Waker {
    Arc::new(move |id, now| {
        let units = units.clone();
        Box::pin(async move {
            let mut members = Members::default();
            let counter = members.add::<Counter>(&id, Expectation::Existing);
            let unit = UnitOfWork {
                tenant: tenant(),
                metadata: event_store::Metadata::default(),
                members: &members,
                idempotency: None,
                decide: &|work| {
                    work.decide(counter, CounterCommand::Wake(now))?;
                    Ok::<_, TooFew>(Counter::wake_at(work.state(counter)))
                },
                answer: &|_, _| None,
            };
            match units.run(unit).await? {
                UnitOutcome::Done(done) => Ok(done.value),
                other => panic!("{other:?}"),
            }
        })
    })
}

struct Alarms {
    database: TestDatabase,
    units: Units,
    clock: Arc<ManualClock>,
}

impl Alarms {
    async fn begin() -> Self {
        let database = database().await;
        let units = units(&open(&database).await);
        Self { database, units, clock: Arc::new(ManualClock::new(now())) }
    }

    async fn set(&self, id: &str, at: Option<Timestamp>) {
        let (members, counters) = counters(&[id], Expectation::Existing);
        let outcome = run::<TooFew>(&self.units, &members, |work| {
            work.decide(counters[0], CounterCommand::SetAlarm(at)).map(drop)
        });
        assert!(matches!(outcome.await, UnitOutcome::Done(_)));
    }

    fn worker(&self) -> TimerWorker {
        self.worker_with(TimerOptions { idle_ms: 5, ..TimerOptions::default() }, waker(self.units.clone()))
    }

    fn worker_with(&self, options: TimerOptions, waker: Waker) -> TimerWorker {
        self.worker_by(self.clock.clone(), options, waker)
    }

    fn worker_by(&self, clock: Arc<ManualClock>, options: TimerOptions, waker: Waker) -> TimerWorker {
        TimerWorker::new(self.units.store().clone(), clock, options).with(Counter::KIND, waker)
    }

    /// How often each of the counters has rung.
    async fn rang(&self, ids: &[String]) -> Vec<u32> {
        let other = units(&open(&self.database).await);
        let (members, counters) = counters(ids, Expectation::Existing);
        let rang = std::sync::Mutex::new(Vec::new());
        let outcome = run::<TooFew>(&other, &members, |work| {
            *rang.lock().unwrap() = counters.iter().map(|one| work.state(*one).rang).collect();
            Ok(())
        });
        assert!(matches!(outcome.await, UnitOutcome::Done(_)));
        rang.into_inner().unwrap()
    }

    async fn waiting(&self) -> i64 {
        let counts = self.units.store().timer_counts(now()).await.unwrap();
        counts.iter().map(|counts| counts.waiting).sum()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_is_set_moved_removed_and_fired_by_what_the_state_wants() {
    let alarms = Alarms::begin().await;
    let ids = [new_id(), new_id(), new_id()];
    for id in &ids {
        alarms.set(id, Some(after(1))).await;
    }
    alarms.set(&ids[1], Some(after(3))).await;
    alarms.set(&ids[2], None).await;
    assert_eq!(alarms.waiting().await, 2);
    let worker = alarms.worker();
    assert_eq!(worker.round().await.unwrap(), 0, "nothing is due before its moment");
    alarms.clock.advance(HOUR);
    assert_eq!(worker.round().await.unwrap(), 1);
    assert_eq!((alarms.rang(&ids).await, alarms.waiting().await), (vec![1, 0, 0], 1));
    alarms.clock.advance(2 * HOUR);
    assert_eq!(worker.round().await.unwrap(), 1);
    assert_eq!((alarms.rang(&ids).await, alarms.waiting().await), (vec![1, 1, 0], 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_fire_every_timer_once_after_a_jump_of_the_clock() {
    let alarms = Alarms::begin().await;
    let ids: Vec<String> = (0..300).map(|_| new_id()).collect();
    for chunk in ids.chunks(50) {
        join_all(chunk.iter().map(|id| alarms.set(id, Some(after(1))))).await;
    }
    let stop = CancellationToken::new();
    let workers = [alarms.worker(), alarms.worker()].map(|worker| tokio::spawn(worker.run(stop.clone())));
    alarms.clock.advance(100 * HOUR);
    wait_until(PATIENCE, LOOK, async || alarms.waiting().await == 0).await.unwrap();
    stop.cancel();
    join_all(workers).await;
    assert_eq!(alarms.rang(&ids).await, vec![1; 300]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_whose_clocks_are_an_hour_apart_fire_every_timer_once() {
    let alarms = Alarms::begin().await;
    let ids: Vec<String> = (0..60).map(|_| new_id()).collect();
    for (index, id) in ids.iter().enumerate() {
        alarms.set(id, Some(after(if index < 40 { 1 } else { 2 }))).await;
    }
    let ahead = Arc::new(ManualClock::new(after(1)));
    let options = TimerOptions { idle_ms: 5, ..TimerOptions::default() };
    let here = alarms.worker();
    let there = alarms.worker_by(ahead.clone(), options, waker(units(&open(&alarms.database).await)));
    let rang = async |early: u32, late: u32| {
        let expected = [vec![early; 40], vec![late; 20]].concat();
        assert_eq!(alarms.rang(&ids).await, expected);
    };
    // The one whose clock is ahead takes what is due by it; for the other nothing is.
    let (slow, fast) = tokio::join!(here.round(), there.round());
    assert_eq!((slow.unwrap(), fast.unwrap()), (0, 40));
    rang(1, 0).await;
    // When the other's clock comes there, nothing is left of it.
    alarms.clock.advance(HOUR);
    assert_eq!(here.round().await.unwrap(), 0);
    ahead.advance(HOUR);
    alarms.clock.advance(HOUR);
    let stop = CancellationToken::new();
    let workers = [here, there].map(|worker| tokio::spawn(worker.run(stop.clone())));
    wait_until(PATIENCE, LOOK, async || alarms.waiting().await == 0).await.unwrap();
    stop.cancel();
    join_all(workers).await;
    rang(1, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_lock_is_held_while_a_stream_is_woken() {
    let alarms = Alarms::begin().await;
    let id = new_id();
    alarms.set(&id, Some(after(1))).await;
    alarms.clock.set(after(1));
    let (begun, may_go_on) = (CancellationToken::new(), CancellationToken::new());
    let (begins, goes_on, wakes) = (begun.clone(), may_go_on.clone(), waker(alarms.units.clone()));
    let slow: Waker = Arc::new(move |id, now| {
        let (begins, goes_on, woken) = (begins.clone(), goes_on.clone(), wakes(id, now));
        Box::pin(async move {
            begins.cancel();
            goes_on.cancelled().await;
            woken.await
        })
    });
    let worker = alarms.worker_with(TimerOptions::default(), slow);
    let round = tokio::spawn(async move { worker.round().await });
    begun.cancelled().await;
    let client = alarms.database.client().await;
    let open = "SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND state <> 'active'";
    assert_eq!(client.query_one(open, &[]).await.unwrap().get::<_, i64>(0), 0, "no transaction is left open");
    let row = "SELECT FROM timers WHERE aggregate_id = $1 FOR UPDATE NOWAIT";
    assert_eq!(client.query(row, &[&id]).await.unwrap().len(), 1);
    // Others append to the stream and move its timer meanwhile.
    alarms.set(&id, Some(after(3))).await;
    may_go_on.cancel();
    assert_eq!(round.await.unwrap().unwrap(), 1);
    assert_eq!((alarms.rang(&[id]).await, alarms.waiting().await), (vec![0], 1), "it is due later");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_goes_backwards_fires_late_and_never_twice() {
    let alarms = Alarms::begin().await;
    let ids = [new_id()];
    alarms.set(&ids[0], Some(after(1))).await;
    alarms.clock.set(after(1));
    // Taken at its moment; before the stream is woken, the clock goes back an hour.
    let clock = alarms.clock.clone();
    let slow = waker(alarms.units.clone());
    let set_back: Waker = Arc::new(move |id, _now| {
        clock.set(now());
        slow(id, now())
    });
    let options = TimerOptions { first_pause_s: 0.0, ..TimerOptions::default() };
    let worker = alarms.worker_with(options, set_back);
    assert_eq!(worker.round().await.unwrap(), 1);
    assert_eq!((alarms.rang(&ids).await, alarms.waiting().await), (vec![0], 1));
    let worker = alarms.worker();
    assert_eq!(worker.round().await.unwrap(), 0, "by the clock it is not due");
    alarms.clock.set(after(1));
    assert_eq!(worker.round().await.unwrap(), 1);
    assert_eq!(worker.round().await.unwrap(), 0);
    assert_eq!((alarms.rang(&ids).await, alarms.waiting().await), (vec![1], 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_ends_between_taking_and_waking_or_after_the_append_does_no_harm() {
    let alarms = Alarms::begin().await;
    let ids = [new_id(), new_id()];
    alarms.set(&ids[0], Some(after(1))).await;
    alarms.clock.set(after(1));
    let options = TimerOptions { lease_s: 0.05, ..TimerOptions::default() };
    // Ends before it wakes the stream.
    let never: Waker = Arc::new(|_, _| Box::pin(std::future::pending()));
    let ended = alarms.worker_with(options.clone(), never);
    let round = tokio::spawn(async move { ended.round().await });
    let leased = "SELECT FROM timers WHERE leased_until IS NOT NULL";
    let client = alarms.database.client().await;
    wait_until(PATIENCE, LOOK, async || !client.query(leased, &[]).await.unwrap().is_empty()).await.unwrap();
    round.abort();
    let worker = alarms.worker();
    wait_until(PATIENCE, LOOK, async || worker.round().await.unwrap() == 1).await.unwrap();
    assert_eq!((alarms.rang(&ids[..1]).await, alarms.waiting().await), (vec![1], 0));

    // Ends after the append, with a stream that wants to be woken again: the row is the append's, not the worker's.
    alarms.set(&ids[1], Some(after(1))).await;
    let units = alarms.units.clone();
    let woken = waker(units.clone());
    let again: Waker = Arc::new(move |id, now| {
        let units = units.clone();
        let woken = woken(Arc::clone(&id), now);
        Box::pin(async move {
            woken.await?;
            let (members, counters) = counters(&[&*id], Expectation::Existing);
            run::<TooFew>(&units, &members, |work| {
                work.decide(counters[0], CounterCommand::SetAlarm(Some(after(2)))).map(drop)
            })
            .await;
            std::future::pending().await
        })
    });
    let ended = alarms.worker_with(options, again);
    let round = tokio::spawn(async move { ended.round().await });
    wait_until(PATIENCE, LOOK, async || alarms.rang(&ids).await == [1, 1]).await.unwrap();
    wait_until(PATIENCE, LOOK, async || alarms.waiting().await == 1).await.unwrap();
    round.abort();
    assert_eq!(worker.round().await.unwrap(), 0);
    alarms.clock.set(after(2));
    wait_until(PATIENCE, LOOK, async || worker.round().await.unwrap() == 1).await.unwrap();
    assert_eq!((alarms.rang(&ids).await, alarms.waiting().await), (vec![1, 2], 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_cannot_be_woken_waits_longer_each_time_and_holds_nobody_up() {
    let alarms = Alarms::begin().await;
    let ids = [new_id(), new_id()];
    for id in &ids {
        alarms.set(id, Some(after(1))).await;
    }
    let damaged = ids[0].clone();
    let sound = waker(alarms.units.clone());
    let wakes_one: Waker = Arc::new(move |id, now| {
        if *id == *damaged { Box::pin(async { Err("the stream is damaged".into()) }) } else { sound(id, now) }
    });
    let worker = alarms.worker_with(TimerOptions { first_pause_s: 0.01, ..TimerOptions::default() }, wakes_one);
    alarms.clock.set(after(1));
    assert_eq!(worker.round().await.unwrap(), 2);
    assert_eq!(alarms.rang(&ids).await, [0, 1]);
    wait_until(PATIENCE, LOOK, async || worker.round().await.unwrap() == 1).await.unwrap();
    let client = alarms.database.client().await;
    let row = client.query_one("SELECT failures, last_error FROM timers", &[]).await.unwrap();
    assert_eq!((row.get(0), row.get(1)), (2_i32, "the stream is damaged"));
    let counts = alarms.units.store().timer_counts(after(1)).await.unwrap();
    assert_eq!((counts[0].due, counts[0].failing), (1, 1));
    // An append that moves the timer begins anew.
    alarms.set(&ids[0], Some(after(2))).await;
    let row = client.query_one("SELECT failures FROM timers", &[]).await.unwrap();
    assert_eq!(row.get::<_, i32>(0), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_due_timers_from_a_million_waiting_ones_reads_an_index() {
    const MANY: i64 = 1_000_000;
    let alarms = Alarms::begin().await;
    let client = alarms.database.client().await;
    let fill = "INSERT INTO timers (aggregate_type, aggregate_id, due, version)
                SELECT 'counter', i::text, $1::timestamptz + i * interval '1 second', 1 FROM generate_series(1, $2::bigint) AS i";
    client.execute(fill, &[&after(2).to_datetime(), &MANY]).await.unwrap();
    client.batch_execute("VACUUM ANALYZE timers").await.unwrap();
    let id = new_id();
    alarms.set(&id, Some(after(1))).await;
    alarms.clock.set(after(1));
    assert_eq!(alarms.worker().round().await.unwrap(), 1);
    let scans = "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'timers'";
    let settled = async || client.query_one(scans, &[]).await.unwrap().get::<_, i64>(0);
    let before = settled().await;
    assert_eq!(alarms.worker().round().await.unwrap(), 0);
    client.batch_execute("SELECT pg_stat_force_next_flush()").await.unwrap();
    assert_eq!(settled().await, before);
    assert_eq!(alarms.waiting().await, MANY);
}
