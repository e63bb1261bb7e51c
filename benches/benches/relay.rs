//! Relaying: from the log to `read_committed`, against bare producers of the same bytes, interleaved in one run.
//!
//! `BENCH_EVENTS` is how many events are relayed, `BENCH_ROUNDS` how often; medians are printed as `name=value`.

#![expect(clippy::unwrap_used, reason = "a benchmark ends at the first surprise")]
#![expect(clippy::disallowed_methods, reason = "it measures with the machine's own clock")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use benches::drive::median;
use benches::orders::filled_log;
use domain::contract::Position;
use event_store::{Sequencer, Store, StoredRow};
use messaging::checkpoint::Checkpoint;
use messaging::producer::{IdempotentProducer, TransactionalProducer};
use messaging::testing::{TestTopic, brokers, follow_checkpoints, unique};
use messaging::{EncodedRecord, Encoder};
use relay::{Deps, RelayOptions, outgoing, run};
use service_kit::clock::{Ids, SystemClock, SystemIds};
use service_kit::testing::TestDatabase;
use tokio_util::sync::CancellationToken;

const PARTITIONS: i32 = 12;

#[tokio::main]
async fn main() {
    let number =
        |name: &str, default: i64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (events, rounds) = (number("BENCH_EVENTS", 200_000), number("BENCH_ROUNDS", 3));
    let (database, store) = filled_log(events).await;
    let (mut relayed, mut bare, mut plain) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=rounds {
        relayed.push(relay_all(&database, &store, events).await);
        bare.push(rate(events, produce_all(&store, events).await));
        plain.push(rate(events, relay_plain(&store, events).await));
        eprintln!("relay: round {round} of {rounds} done");
    }
    let (relayed, bare, plain) = (median(relayed), median(bare), median(plain));
    println!("relay_events_per_s={relayed:.0}");
    println!("relay_bare_producer_events_per_s={bare:.0}");
    println!("relay_vs_producer={:.2}", relayed / bare);
    println!("exactly_once_cost={:.2}", relayed / plain);
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn rate(events: i64, time: Duration) -> f64 {
    events as f64 / time.as_secs_f64()
}

/// The relay itself, from its first committed page to its last.
async fn relay_all(database: &TestDatabase, store: &Store, events: i64) -> f64 {
    let (topic, checkpoints) = (TestTopic::create(PARTITIONS).await, TestTopic::create(1).await);
    let deps = Deps {
        store: store.clone(),
        brokers: brokers(),
        encoder: topic.encoder().await,
        clock: Arc::new(SystemClock),
        holder: SystemIds.random(),
    };
    let options = RelayOptions {
        topic: topic.name.as_str().into(),
        checkpoint_topic: checkpoints.name.as_str().into(),
        transactional_id_prefix: unique("relay"),
        ..RelayOptions::default()
    };
    let stop = CancellationToken::new();
    let (_idle, head) = Sequencer::new(store.clone(), database.url().clone(), 0);
    let relay = tokio::spawn(run(deps, options, 0, head, stop.clone()));
    let (from, time) = follow_checkpoints(&checkpoints.name, events).await;
    stop.cancel();
    relay.await.unwrap().unwrap();
    rate(events - from, time)
}

/// A bare transactional producer of the same bytes, encoded beforehand.
async fn produce_all(store: &Store, events: i64) -> Duration {
    let topic = TestTopic::create(PARTITIONS).await;
    let encoder = topic.encoder().await;
    let batch = RelayOptions::default().batch_events_max;
    let mut batches: Vec<Vec<EncodedRecord>> = Vec::new();
    for after in (0..events).step_by(usize::try_from(batch).unwrap()) {
        let page = store.read_log(0, after, batch).await.unwrap();
        batches.push(page.rows.into_iter().map(|(position, row)| encode(&encoder, position, row)).collect());
    }
    let mut producer = TransactionalProducer::connect(&brokers(), &unique("bare")).await.unwrap();
    let started = Instant::now();
    for batch in batches {
        producer.begin().unwrap();
        for record in batch {
            producer.produce(record).await.unwrap();
        }
        producer.commit().await.unwrap();
    }
    started.elapsed()
}

/// The relay's road with a plain idempotent producer: no transactions, so a crash may double.
async fn relay_plain(store: &Store, events: i64) -> Duration {
    let (topic, checkpoints) = (TestTopic::create(PARTITIONS).await, TestTopic::create(1).await);
    let encoder = topic.encoder().await;
    let producer = IdempotentProducer::new(&brokers()).unwrap();
    let batch = RelayOptions::default().batch_events_max;
    let started = Instant::now();
    let mut after = 0;
    let mut page = store.read_log(0, after, batch).await.unwrap();
    while after < events {
        let mut last = None;
        for (position, row) in page.rows {
            last = Some(row.event_id);
            producer.produce(encode(&encoder, position, row)).await.unwrap();
        }
        let incarnation = store.identity().incarnation;
        let checkpoint = Checkpoint { incarnation, shard: 0, position: page.last, event_id: last.unwrap() };
        producer.produce(checkpoint.to_record(&checkpoints.name)).await.unwrap();
        after = page.last;
        let (flushed, next) = tokio::join!(producer.flush(), store.read_log(0, after, batch));
        flushed.unwrap();
        page = next.unwrap();
    }
    started.elapsed()
}

fn encode(encoder: &Encoder, position: Position, row: StoredRow) -> EncodedRecord {
    encoder.encode(&outgoing(position, row)).unwrap()
}
