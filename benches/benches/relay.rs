//! Relaying: from the log to `read_committed`, against bare producers of the same bytes, interleaved in one run.
//!
//! `BENCH_EVENTS` is how many events are relayed, `BENCH_ROUNDS` how often; medians are printed as `name=value`.

#![expect(clippy::unwrap_used, reason = "a benchmark ends at the first surprise")]
#![expect(clippy::disallowed_methods, reason = "it measures with the machine's own clock")]

use std::time::{Duration, Instant};

use benches::cost::Spent;
use benches::drive::median;
use benches::orders::filled_log;
use benches::relaying::{PARTITIONS, Relayed, followed, relay_until};
use domain::contract::Position;
use domain::order::contract::PublicEvent;
use event_store::{LogPage, Store, StoredRow};
use messaging::checkpoint::Checkpoint;
use messaging::producer::{IdempotentProducer, TransactionalProducer};
use messaging::testing::{TestTopic, brokers, unique};
use messaging::{EncodedRecord, Encoder};
use relay::{BATCH_EVENTS_MAX, outgoing};

#[tokio::main]
async fn main() {
    let number =
        |name: &str, default: i64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let events = number("BENCH_EVENTS", 200_000);
    let rounds = number("BENCH_ROUNDS", 3);
    let (database, store) = filled_log(events).await;
    let mut relayed = Vec::new();
    let mut bare = Vec::new();
    let mut plain = Vec::new();
    for round in 1..=rounds {
        let checkpoints = TestTopic::create(1).await;
        relayed.push(relay_until(&database, &store, &checkpoints, 0, events).await);
        bare.push(produce_all(&store, events).await);
        plain.push(rate(events, relay_plain(&store, events).await));
        eprintln!("relay: round {round} of {rounds} done");
    }
    let rates = |runs: &[Relayed]| median(runs.iter().map(|run| run.rate()).collect());
    println!("relay_events_per_s={:.0}", rates(&relayed));
    println!("relay_bare_producer_events_per_s={:.0}", rates(&bare));
    println!("relay_vs_producer={:.2}", rates(&relayed) / rates(&bare));
    println!("exactly_once_cost={:.2}", rates(&relayed) / median(plain));
    for (name, runs) in [("relay", &relayed), ("relay_bare_producer", &bare)] {
        let spent = |part: fn(&Spent) -> f64| median(runs.iter().map(|run| part(&run.spent)).collect());
        println!("{name}_cpu_us_per_event={:.2}", spent(|spent| spent.own_us));
        println!("{name}_postgres_cpu_us_per_event={:.2}", spent(|spent| spent.postgres_us));
        println!("{name}_broker_cpu_us_per_event={:.2}", spent(|spent| spent.broker_us));
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn rate(events: i64, time: Duration) -> f64 {
    events as f64 / time.as_secs_f64()
}

/// A bare transactional producer of the relay's own transactions, encoded beforehand.
async fn produce_all(store: &Store, events: i64) -> Relayed {
    let topic = TestTopic::create(PARTITIONS).await;
    let checkpoints = TestTopic::create(1).await;
    let encoder = topic.encoder().await;
    let mut transactions: Vec<Vec<EncodedRecord>> = Vec::new();
    let mut after = 0;
    while after < events {
        let page = store.read_log(0, after, BATCH_EVENTS_MAX).await.unwrap();
        let checkpoint = checkpoint(store, &page).to_record(&checkpoints.name);
        after = page.last;
        let records = page.rows.into_iter().map(|(position, row)| encode(&encoder, position, row));
        transactions.push(records.chain([checkpoint]).collect());
    }
    let mut producer = TransactionalProducer::connect(&brokers(), &unique("bare")).await.unwrap();
    let publish = |_| async move {
        for records in transactions {
            producer.begin().unwrap();
            for record in records {
                producer.produce(record).await.unwrap();
            }
            producer.commit().await.unwrap();
        }
    };
    followed(&checkpoints, 0, events, publish).await
}

/// The relay's pipeline with a plain idempotent producer: no transactions, so a crash may publish events twice.
async fn relay_plain(store: &Store, events: i64) -> Duration {
    let topic = TestTopic::create(PARTITIONS).await;
    let checkpoints = TestTopic::create(1).await;
    let encoder = topic.encoder().await;
    let producer = IdempotentProducer::new(&brokers()).unwrap();
    let batch = BATCH_EVENTS_MAX;
    let started = Instant::now();
    let mut after = 0;
    let mut page = store.read_log(0, after, batch).await.unwrap();
    while after < events {
        let checkpoint = checkpoint(store, &page).to_record(&checkpoints.name);
        after = page.last;
        for (position, row) in page.rows {
            producer.produce(encode(&encoder, position, row)).await.unwrap();
        }
        producer.produce(checkpoint).await.unwrap();
        let (flushed, next) = tokio::join!(producer.flush(), store.read_log(0, after, batch));
        flushed.unwrap();
        page = next.unwrap();
    }
    started.elapsed()
}

fn checkpoint(store: &Store, page: &LogPage) -> Checkpoint {
    let incarnation = store.identity().incarnation;
    Checkpoint { incarnation, shard: 0, position: page.last, event_id: page.rows.last().unwrap().1.event_id }
}

fn encode(encoder: &Encoder<PublicEvent>, position: Position, row: StoredRow) -> EncodedRecord {
    encoder.encode(&outgoing(position, row).unwrap()).unwrap()
}
