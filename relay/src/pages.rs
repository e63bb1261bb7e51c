//! Reading ahead: pages of the log become records while Kafka commits the page before.
//!
//! Guarantees: pages come in position order without a gap; at most one waits, one is being encoded and one is being
//! read; no page follows an error. A small page that waits is joined with the next ones, so that an event waits for one
//! transaction and not for several small ones. Does not: know what has been published.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::contract::Position;
use domain::{EventId, Timestamp};
use event_store::{DeclaredEvent, LogPage, StoredRow, StreamId};
use messaging::EncodedRecord;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tracing::Level;

use crate::error::RelayError;
use crate::kinds::Publication;
use crate::{Deps, RelayOptions};

/// Records that are encoded before other tasks get a turn.
const RECORDS_A_TURN: usize = 128;
/// Largest page that joining makes, in bytes of its records' values.
const JOINED_BYTES_MAX: usize = 1024 * 1024;

/// A page of the log, ready to be published.
pub(crate) struct Page {
    /// The records of events, each followed by that of the event's request.
    pub(crate) records: Vec<EncodedRecord>,
    /// Events among the records.
    pub(crate) events: usize,
    /// One for each event where traces are enabled, else empty.
    pub(crate) traces: Vec<Trace>,
    /// Position of the last event.
    pub(crate) last: i64,
    /// Of the last event.
    pub(crate) event_id: EventId,
    /// Of the last event.
    pub(crate) recorded_at: Timestamp,
    /// Size of the records' values.
    bytes: usize,
}

impl Page {
    /// Appends the following page. Returns it where both together are too large.
    fn join(&mut self, next: Self, events_max: usize) -> Result<(), Self> {
        let too_many = self.events + next.events > events_max;
        if too_many || self.bytes + next.bytes > JOINED_BYTES_MAX {
            return Err(next);
        }
        self.records.extend(next.records);
        self.events += next.events;
        self.traces.extend(next.traces);
        self.last = next.last;
        self.event_id = next.event_id;
        self.recorded_at = next.recorded_at;
        self.bytes += next.bytes;
        Ok(())
    }
}

/// The attributes of a published event in its trace.
pub(crate) struct Trace {
    stream: StreamId,
    version: i64,
    traceparent: Option<String>,
}

impl Trace {
    /// Emits the trace event of a published event.
    pub(crate) fn emit(&self) {
        let Self { stream, version, traceparent } = self;
        tracing::debug!(
            name: "relay.event.publish",
            target: "relay::trace",
            { stream.kind = &*stream.kind, stream.id = &*stream.id, event.version = version, traceparent = traceparent.as_deref() },
            "published"
        );
    }

    fn is_enabled() -> bool {
        tracing::enabled!(target: "relay::trace", Level::DEBUG)
    }
}

/// The pages after a position. Dropping it stops the reader.
pub(crate) struct Pages {
    slot: Arc<PageSlot>,
    _reading: JoinSet<()>,
}

/// Holds the next page until it is taken.
#[derive(Default)]
struct PageSlot {
    page: Mutex<Option<Result<Page, RelayError>>>,
    filled: Notify,
    emptied: Notify,
}

impl PageSlot {
    fn lock(&self) -> MutexGuard<'_, Option<Result<Page, RelayError>>> {
        self.page.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a page into the slot, or joins it to the page there; waits while it does not fit.
    async fn put(&self, page: Result<Page, RelayError>, events_max: usize) {
        let mut left = self.try_put(page, events_max);
        while let Some(page) = left {
            self.emptied.notified().await;
            left = self.try_put(page, events_max);
        }
    }

    /// Returns a page that does not fit.
    fn try_put(&self, page: Result<Page, RelayError>, events_max: usize) -> Option<Result<Page, RelayError>> {
        let mut waiting = self.lock();
        match (&mut *waiting, page) {
            (Some(Ok(waiting)), Ok(next)) => waiting.join(next, events_max).err().map(Ok),
            (Some(_), page) => Some(page),
            (empty @ None, page) => {
                *empty = Some(page);
                self.filled.notify_one();
                None
            }
        }
    }
}

