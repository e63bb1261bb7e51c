//! Commands from load to answer.

use domain::order::{AddLine, CancelOrder, CancelReason, ChangeLineQuantity, Order, OrderCommand, OrderRejection};
use domain::{Currency, LineId, Quantity, Sku, UnitPrice};
use event_store::{AppendError, CommandBus, ExecuteError, Expectation, Outcome};
use futures::future::join_all;
use service_kit::testing::TestDatabase;

use crate::support::{bus, create_draft, database, key, new_id, now, open, run};

fn add_line(quantity: u32) -> OrderCommand {
    OrderCommand::AddLine(AddLine {
        line_id: LineId::new(uuid::Uuid::nil()),
        sku: Sku::try_new("85123A").unwrap(),
        description: None,
        quantity: Quantity::try_new(quantity).unwrap(),
        unit_price: UnitPrice::try_new("2.55").unwrap(),
        at: now(),
    })
}

fn change_quantity(quantity: u32) -> OrderCommand {
    OrderCommand::ChangeLineQuantity(ChangeLineQuantity {
        line_id: LineId::new(uuid::Uuid::nil()),
        quantity: Quantity::try_new(quantity).unwrap(),
        at: now(),
    })
}

fn cancel(reason: CancelReason) -> OrderCommand {
    OrderCommand::CancelOrder(CancelOrder { reason, note: None, at: now() })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_key_answers_alike_and_acts_once() {
    let database = database().await;
    let bus = bus(&open(&database).await);
    let id = new_id();
    let draft = || run(&bus, &id, Expectation::New, Some(key("k", "a")), create_draft(Currency::EUR));
    assert!(matches!(draft().await, Ok(Outcome::Done(decided)) if decided.version == 1));
    assert!(matches!(draft().await, Ok(Outcome::Repeated(answer)) if answer == "{\"version\":1}"));
    let other_body = run(&bus, &id, Expectation::New, Some(key("k", "b")), create_draft(Currency::GBP)).await;
    assert!(matches!(other_body, Err(ExecuteError::KeyReused)), "{other_body:?}");
    assert_eq!(bus.load(&id).await.unwrap().version, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_answered_alike_for_its_key() {
    let database = database().await;
    let bus = bus(&open(&database).await);
    let id = new_id();
    let cancel = || run(&bus, &id, Expectation::Existing, Some(key("k", "a")), cancel(CancelReason::Staff));
    assert!(matches!(cancel().await, Ok(Outcome::Refused(OrderRejection::NotFound))));
    run(&bus, &id, Expectation::New, None, create_draft(Currency::EUR)).await.unwrap();
    let again = cancel().await;
    assert!(matches!(&again, Ok(Outcome::Repeated(answer)) if answer.contains("order_not_found")), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_refused_from_a_stale_state() {
    let database = database().await;
    let here = bus(&open(&database).await);
    let there = bus(&open(&database).await);
    let id = new_id();
    run(&here, &id, Expectation::New, None, create_draft(Currency::EUR)).await.unwrap();
    run(&there, &id, Expectation::Existing, None, cancel(CancelReason::Staff)).await.unwrap();
    // Here the order is still a draft in memory; the second cancellation must find it cancelled.
    let repeat = run(&here, &id, Expectation::Existing, None, cancel(CancelReason::Staff)).await;
    assert!(matches!(&repeat, Ok(Outcome::Done(decided)) if decided.event_ids.is_empty() && decided.version == 2));
    assert_eq!(here.load(&id).await.unwrap().version, 2);
}

/// A bus that has a draft in memory as it was before another process has added a line to it.
async fn behind(database: &TestDatabase) -> (CommandBus<Order>, String) {
    let here = bus(&open(database).await);
    let there = bus(&open(database).await);
    let id = new_id();
    run(&here, &id, Expectation::New, None, create_draft(Currency::EUR)).await.unwrap();
    run(&there, &id, Expectation::Existing, None, add_line(1)).await.unwrap();
    (here, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stale_state_would_refuse_is_done() {
    let database = database().await;
    let (here, id) = behind(&database).await;
    // Here the draft has no line in memory, so that changing one would be refused.
    let changed = run(&here, &id, Expectation::Existing, None, change_quantity(2)).await;
    assert!(matches!(&changed, Ok(Outcome::Done(decided)) if decided.version == 3), "{changed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_race_that_is_lost_is_decided_on_what_is_known_and_what_followed() {
    let database = database().await;
    let (here, id) = behind(&database).await;
    // Nobody who reads the stream from its beginning comes past an event of a type that does not exist.
    let unreadable = "UPDATE events SET event_type = 'Unknown' WHERE sequence = 1";
    database.client().await.batch_execute(unreadable).await.unwrap();
    let cancelled = run(&here, &id, Expectation::Existing, None, cancel(CancelReason::Staff)).await;
    assert!(matches!(&cancelled, Ok(Outcome::Done(decided)) if decided.version == 3), "{cancelled:?}");
    assert!(bus(&open(&database).await).load(&id).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_at_once_with_one_key_have_one_effect() {
    let database = database().await;
    let store = open(&database).await;
    let (bus, other) = (bus(&store), bus(&open(&database).await));
    let ids: Vec<_> = (0..100).map(|_| new_id()).collect();
    let results = join_all(ids.iter().enumerate().map(|(index, id)| {
        let bus = if index % 2 == 0 { &bus } else { &other };
        run(bus, id, Expectation::New, Some(key("one", "same")), create_draft(Currency::EUR))
    }))
    .await;
    let done = results.iter().filter(|result| matches!(result, Ok(Outcome::Done(_)))).count();
    let repeated = results.iter().filter(|result| matches!(result, Ok(Outcome::Repeated(_)))).count();
    assert_eq!((done, repeated), (1, 99));
    let mut stored = 0;
    for id in &ids {
        stored += bus.load(id).await.unwrap().version;
    }
    assert_eq!(stored, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_stream_that_is_not_new_is_decided_on_what_is_there() {
    let database = database().await;
    let here = bus(&open(&database).await);
    let there = bus(&open(&database).await);
    let id = new_id();
    run(&there, &id, Expectation::New, None, create_draft(Currency::GBP)).await.unwrap();
    let result = run(&here, &id, Expectation::New, None, create_draft(Currency::EUR)).await;
    assert!(matches!(result, Ok(Outcome::Refused(OrderRejection::OrderExists))), "{result:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_storing_and_answering_is_resolved_by_the_key() {
    let database = database().await;
    let id = new_id();
    {
        // The caller goes away as soon as its command is on its way.
        let bus = bus(&open(&database).await);
        let command = run(&bus, &id, Expectation::New, Some(key("k", "a")), create_draft(Currency::EUR));
        let _gone = tokio::time::timeout(std::time::Duration::ZERO, command).await;
    }
    let bus = bus(&open(&database).await);
    let result = run(&bus, &id, Expectation::New, Some(key("k", "a")), create_draft(Currency::EUR)).await;
    assert!(matches!(result, Ok(Outcome::Done(_) | Outcome::Repeated(_))), "{result:?}");
    assert_eq!(bus.load(&id).await.unwrap().version, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_stream_goes_on_from_its_snapshot_to_the_same_state() {
    let database = database().await;
    let bus = bus(&open(&database).await);
    let id = new_id();
    run(&bus, &id, Expectation::New, None, create_draft(Currency::EUR)).await.unwrap();
    run(&bus, &id, Expectation::Existing, None, add_line(1)).await.unwrap();
    for quantity in 2..2_005 {
        run(&bus, &id, Expectation::Existing, None, change_quantity(quantity)).await.unwrap();
    }
    let folded = bus.load(&id).await.unwrap();
    let client = database.client().await;
    let kept = "SELECT version FROM state_snapshots WHERE aggregate_id = $1";
    assert_eq!(client.query_one(kept, &[&id]).await.unwrap().get::<_, i64>(0), 2_000);

    let fresh = crate::support::bus(&open(&database).await).load(&id).await.unwrap();
    assert_eq!((fresh.version, &fresh.state), (2_005, &folded.state));
    // It is really used: a fold that starts at the beginning would not see what only the snapshot says.
    let plant = "UPDATE state_snapshots SET state = replace(state::text, 'EUR', 'GBP')::json";
    client.execute(plant, &[]).await.unwrap();
    let planted = crate::support::bus(&open(&database).await).load(&id).await.unwrap();
    assert_ne!(planted.state, folded.state);
    // One of another fold, or one that cannot be read, counts as absent.
    for spoil in ["UPDATE state_snapshots SET state = '{}'", "UPDATE state_snapshots SET fold_version = 0"] {
        client.batch_execute(spoil).await.unwrap();
        let whole = crate::support::bus(&open(&database).await).load(&id).await.unwrap();
        assert_eq!((whole.version, &whole.state), (2_005, &folded.state));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_postgres_does_not_take_is_refused() {
    let database = database().await;
    let bus = bus(&open(&database).await);
    let result = run(&bus, "with\0nul", Expectation::New, None, create_draft(Currency::EUR)).await;
    assert!(matches!(result, Err(ExecuteError::Append(AppendError::Invalid { .. }))), "{result:?}");
}
