//! Reading ahead: pages of the log become records while Kafka commits the page before.
//!
//! Guarantees: pages come in position order without a gap; one waits, one more is made and one more is read at most; and after an
//! error nothing comes. Does not: know what has been published.

use std::time::Duration;

use domain::contract::Position;
use domain::{EventId, Timestamp};
use event_store::{LogPage, StoredRow};
use messaging::{EncodeError, EncodedRecord};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tracing::Level;

use crate::outgoing::outgoing;
use crate::session::RelayError;
use crate::{Deps, RelayOptions};

/// Records that are made before other tasks get a turn.
const RECORDS_A_TURN: usize = 128;

/// A page of the log, ready to be published.
pub(crate) struct Page {
    pub(crate) records: Vec<EncodedRecord>,
    /// Of each record, where somebody wants to know.
    pub(crate) traces: Vec<Trace>,
    /// Where the page ends.
    pub(crate) last: i64,
    /// Of the last record.
    pub(crate) event_id: EventId,
    /// Of the last record.
    pub(crate) recorded_at: Timestamp,
}

/// By what an event is found in a trace.
pub(crate) struct Trace {
    order: String,
    version: i64,
    traceparent: Option<String>,
}

impl Trace {
    /// Tells the trace that the event goes out.
    pub(crate) fn tell(&self) {
        let Self { order, version, traceparent } = self;
        tracing::debug!(
            name: "relay.event.publish",
            target: "relay::trace",
            { order.id = order, event.version = version, traceparent = traceparent.as_deref() },
            "published"
        );
    }

    fn wanted() -> bool {
        tracing::enabled!(target: "relay::trace", Level::DEBUG)
    }
}

/// The pages behind a position. Dropping it ends the reading.
pub(crate) struct Pages {
    ready: mpsc::Receiver<Result<Page, RelayError>>,
    _reading: JoinSet<()>,
}

impl Pages {
    pub(crate) fn behind(
        published: i64,
        deps: &Deps,
        options: &RelayOptions,
        shard: i16,
        head: watch::Receiver<i64>,
    ) -> Self {
        let (page, ready) = mpsc::channel(1);
        let reader = Reader { deps: deps.clone(), options: options.clone(), shard, head };
        let mut reading = JoinSet::new();
        reading.spawn(reader.read_on(published, page));
        Self { ready, _reading: reading }
    }

    /// The next page, once there is one; `None` after an error.
    pub(crate) async fn next(&mut self) -> Option<Result<Page, RelayError>> {
        self.ready.recv().await
    }
}

struct Reader {
    deps: Deps,
    options: RelayOptions,
    shard: i16,
    head: watch::Receiver<i64>,
}

impl Reader {
    async fn read_on(mut self, mut after: i64, pages: mpsc::Sender<Result<Page, RelayError>>) {
        let mut read = self.read(after).await;
        loop {
            match read {
                Ok(page) if page.rows.is_empty() => {
                    let idle = Duration::from_millis(self.options.idle_ms);
                    let _ = tokio::time::timeout(idle, self.head.changed()).await;
                    read = self.read(after).await;
                }
                Ok(page) => {
                    after = page.last;
                    self.head.mark_unchanged();
                    // The database finds the next page while this one is made into records.
                    let (sent, next) = tokio::join!(self.send(page, &pages), self.behind(after));
                    if !sent {
                        return;
                    }
                    read = next;
                }
                Err(error) => {
                    let _ = pages.send(Err(error)).await;
                    return;
                }
            }
        }
    }

    async fn read(&mut self, after: i64) -> Result<LogPage, RelayError> {
        // Before the read, so that whatever comes meanwhile is noticed.
        self.head.mark_unchanged();
        self.behind(after).await
    }

    async fn behind(&self, after: i64) -> Result<LogPage, RelayError> {
        Ok(self.deps.store.read_log(self.shard, after, self.options.batch_events_max).await?)
    }

    /// Whether somebody waits for more.
    async fn send(&self, page: LogPage, pages: &mpsc::Sender<Result<Page, RelayError>>) -> bool {
        let page = self.encoded(page).await;
        let sound = page.is_ok();
        pages.send(page).await.is_ok() && sound
    }

    async fn encoded(&self, read: LogPage) -> Result<Page, RelayError> {
        let LogPage { last, rows, .. } = read;
        let (_, newest) = rows.last().expect("a page without rows is not made into records");
        let (event_id, recorded_at) = (newest.event_id, newest.recorded_at);
        let mut page =
            Page { records: Vec::with_capacity(rows.len()), traces: Vec::new(), last, event_id, recorded_at };
        let traced = Trace::wanted();
        for (count, (position, row)) in rows.into_iter().enumerate() {
            if count % RECORDS_A_TURN == RECORDS_A_TURN - 1 {
                tokio::task::yield_now().await;
            }
            let added = self.add(position, row, traced, &mut page);
            added.map_err(|source| RelayError::Encode { position, source })?;
        }
        Ok(page)
    }

    fn add(&self, position: Position, row: StoredRow, traced: bool, page: &mut Page) -> Result<(), EncodeError> {
        let record = outgoing(position, row);
        page.records.push(self.deps.encoder.encode(&record)?);
        if traced {
            let event = &record.published.event;
            let (order, version) = (event.order_id().to_owned(), event.version());
            page.traces.push(Trace { order, version, traceparent: record.published.traceparent });
        }
        Ok(())
    }
}
