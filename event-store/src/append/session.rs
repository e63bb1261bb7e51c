//! A connection that appends, with its statements.

use std::sync::Arc;

use service_kit::clock::Stopwatch;
use tokio::sync::Mutex;
use tokio_postgres::{Client, Statement};

use super::columns::{Columns, Lone};
use super::connector::{Connector, InsertError};
use super::request::Pending;

/// The statement for a batch.
const APPEND: &str = concat!("WITH ", include_str!("../sql/append.sql"));
/// The statement for a batch that also sets or cancels timers.
const APPEND_WITH_TIMERS: &str =
    concat!("WITH ", include_str!("../sql/append_timers.sql"), ", ", include_str!("../sql/append.sql"));

/// The connection of an append queue. Whoever inserts holds the lock. `None` until the writer has opened a connection.
pub(super) type SharedSession = Arc<Mutex<Option<Session>>>;

pub(crate) struct Session {
    pub(super) client: Client,
    insert: Statement,
    insert_one: Statement,
    insert_with_timers: Statement,
}

impl Session {
    pub(super) async fn open(connector: &Connector, lock_timeout_ms: u32) -> Result<Self, InsertError> {
        let client = connector.appender(lock_timeout_ms).await?;
        let insert = client.prepare(APPEND).await?;
        let insert_one = client.prepare(include_str!("../sql/append_one.sql")).await?;
        let insert_with_timers = client.prepare(APPEND_WITH_TIMERS).await?;
        Ok(Self { client, insert, insert_one, insert_with_timers })
    }

    /// Inserts all of a batch, or nothing.
    pub(super) async fn insert(&self, batch: &[Pending]) -> Result<(), tokio_postgres::Error> {
        let started = Stopwatch::start();
        let result = if let Some(lone) = Lone::of(batch) {
            self.client.execute(&self.insert_one, &lone.parameters()).await
        } else {
            let columns = Columns::of(batch);
            if columns.has_timers() {
                self.client.execute(&self.insert_with_timers, &columns.parameters_with_timers()).await
            } else {
                self.client.execute(&self.insert, &columns.parameters()).await
            }
        };
        let events = batch.iter().map(|pending| pending.append.events_count()).sum();
        metrics::histogram!("event_store_append_seconds").record(started.elapsed().as_secs_f64());
        metrics::histogram!("event_store_append_batch_commands").record(to_f64(batch.len()));
        metrics::histogram!("event_store_append_batch_events").record(to_f64(events));
        result?;
        metrics::counter!("event_store_events_appended_total").increment(events as u64);
        Ok(())
    }
}

#[expect(clippy::cast_precision_loss, reason = "a metric of a count far below 2^52")]
fn to_f64(count: usize) -> f64 {
    count as f64
}
