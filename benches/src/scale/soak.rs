//! The queue of the sequencer under minutes of appends: its dead rows, its size, and what a transaction left open does to it.
//!
//! The tables are emptied before each part: the queue does not depend on them, and minutes of appends would need as much room
//! again as the largest size.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::measure::{drained, load};
use super::{Scale, tell};

/// How often the queue is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How many times in a part of the soak the queue's state is printed.
const POINTS: u32 = 6;

/// The queue at a moment, or the largest of many.
#[derive(Debug, Default, Clone, Copy)]
struct State {
    /// Dead rows by the server's statistics.
    dead: i64,
    /// With its index.
    bytes: i64,
    /// Times that autovacuum came by.
    vacuums: i64,
    /// Events without position.
    waiting: i64,
}

/// Appends for a time, then for as long again while somebody holds a snapshot, then looks at how it ends.
pub async fn soak(scale: &Arc<Scale>, time: Duration) {
    let sequencing = scale.sequence();
    empty(scale).await;
    appending(scale, "soak", time).await;
    empty(scale).await;
    let holder = scale.database.client().await;
    // The server ends a transaction that is idle for long; here it is to stay.
    holder.batch_execute("SET idle_in_transaction_session_timeout = 0").await.unwrap();
    holder.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM leases").await.unwrap();
    appending(scale, "soak_held", time).await;
    holder.batch_execute("COMMIT").await.unwrap();
    let released = Instant::now();
    drained(scale).await;
    tell("soak_released_drained_ms", released.elapsed().as_millis());
    vacuum(scale, "soak_released").await;
    empty(scale).await;
    appending(scale, "soak_after", time).await;
    drained(scale).await;
    sequencing.cancel();
    vacuum(scale, "soak_end").await;
    let state = state(scale).await;
    tell("soak_end_dead_rows", state.dead);
    tell("soak_end_unsequenced_kb", state.bytes / 1_024);
}

async fn empty(scale: &Scale) {
    drained(scale).await;
    scale.client.batch_execute("TRUNCATE events, log, idempotency, claims").await.unwrap();
}

/// What a vacuum of the queue costs, with all dead rows that autovacuum has left until now.
async fn vacuum(scale: &Scale, name: &str) {
    tell(&format!("{name}_vacuum_dead_rows"), state(scale).await.dead);
    let started = Instant::now();
    scale.client.batch_execute("VACUUM unsequenced").await.unwrap();
    tell(&format!("{name}_vacuum_ms"), format!("{:.1}", started.elapsed().as_secs_f64() * 1e3));
}

async fn appending(scale: &Arc<Scale>, name: &'static str, time: Duration) {
    eprintln!("scale: {name}, {} s", time.as_secs());
    let done = CancellationToken::new();
    let watching = tokio::spawn(watch(Arc::clone(scale), name, time / POINTS, done.clone()));
    let cell = load(scale, time).await;
    done.cancel();
    let seen = watching.await.unwrap();
    tell(&format!("{name}_seconds"), format!("{:.0}", cell.seconds));
    tell(&format!("{name}_events_per_s"), format!("{:.0}", cell.rate()));
    tell(&format!("{name}_append_p99_ms"), format!("{:.2}", cell.quantile_ms(0.99)));
    tell(&format!("{name}_dead_rows_max"), seen.dead);
    tell(&format!("{name}_unsequenced_kb_max"), seen.bytes / 1_024);
    tell(&format!("{name}_events_waiting_max"), seen.waiting);
    tell(&format!("{name}_autovacuums"), seen.vacuums);
}

/// The largest values seen until `done`. Prints the values at a few points on the way.
async fn watch(scale: Arc<Scale>, name: &str, every: Duration, done: CancellationToken) -> State {
    let started = Instant::now();
    let first = state(&scale).await;
    let mut largest = State::default();
    let mut reported = 0;
    while service_kit::poll::pause(LOOK, &done).await {
        let now = state(&scale).await;
        largest = State {
            dead: largest.dead.max(now.dead),
            bytes: largest.bytes.max(now.bytes),
            waiting: largest.waiting.max(now.waiting),
            vacuums: now.vacuums - first.vacuums,
        };
        if started.elapsed() >= every * (reported + 1) {
            reported += 1;
            let seconds = (every * reported).as_secs();
            tell(&format!("{name}_{seconds}s_dead_rows"), now.dead);
            tell(&format!("{name}_{seconds}s_unsequenced_kb"), now.bytes / 1_024);
            tell(&format!("{name}_{seconds}s_events_waiting"), now.waiting);
        }
    }
    largest
}

async fn state(scale: &Scale) -> State {
    let row = scale.client.query_one(include_str!("../../sql/queue_state.sql"), &[]).await.unwrap();
    let waiting = scale.store.unsequenced().await.unwrap();
    State { dead: row.get(0), bytes: row.get(1), vacuums: row.get(2), waiting }
}
