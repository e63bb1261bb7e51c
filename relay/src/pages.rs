//! Reading ahead: pages of the log become records while Kafka commits the page before.
//!
//! Guarantees: pages come in position order without a gap; one waits, one more is made and one more is read at most; and after
//! an error nothing comes. A small page that waits takes in what comes behind it, so that an event waits for one transaction
//! and not for several small ones. Does not: know what has been published.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::contract::Position;
use domain::{EventId, Timestamp};
use event_store::{DeclaredEvent, LogPage, StoredRow};
use messaging::EncodedRecord;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tracing::Level;

use crate::outgoing::{is_read_here, outgoing};
use crate::session::RelayError;
use crate::{Deps, RelayOptions};

/// Records that are made before other tasks get a turn.
const RECORDS_A_TURN: usize = 128;
/// Up to this size a page that waits takes in more, in bytes of its records' values.
const JOINED_BYTES_MAX: usize = 1024 * 1024;

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
    /// Of the records' values.
    bytes: usize,
}

impl Page {
    /// Takes in the page that follows, unless both together are too large; then it is given back.
    fn join(&mut self, next: Self, events_max: usize) -> Result<(), Self> {
        let too_many = self.records.len() + next.records.len() > events_max;
        if too_many || self.bytes + next.bytes > JOINED_BYTES_MAX {
            return Err(next);
        }
        self.records.extend(next.records);
        self.traces.extend(next.traces);
        (self.last, self.event_id, self.recorded_at) = (next.last, next.event_id, next.recorded_at);
        self.bytes += next.bytes;
        Ok(())
    }
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
    place: Arc<Place>,
    _reading: JoinSet<()>,
}

/// Where the page waits that comes next.
#[derive(Default)]
struct Place {
    page: Mutex<Option<Result<Page, RelayError>>>,
    filled: Notify,
    emptied: Notify,
}

impl Place {
    fn lock(&self) -> MutexGuard<'_, Option<Result<Page, RelayError>>> {
        self.page.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a page there or into the one that waits, once it fits.
    async fn put(&self, page: Result<Page, RelayError>, events_max: usize) {
        let mut left = self.try_put(page, events_max);
        while let Some(page) = left {
            self.emptied.notified().await;
            left = self.try_put(page, events_max);
        }
    }

    /// Gives a page back that does not fit.
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
        let place = Arc::new(Place::default());
        let reader = Reader { deps: deps.clone(), options: options.clone(), shard, head };
        let mut reading = JoinSet::new();
        reading.spawn(reader.read_on(published, Arc::clone(&place)));
        Self { place, _reading: reading }
    }

    /// The next page, once there is one; never one after an error.
    pub(crate) async fn next(&mut self) -> Result<Page, RelayError> {
        loop {
            if let Some(page) = self.place.lock().take() {
                self.place.emptied.notify_one();
                return page;
            }
            self.place.filled.notified().await;
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
    async fn read_on(mut self, mut after: i64, place: Arc<Place>) {
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
                    // The database finds the next page while this one is made into records.
                    let (made, next) = tokio::join!(self.make(page, &place, events_max), self.behind(after));
                    if !made {
                        return;
                    }
                    read = next;
                }
                Err(error) => {
                    place.put(Err(error), events_max).await;
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

    /// Whether it went well, so that more may follow.
    async fn make(&self, page: LogPage, place: &Place, events_max: usize) -> bool {
        let page = self.encoded(page).await;
        let sound = page.is_ok();
        place.put(page, events_max).await;
        sound
    }

    async fn encoded(&self, read: LogPage) -> Result<Page, RelayError> {
        let LogPage { last, rows, .. } = read;
        let (_, newest) = rows.last().expect("a page without rows is not made into records");
        let (event_id, recorded_at) = (newest.event_id, newest.recorded_at);
        let mut page =
            Page { records: Vec::with_capacity(rows.len()), traces: Vec::new(), last, event_id, recorded_at, bytes: 0 };
        let traced = Trace::wanted();
        self.leave_newer(&rows).await?;
        for (count, (position, row)) in rows.into_iter().enumerate() {
            if count % RECORDS_A_TURN == RECORDS_A_TURN - 1 {
                tokio::task::yield_now().await;
            }
            self.add(position, row, traced, &mut page)?;
        }
        Ok(page)
    }

    /// Stops before an event that a newer release has declared. Which kinds are declared is asked for only where a row is of
    /// none that this release reads, and asked anew each time: a newer release declares its kinds before it writes any.
    async fn leave_newer(&self, rows: &[(Position, StoredRow)]) -> Result<(), RelayError> {
        let unknown = rows.iter().filter(|(_, row)| !is_read_here(row));
        let unknown: Vec<_> = unknown.map(|(position, row)| (*position, DeclaredEvent::of(row))).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let declared = self.deps.store.declared_events().await?;
        let newer = unknown.into_iter().find(|(_, event)| declared.contains(event));
        newer.map_or(Ok(()), |(position, event)| Err(RelayError::NewerRelease { position, event: event.into() }))
    }

    fn add(&self, position: Position, row: StoredRow, traced: bool, page: &mut Page) -> Result<(), RelayError> {
        let record = outgoing(position, row)?;
        let encoded = self.deps.encoder.encode(&record).map_err(|source| RelayError::Encode { position, source })?;
        page.bytes += encoded.value.as_ref().map_or(0, Vec::len);
        page.records.push(encoded);
        if traced {
            let event = &record.published.event;
            let (order, version) = (event.order_id().to_owned(), event.version());
            page.traces.push(Trace { order, version, traceparent: record.published.traceparent });
        }
        Ok(())
    }
}
