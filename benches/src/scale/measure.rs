//! What appending, sequencing and reading cost at a size.

use std::sync::Arc;
use std::time::{Duration, Instant};

use event_store::StreamId;
use service_kit::poll::wait_until;
use tokio_postgres::Row;

use super::orders::{People, STEPS};
use super::{Scale, tell};
use crate::cost::Cost;
use crate::drive::{Cell, closed_loops};

/// Number of customers who order at the same time.
pub const WRITERS: usize = 64;
/// Streams read, taken from the whole log.
const STREAMS: i64 = 4_000;
/// Pages read, taken from the whole log, and rows of one.
const PAGES: i64 = 100;
const PAGE_ROWS: i64 = 2_000;
/// Longest wait for the sequencer to come to the end.
const DRAIN: Duration = Duration::from_secs(300);
const LOOK: Duration = Duration::from_millis(5);

/// Appends for a time through the real appender.
pub async fn load(scale: &Scale, time: Duration) -> Cell {
    let bus = Arc::clone(&scale.bus);
    let people = People::new(WRITERS);
    let cell = closed_loops(WRITERS, time, move |person, count| {
        let bus = Arc::clone(&bus);
        let people = Arc::clone(&people);
        async move { people.step(&bus, person, count).await }
    })
    .await;
    assert_eq!(cell.failed, 0);
    cell
}

/// Waits until every stored event has a position.
pub async fn drained(scale: &Scale) {
    wait_until(DRAIN, LOOK, async || scale.store.unsequenced().await.unwrap() == 0).await.unwrap();
}

/// Appends beside a sequencer; then without one, so that it has something to catch up with.
pub async fn appends(scale: &Scale, at: &str, time: Duration) {
    let stop = scale.sequence();
    let before = Cost::read(&scale.client).await;
    let cell = load(scale, time).await;
    drained(scale).await;
    let cost = Cost::read(&scale.client).await.per(before, cell.done);
    stop.cancel();
    tell(&format!("append_{at}_us_per_event"), format!("{:.1}", cell.seconds * 1e6 / cell.done as f64));
    tell(&format!("append_{at}_events_per_s"), format!("{:.0}", cell.rate()));
    tell(&format!("append_{at}_p50_ms"), format!("{:.2}", cell.quantile_ms(0.5)));
    tell(&format!("append_{at}_p99_ms"), format!("{:.2}", cell.quantile_ms(0.99)));
    tell(&format!("append_{at}_cpu_us_per_event"), format!("{:.0}", cost.cpu_us));
    tell(&format!("append_{at}_wal_bytes_per_event"), format!("{:.0}", cost.wal_bytes));
    let waiting = load(scale, time / 2).await.done;
    let started = Instant::now();
    let stop = scale.sequence();
    drained(scale).await;
    stop.cancel();
    let rate = waiting as f64 / started.elapsed().as_secs_f64();
    tell(&format!("sequencer_{at}_events_per_s"), format!("{rate:.0}"));
}

/// Reads whole streams of those that were filled in, and pages of the log, both taken from the whole log.
pub async fn reads(scale: &Scale, at: &str, orders: i64, events: i64) {
    let sampled = "SELECT bench_order(n * $1::bigint / $2) FROM generate_series(0, $2::bigint - 1) AS n";
    let ids = scale.client.query(sampled, &[&orders, &STREAMS]).await.unwrap();
    let ids: Vec<String> = ids.iter().map(|row: &Row| row.get(0)).collect();
    let mut read = 0;
    let started = Instant::now();
    for id in &ids {
        read += scale.store.read_stream(&StreamId::new("order", id), 0).await.unwrap().len();
    }
    let us = started.elapsed().as_secs_f64() * 1e6;
    tell(&format!("stream_read_{at}_us_per_event"), format!("{:.1}", us / read as f64));
    tell(&format!("stream_read_{at}_us_per_stream"), format!("{:.1}", us / ids.len() as f64));
    assert_eq!(read, ids.len() * usize::try_from(STEPS).unwrap(), "every sampled order is there, whole");
    let us = pages(scale, events).await;
    tell(&format!("position_read_{at}_us_per_event"), format!("{us:.2}"));
}

/// Microseconds an event, by pages taken from the whole log.
async fn pages(scale: &Scale, events: i64) -> f64 {
    let mut read = 0;
    let started = Instant::now();
    for page in 0..PAGES {
        let after = page * (events - PAGE_ROWS) / PAGES;
        read += scale.store.read_log(0, after, PAGE_ROWS).await.unwrap().rows.len();
    }
    started.elapsed().as_secs_f64() * 1e6 / read as f64
}

/// What each table and index takes, as a whole and for each event.
pub async fn sizes(scale: &Scale, at: &str) {
    let head = scale.store.head(0).await.unwrap();
    tell(&format!("events_{at}"), head);
    let mut whole = 0;
    for row in scale.client.query(include_str!("../../sql/sizes.sql"), &[]).await.unwrap() {
        let (name, is_index, bytes): (String, bool, i64) = (row.get(0), row.get(1), row.get(2));
        let each = bytes as f64 / head as f64;
        whole += bytes;
        let kind = if is_index { "index" } else { "table" };
        tell(&format!("{kind}_{name}_{at}_mb"), format!("{:.1}", bytes as f64 / 1e6));
        tell(&format!("{kind}_{name}_{at}_bytes_per_event"), format!("{each:.1}"));
    }
    tell(&format!("store_{at}_mb"), format!("{:.1}", whole as f64 / 1e6));
    tell(&format!("store_{at}_bytes_per_event"), format!("{:.0}", whole as f64 / head as f64));
}

/// What a block range index in place of the log's primary key would take, and what reading by it would cost.
pub async fn alternative(scale: &Scale, at: &str, events: i64) {
    let client = &scale.client;
    client
        .batch_execute(
            "CREATE TABLE log_by_range AS SELECT * FROM log ORDER BY position;
             CREATE INDEX log_by_range_brin ON log_by_range USING brin (position) WITH (pages_per_range = 8);",
        )
        .await
        .unwrap();
    client.batch_execute("VACUUM (ANALYZE) log_by_range").await.unwrap();
    let bytes: i64 = client.query_one("SELECT pg_relation_size('log_by_range_brin')", &[]).await.unwrap().get(0);
    tell(&format!("log_brin_{at}_bytes_per_event"), format!("{:.3}", bytes as f64 / events as f64));
    for (name, table) in [("btree", "log"), ("brin", "log_by_range")] {
        let page = format!(
            "SELECT count(*) FROM (SELECT * FROM {table} WHERE position > $1 AND position <= $2 AND shard = 0
                                   ORDER BY position OFFSET 0) AS page"
        );
        let statement = client.prepare(&page).await.unwrap();
        let started = Instant::now();
        for page in 0..PAGES {
            let after = page * (events - PAGE_ROWS) / PAGES;
            let rows: i64 = client.query_one(&statement, &[&after, &(after + PAGE_ROWS)]).await.unwrap().get(0);
            assert_eq!(rows, PAGE_ROWS);
        }
        let us = started.elapsed().as_secs_f64() * 1e6 / (PAGES * PAGE_ROWS) as f64;
        tell(&format!("log_{name}_{at}_us_per_position"), format!("{us:.2}"));
    }
    client.batch_execute("DROP TABLE log_by_range").await.unwrap();
}
