//! Units of work: decisions over several streams.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use event_store::{
    AggregateCache, Expectation, Metadata, Store, StoreOptions, UnitEffects, UnitOfWork, UnitOutcome, Units,
};
use futures::future::join_all;
use service_kit::clock::SystemIds;

use crate::counter::{Counter, CounterCommand, TooFew, add_to_each, counters, run, take_one_of_each, total};
use crate::support::{database, key, new_id, open, tenant};

fn units(store: &Store) -> Units {
    Units::new(store.clone(), Arc::new(SystemIds))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_is_stored_in_all_its_streams_or_refused_in_all() {
    let database = database().await;
    let units = units(&open(&database).await);
    let ids = [new_id(), new_id()];
    add_to_each(&units, &ids, 2).await;
    add_to_each(&units, &ids[..1], 1).await;
    for _ in 0..2 {
        assert!(matches!(take_one_of_each(&units, &ids, Expectation::Existing).await, UnitOutcome::Done(_)));
    }
    let refused = take_one_of_each(&units, &ids, Expectation::Existing).await;
    assert!(matches!(refused, UnitOutcome::Refused(TooFew { total: 0 })), "{refused:?}");
    assert_eq!([total(&units, &ids[0]).await, total(&units, &ids[1]).await], [1, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_does_not_grow_stays_in_memory_however_much_has_happened() {
    let database = database().await;
    let options = StoreOptions { cache: AggregateCache::new(2_000), ..StoreOptions::default() };
    let store = Store::open(database.url(), options.clone()).await.unwrap();
    let (busy, reading) = (units(&store), units(&open(&database).await));
    let id = new_id();
    for _ in 0..300 {
        add_to_each(&busy, &[&id], 1).await;
    }
    // 300 events of more than ten bytes each are more than the whole cache.
    let kept = options.cache.bytes();
    assert!(kept > 0 && kept < 500, "{kept} bytes");
    assert_eq!(reading.load::<Counter>(&id).await.unwrap().state.total, 300);
    let read = Store::open(database.url(), options.clone()).await.unwrap();
    assert_eq!(units(&read).load::<Counter>(&id).await.unwrap().version, 300);
    assert_eq!(options.cache.bytes(), kept, "read or written, it counts alike");
}

#[tokio::test(flavor = "multi_thread")]
async fn buyers_in_three_processes_take_what_is_there_and_no_more() {
    let database = database().await;
    let processes = [units(&open(&database).await), units(&open(&database).await), units(&open(&database).await)];
    let ids = [new_id(), new_id(), new_id()];
    add_to_each(&processes[0], &ids, 20).await;
    add_to_each(&processes[0], &ids[1..2], 5).await;
    let buyers = (0..48_usize).map(|buyer| {
        let mut wanted = ids.clone();
        wanted.rotate_left(buyer % 3);
        let units = &processes[buyer % 3];
        async move { take_one_of_each(units, &wanted, Expectation::Existing).await }
    });
    let outcomes = join_all(buyers).await;
    let done = outcomes.iter().filter(|outcome| matches!(outcome, UnitOutcome::Done(_))).count();
    assert_eq!(done, 20);
    for units in &processes {
        let totals = [total(units, &ids[0]).await, total(units, &ids[1]).await, total(units, &ids[2]).await];
        assert_eq!(totals, [0, 5, 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_race_that_is_lost_is_decided_on_what_is_known_and_what_followed() {
    let database = database().await;
    let (here, there) = (units(&open(&database).await), units(&open(&database).await));
    let ids = [new_id(), new_id()];
    add_to_each(&here, &ids, 1).await;
    add_to_each(&there, &ids, 5).await;
    // Nobody who reads a stream from its beginning comes past an event of a type that does not exist.
    let unreadable = "UPDATE events SET event_type = 'Unknown' WHERE sequence = 1";
    database.client().await.batch_execute(unreadable).await.unwrap();
    assert!(matches!(take_one_of_each(&here, &ids, Expectation::Existing).await, UnitOutcome::Done(_)));
    assert_eq!([total(&here, &ids[0]).await, total(&here, &ids[1]).await], [5, 5]);
    assert!(units(&open(&database).await).load::<Counter>(&ids[0]).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_is_only_read_is_read_again_before_the_unit_is_stored() {
    let database = database().await;
    let here = units(&open(&database).await);
    let there = units(&open(&database).await);
    let [limit, tally] = [new_id(), new_id()];
    // Both are in memory here; then another process raises the limit.
    add_to_each(&here, &[&limit, &tally], 1).await;
    add_to_each(&there, &[&limit], 9).await;
    let (members, both) = counters(&[&limit, &tally], Expectation::Existing);
    let decided = AtomicU32::new(0);
    let outcome = run::<TooFew>(&here, &members, |work| {
        decided.fetch_add(1, Ordering::Relaxed);
        let limit = work.state(both[0]).total;
        work.decide(both[1], CounterCommand::Add(limit)).map(drop)
    });
    assert!(matches!(outcome.await, UnitOutcome::Done(_)));
    assert_eq!((total(&here, &tally).await, decided.into_inner()), (11, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_is_only_read_stays_in_memory() {
    let database = database().await;
    let (here, there) = (units(&open(&database).await), units(&open(&database).await));
    let [limit, tally] = [new_id(), new_id()];
    add_to_each(&there, &[&limit, &tally], 1).await;
    let (members, both) = counters(&[&limit, &tally], Expectation::Existing);
    let add_limit = async || {
        let outcome = run::<TooFew>(&here, &members, |work| {
            let limit = work.state(both[0]).total;
            work.decide(both[1], CounterCommand::Add(limit)).map(drop)
        });
        assert!(matches!(outcome.await, UnitOutcome::Done(_)));
    };
    add_limit().await;
    // Nobody who reads a stream from its beginning comes past an event of a type that does not exist.
    let unreadable = "UPDATE events SET event_type = 'Unknown' WHERE sequence = 1";
    database.client().await.batch_execute(unreadable).await.unwrap();
    add_limit().await;
    add_to_each(&there, &[&limit], 9).await;
    add_limit().await;
    assert_eq!(total(&here, &tally).await, 1 + 1 + 1 + 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_the_decision_does_not_look_at_is_not_read_again() {
    let database = database().await;
    let (here, there) = (units(&open(&database).await), units(&open(&database).await));
    let [limit, tally] = [new_id(), new_id()];
    add_to_each(&here, &[&limit, &tally], 1).await;
    add_to_each(&there, &[&limit], 9).await;
    // Whoever reads on in the limit's stream comes past an event of a type that does not exist.
    let client = database.client().await;
    let unreadable = "UPDATE events SET event_type = 'Unknown' WHERE aggregate_id = $1 AND sequence = 2";
    assert_eq!(client.execute(unreadable, &[&limit]).await.unwrap(), 1);
    let (members, both) = counters(&[&limit, &tally], Expectation::Existing);
    let outcome = run::<TooFew>(&here, &members, |work| work.decide(both[1], CounterCommand::Add(1)).map(drop));
    assert!(matches!(outcome.await, UnitOutcome::Done(_)));
    assert_eq!(total(&here, &tally).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_refused_on_what_memory_says_alone() {
    let database = database().await;
    let here = units(&open(&database).await);
    let there = units(&open(&database).await);
    let ids = [new_id(), new_id()];
    add_to_each(&here, &ids, 0).await;
    add_to_each(&there, &ids, 1).await;
    assert!(matches!(take_one_of_each(&here, &ids, Expectation::Existing).await, UnitOutcome::Done(_)));
    // A recorded refusal is an append that relies on a stream that it does not write.
    let log = new_id();
    add_to_each(&there, &ids, 1).await;
    let mut wanted = ids.to_vec();
    wanted.push(log.clone());
    let (members, all) = counters(&wanted, Expectation::Existing);
    let outcome = run::<TooFew>(&here, &members, |work| {
        if work.decide(all[0], CounterCommand::Add(-1)).is_err() {
            work.decide(all[2], CounterCommand::Add(1))?;
        }
        Ok(())
    });
    assert!(matches!(outcome.await, UnitOutcome::Done(_)));
    assert_eq!([total(&here, &ids[0]).await, total(&here, &log).await], [0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_key_answers_what_was_answered_first() {
    let database = database().await;
    let units = units(&open(&database).await);
    let ids = [new_id(), new_id()];
    let ask = async |fingerprint: &str| {
        let (members, all) = counters(&ids, Expectation::New);
        let unit = UnitOfWork {
            tenant: tenant(),
            metadata: Metadata::default(),
            members: &members,
            idempotency: Some(key("k", fingerprint)),
            decide: &|work| all.iter().try_for_each(|one| work.decide(*one, CounterCommand::Add(1)).map(drop)),
            answer: &|result: Result<&(), &TooFew>, effects: &UnitEffects| {
                result.ok().map(|()| format!("{{\"streams\":{}}}", effects.versions.len()))
            },
        };
        units.run(unit).await
    };
    assert!(matches!(ask("same").await, Ok(UnitOutcome::Done(_))));
    let repeated = ask("same").await;
    assert!(matches!(&repeated, Ok(UnitOutcome::Repeated(answer)) if answer == "{\"streams\":2}"), "{repeated:?}");
    assert!(matches!(ask("other").await, Err(event_store::ExecuteError::KeyReused)));
    assert_eq!(total(&units, &ids[1]).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_streams_are_loaded_by_one_statement() {
    let database = database().await;
    let ids: Vec<String> = (0..2_000).map(|_| new_id()).collect();
    add_to_each(&units(&open(&database).await), &ids, 1).await;
    // Another process, with nothing in memory and one connection for reads, which counts what it executes.
    let options = StoreOptions { read_connections_max: 1, ..StoreOptions::default() };
    let store = Store::open(database.url(), options).await.unwrap();
    let cold = units(&store);
    assert!(matches!(take_one_of_each(&cold, &ids, Expectation::Existing).await, UnitOutcome::Done(_)));
    let executed = "SELECT (generic_plans + custom_plans)::bigint FROM pg_prepared_statements WHERE statement LIKE '%FROM events%' AND statement NOT LIKE '%pg_prepared%'";
    let rows = store.reader().await.unwrap().query(executed, &[]).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.get::<_, i64>(0)).collect::<Vec<_>>(), [1]);
    assert_eq!(total(&cold, &ids[1_999]).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn long_streams_are_folded_from_a_snapshot_and_from_the_start_alike() {
    let database = database().await;
    let store = open(&database).await;
    let warm = units(&store);
    let ids = [new_id(), new_id()];
    let (members, both) = counters(&ids, Expectation::Existing);
    for _ in 0..5 {
        let outcome = run::<TooFew>(&warm, &members, |work| {
            (0..300).try_for_each(|_| work.decide(both[0], CounterCommand::Add(1)).map(drop))?;
            work.decide(both[1], CounterCommand::Add(1)).map(drop)
        });
        assert!(matches!(outcome.await, UnitOutcome::Done(_)));
    }
    let client = database.client().await;
    let snapshots = "SELECT count(*) FROM state_snapshots";
    assert_eq!(client.query_one(snapshots, &[]).await.unwrap().get::<_, i64>(0), 1);
    let cold = units(&open(&database).await);
    assert_eq!([total(&cold, &ids[0]).await, total(&cold, &ids[1]).await], [1_500, 5]);
    client.batch_execute("DELETE FROM state_snapshots").await.unwrap();
    assert_eq!(total(&units(&open(&database).await), &ids[0]).await, 1_500);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_added_twice_is_one_member() {
    let database = database().await;
    let units = units(&open(&database).await);
    let id = new_id();
    let mut members = event_store::Members::default();
    let [first, second] = [Expectation::New; 2].map(|expects| members.add::<Counter>(&id, expects));
    let outcome = run::<TooFew>(&units, &members, |work| {
        work.decide(first, CounterCommand::Add(2))?;
        work.decide(second, CounterCommand::Add(-2)).map(drop)
    });
    assert!(matches!(outcome.await, UnitOutcome::Done(_)));
    assert_eq!(total(&units, &id).await, 0);
}