impl Pages {
    pub(crate) fn behind(
        published: i64,
        deps: &Deps,
        options: &RelayOptions,
        shard: i16,
        head: watch::Receiver<i64>,
    ) -> Self {
        let slot = Arc::new(PageSlot::default());
        let reader = Reader { deps: deps.clone(), options: options.clone(), shard, head };
        let mut reading = JoinSet::new();
        reading.spawn(reader.read_on(published, Arc::clone(&slot)));
        Self { slot, _reading: reading }
    }

    /// Whether the next page is there already.
    pub(crate) fn is_one_waiting(&self) -> bool {
        self.slot.lock().is_some()
    }

    /// Waits for the next page. Must not be called again after an error, since no page follows it.
    pub(crate) async fn next(&mut self) -> Result<Page, RelayError> {
        loop {
            if let Some(page) = self.slot.lock().take() {
                self.slot.emptied.notify_one();
                return page;
            }
            self.slot.filled.notified().await;
        }
    }
}

struct Reader {
    deps: Deps,
    options: RelayOptions,
    shard: i16,
    head: watch::Receiver<i64>,
}

impl Reader {
    async fn read_on(mut self, mut after: i64, slot: Arc<PageSlot>) {
        let events_max = usize::try_from(self.options.batch_events_max).unwrap_or(usize::MAX);
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
                    // The database reads the next page while this one is encoded.
                    let (made, next) = tokio::join!(self.make(page, &slot, events_max), self.behind(after));
                    if !made {
                        return;
                    }
                    read = next;
                }
                Err(error) => {
                    slot.put(Err(error), events_max).await;
                    return;
                }
            }
        }
    }

    async fn read(&mut self, after: i64) -> Result<LogPage, RelayError> {
        // Before the read, so that a head that changes meanwhile is noticed.
        self.head.mark_unchanged();
        self.behind(after).await
    }

    async fn behind(&self, after: i64) -> Result<LogPage, RelayError> {
        Ok(self.deps.store.read_log(self.shard, after, self.options.batch_events_max).await?)
    }

    /// Encodes a page and puts it into the slot. Returns whether more pages may follow.
    async fn make(&self, page: LogPage, slot: &PageSlot, events_max: usize) -> bool {
        let page = self.encoded(page).await;
        let sound = page.is_ok();
        slot.put(page, events_max).await;
        sound
    }

    async fn encoded(&self, read: LogPage) -> Result<Page, RelayError> {
        let LogPage { last, rows, .. } = read;
        let (_, newest) = rows.last().expect("a page without rows is not made into records");
        let event_id = newest.event_id;
        let recorded_at = newest.recorded_at;
        let mut page = Page {
            records: Vec::with_capacity(rows.len()),
            events: 0,
            traces: Vec::new(),
            last,
            event_id,
            recorded_at,
            bytes: 0,
        };
        let traced = Trace::is_enabled();
        self.leave_newer(&rows).await?;
        for (count, (position, row)) in rows.into_iter().enumerate() {
            if count % RECORDS_A_TURN == RECORDS_A_TURN - 1 {
                tokio::task::yield_now().await;
            }
            self.add(position, row, traced, &mut page)?;
        }
        Ok(page)
    }

    /// Stops before an event that a newer release has declared. The declared kinds are read only for a page with a row
    /// of a kind that this release does not read, and read again each time: a newer release declares its kinds before
    /// it writes any.
    async fn leave_newer(&self, rows: &[(Position, StoredRow)]) -> Result<(), RelayError> {
        let unknown = rows.iter().filter(|(_, row)| !self.deps.kinds.is_read_here(row));
        let unknown: Vec<_> = unknown.map(|(position, row)| (*position, DeclaredEvent::of(row))).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let declared = self.deps.store.declared_events().await?;
        let newer = unknown.into_iter().find(|(_, event)| declared.contains(event));
        newer.map_or(Ok(()), |(position, event)| Err(RelayError::NewerRelease { position, event: event.into() }))
    }

    fn add(&self, position: Position, row: StoredRow, traced: bool, page: &mut Page) -> Result<(), RelayError> {
        let stream = traced.then(|| row.stream.clone());
        let Publication { record, request, version, traceparent } = self.deps.kinds.publish(position, row)?;
        for record in std::iter::once(record).chain(request) {
            page.bytes += record.value.as_ref().map_or(0, Vec::len);
            page.records.push(record);
        }
        page.events += 1;
        if let Some(stream) = stream {
            page.traces.push(Trace { stream, version, traceparent });
        }
        Ok(())
    }
}
