//! Fills the store with server-side statements.

use std::time::{Duration, Instant};

use service_kit::clock::{Ids, SystemIds};
use service_kit::poll::wait_until;
use tokio_postgres::Client;

use super::Scale;
use super::orders::{STEPS, take};

/// Events of one statement; a multiple of the 256 in which orders take their steps together.
const CHUNK: i64 = 102_400;
/// Chunks between two checkpoints, so that the write-ahead log does not take gigabytes beside the tables.
const CHUNKS_A_CHECKPOINT: i64 = 10;
/// How often progress is printed.
const REPORT_EVERY: Duration = Duration::from_secs(5);
/// Longest wait until the pattern has its positions.
const SEQUENCED: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(5);

/// Fills the store with copies of a real order's events.
pub struct Filler {
    /// A second connection, so that positions are written beside the events.
    log: Client,
    types: Vec<String>,
    versions: Vec<String>,
    payloads: Vec<String>,
    metadata: Vec<String>,
    /// Events made so far; says which orders come next.
    made: i64,
    /// Events of the largest size, and the time that filling has taken so far.
    largest: i64,
    filling: Duration,
    reported: Instant,
}

impl Filler {
    pub async fn start(scale: &Scale, largest: i64) -> Self {
        let id = SystemIds.ordered().to_string();
        let stop = scale.sequence();
        for step in 0..STEPS {
            assert!(take(&scale.bus, &id, step).await, "step {step} of the pattern");
        }
        let sequenced = async || scale.store.unsequenced().await.unwrap() == 0;
        wait_until(SEQUENCED, LOOK, sequenced).await.unwrap();
        stop.cancel();
        let rows = scale.store.read_stream(&event_store::StreamId::new("order", &id), 0).await.unwrap();
        let bytes: usize = rows.iter().map(|row| row.payload.len() + row.metadata.len()).sum();
        super::tell("event_payload_and_metadata_bytes", bytes / rows.len());
        scale.client.batch_execute(include_str!("../../sql/fill_functions.sql")).await.unwrap();
        let log = scale.database.client().await;
        log.batch_execute("SET statement_timeout = 0").await.unwrap();
        Self {
            log,
            types: rows.iter().map(|row| row.event_type.clone()).collect(),
            versions: rows.iter().map(|row| row.event_version.clone()).collect(),
            payloads: rows.iter().map(|row| row.payload.clone()).collect(),
            metadata: rows.into_iter().map(|row| row.metadata).collect(),
            made: 0,
            largest,
            filling: Duration::ZERO,
            reported: Instant::now(),
        }
    }

    /// Orders made so far, whole.
    #[must_use]
    pub fn orders(&self) -> i64 {
        self.made / i64::try_from(STEPS).unwrap()
    }

    /// Fills until the log has at least so many events, all with positions.
    pub async fn up_to(&mut self, scale: &Scale, events: i64) {
        let mut head = scale.store.head(0).await.unwrap();
        while head < events {
            let started = Instant::now();
            let wanted = (events - head).min(CHUNK);
            let chunk = (wanted + 255) / 256 * 256;
            self.chunk(scale, chunk, head).await;
            head += chunk;
            if self.made / (CHUNKS_A_CHECKPOINT * CHUNK) != (self.made - chunk) / (CHUNKS_A_CHECKPOINT * CHUNK) {
                scale.client.batch_execute("CHECKPOINT").await.unwrap();
            }
            self.filling += started.elapsed();
            if self.reported.elapsed() >= REPORT_EVERY || head >= events {
                self.reported = Instant::now();
                let rate = self.made as f64 / self.filling.as_secs_f64();
                let left = (self.largest - head).max(0) as f64 / rate;
                let largest = self.largest;
                eprintln!("scale: filled {head} of {largest} events, {rate:.0}/s, {left:.0} s of filling to go");
            }
        }
        // As a store that has grown for long would be: hint bits set, statistics known.
        for table in ["events", "log", "idempotency"] {
            scale.client.batch_execute(&format!("VACUUM (ANALYZE) {table}")).await.unwrap();
        }
        scale.client.batch_execute("CHECKPOINT").await.unwrap();
    }

    async fn chunk(&mut self, scale: &Scale, chunk: i64, head: i64) {
        let events = include_str!("../../sql/fill_events.sql");
        let log = include_str!("../../sql/fill_log.sql");
        let answers = include_str!("../../sql/fill_answers.sql");
        let made = self.made;
        let stored = async {
            scale
                .client
                .execute(events, &[&made, &chunk, &self.types, &self.versions, &self.payloads, &self.metadata])
                .await
        };
        let placed = async {
            self.log.execute(answers, &[&made, &chunk]).await?;
            self.log.execute(log, &[&made, &chunk, &head]).await
        };
        let (stored, placed) = tokio::join!(stored, placed);
        let rows = u64::try_from(chunk).unwrap();
        assert_eq!((stored.unwrap(), placed.unwrap()), (rows, rows));
        self.made += chunk;
    }
}
