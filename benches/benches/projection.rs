//! Projecting and rebuilding: the live apply, by one worker and by several that share customers, SKUs and counts, against COPY of
//! the same rows, and a rebuild of all models against postgres-es's `QueryReplay` into one view; interleaved in one run, over the
//! same events, five an order.
//!
//! `BENCH_EVENTS` is the length of the log, `BENCH_PEER_EVENTS` that of the peer's, which commits event by event;
//! `BENCH_ROUNDS` is how often each is run. Medians are printed as `name=value`.

#![expect(clippy::unwrap_used, reason = "a benchmark ends at the first surprise")]
#![expect(clippy::disallowed_methods, reason = "its length comes from the environment, its time from the machine")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

use std::pin::pin;
use std::time::Instant;

use benches::drive::median;
use benches::history::filled_log;
use benches::replayed::Replayed;
use domain::order::contract::Published;
use futures::{SinkExt, TryStreamExt};
use order_engine::StoreLog;
use read_models::rebuild::{Log, Progress, Purpose, RebuildOptions, rebuild};
use read_models::{Applier, ModelSet, Orders, migrate};
use service_kit::clock::{Ids, SystemIds};
use service_kit::testing::TestDatabase;
use tokio_postgres::Client;
use uuid::Uuid;

/// Events of one transaction of the live apply.
const BATCH: usize = 1_000;
/// Workers that apply side by side, each the orders of a partition of its own.
const WORKERS: usize = 4;

#[tokio::main]
async fn main() {
    let number =
        |name: &str, default: i64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let rounds = number("BENCH_ROUNDS", 3);
    let (_log_database, store, events) = filled_log(number("BENCH_EVENTS", 200_000)).await;
    let log = StoreLog(store);
    let records = log.page(0, 0, events).await.unwrap();
    let replayed = Replayed::start(number("BENCH_PEER_EVENTS", 10_000)).await;
    let partitions = partitions(&records);
    let mut live = vec![];
    let mut together = vec![];
    let mut copied = vec![];
    let mut rebuilt = vec![];
    let mut peer = vec![];
    for round in 1..=rounds {
        let (database, seconds) = apply(&records).await;
        live.push(events as f64 / seconds);
        together.push(events as f64 / apply_together(&partitions).await);
        copied.push(events as f64 / copy(&database).await);
        rebuilt.push(events as f64 / all_models(&database, &log).await);
        peer.push(replayed.events as f64 / replayed.replay().await);
        eprintln!("projection: round {round} of {rounds} done");
    }
    let live = median(live);
    let together = median(together);
    let copied = median(copied);
    let rebuilt = median(rebuilt);
    let peer = median(peer);
    println!("log_events={events}");
    println!("query_replay_log_events={}", replayed.events);
    println!("projection_events_per_s={live:.0}");
    println!("projection_workers_events_per_s={together:.0}");
    println!("projection_copy_events_per_s={copied:.0}");
    println!("projection_vs_copy={:.2}", live / copied);
    println!("rebuild_events_per_s={rebuilt:.0}");
    println!("query_replay_events_per_s={peer:.0}");
    println!("rebuild_vs_query_replay={:.1}", rebuilt / peer);
}

async fn models() -> (TestDatabase, Client) {
    let database = TestDatabase::create().await;
    migrate(database.url(), &[Orders::MODELS], |_| ()).await.unwrap();
    let client = database.client().await;
    (database, client)
}

/// Seconds of the live apply into empty tables, over one connection.
async fn apply(records: &[Published]) -> (TestDatabase, f64) {
    let (database, mut client) = models().await;
    let applier = Applier::<Orders>::open(&client).await.unwrap();
    let started = Instant::now();
    for batch in records.chunks(BATCH) {
        let transaction = client.transaction().await.unwrap();
        assert_eq!(applier.apply(&transaction, batch).await.unwrap().applied, batch.len());
        transaction.commit().await.unwrap();
    }
    (database, started.elapsed().as_secs_f64())
}

/// The events by order, as Kafka spreads them.
fn partitions(records: &[Published]) -> Vec<Vec<Published>> {
    let mut partitions = vec![Vec::new(); WORKERS];
    for record in records {
        let order_id = Uuid::parse_str(record.event.order_id()).unwrap();
        partitions[usize::from(order_id.as_bytes()[15]) % WORKERS].push(record.clone());
    }
    partitions
}

/// Seconds of the live apply into empty tables by [`WORKERS`] connections at once.
async fn apply_together(partitions: &[Vec<Published>]) -> f64 {
    let (database, _client) = models().await;
    let mut workers = Vec::new();
    for _ in partitions {
        let client = database.client().await;
        client.batch_execute("SET synchronous_commit TO off").await.unwrap();
        let applier = Applier::<Orders>::open(&client).await.unwrap();
        workers.push((client, applier));
    }
    let started = Instant::now();
    let work = workers.iter_mut().zip(partitions).map(async |((client, applier), records)| {
        for batch in records.chunks(BATCH) {
            let transaction = client.transaction().await.unwrap();
            assert_eq!(applier.apply(&transaction, batch).await.unwrap().applied, batch.len());
            transaction.commit().await.unwrap();
        }
    });
    futures::future::join_all(work).await;
    started.elapsed().as_secs_f64()
}

/// Seconds of COPY of the same rows into the same indexed tables, over one connection.
async fn copy(from: &TestDatabase) -> f64 {
    let source = from.client().await;
    let (_database, target) = models().await;
    let mut tables = Vec::new();
    for model in Orders::MODELS.all() {
        let table = format!("{0}_g1.{0}", model.name());
        let rows = source.copy_out(&format!("COPY {table} TO STDOUT BINARY")).await.unwrap();
        tables.push((table, rows.try_collect::<Vec<_>>().await.unwrap()));
    }
    let started = Instant::now();
    for (table, rows) in tables {
        let sink = target.copy_in(&format!("COPY {table} FROM STDIN BINARY")).await.unwrap();
        let mut sink = pin!(sink);
        for row in rows {
            sink.feed(row).await.unwrap();
        }
        sink.finish().await.unwrap();
    }
    started.elapsed().as_secs_f64()
}

/// Seconds of a rebuild of all models: fill, indexes, comparison, switch.
async fn all_models(database: &TestDatabase, log: &StoreLog) -> f64 {
    let started = Instant::now();
    let options = RebuildOptions::of("orders");
    let how = (Purpose::Switch, &options, SystemIds.ordered());
    let mut stages: Vec<(&str, f64)> = Vec::new();
    let mut tell = |progress: Progress| {
        if stages.last().is_none_or(|(stage, _)| *stage != progress.stage) {
            stages.push((progress.stage, started.elapsed().as_secs_f64()));
        }
    };
    let report = rebuild::<Orders, _>(database.url(), log, &Orders::MODELS.all(), how, &mut tell).await.unwrap();
    let seconds = started.elapsed().as_secs_f64();
    for (stage, second) in stages {
        eprintln!("projection: rebuild began to {stage} at {second:.2} s");
    }
    eprintln!("projection: the projector would have waited {} ms", report.paused_ms);
    assert!(report.switched);
    seconds
}
