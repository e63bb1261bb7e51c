//! Compares the live rows with the event log, without writing or locking.
//!
//! Guarantees: all tables are read in one snapshot, so traffic may go on; each row is compared with the fold of its
//! events at the row's own version; memory holds one stream, a page of each table, and the sums. Does not: repair, or
//! find what the caller's stream of events leaves out.

mod found;
mod kept;
mod sorted;
pub(crate) mod streams;
mod sums;
mod tables;

use domain::contract::Published;
use service_kit::BoxError;
use tokio_postgres::Transaction;

pub use found::{Behind, Found};
pub use sorted::Sorted;
use sorted::SortedPages;
use streams::{Stream, StreamRows};
use tables::Rows;

use crate::generation::Generations;
use crate::set::{ModelSet, View};

/// How much was compared.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Streams of the log or of any table.
    pub streams: u64,
    /// Events of their histories.
    pub events: u64,
    /// Rows of the sums.
    pub sums: u64,
    /// Streams that are unchanged since the kept set was live and were compared with it; `None` if no kept set is
    /// comparable.
    pub kept_streams: Option<i64>,
}

/// Compares the live rows of a set with `histories`: all events of all its streams, rising by version within each, with position zero
/// for an event that has none yet. The histories must be read after the transaction, which should be a snapshot, began.
/// The rows must have every event up to `heads`, the last position of each shard.
///
/// # Errors
/// When a table or the histories cannot be read.
pub async fn audit<M: ModelSet>(
    transaction: &Transaction<'_>,
    histories: impl Sorted<Item = Published<M::Event>>,
    heads: &[i64],
    found: &mut (dyn FnMut(Found) + Send),
) -> Result<Looked, BoxError> {
    let models = M::MODELS;
    let live = Generations::usable(transaction, &models.all()).await?;
    live.select(transaction).await?;
    let kept_streams = kept::compare(transaction, models, &live, found).await?;
    let mut looked = Looked { kept_streams, ..Looked::default() };
    let mut events = SortedPages::of(histories);
    let mut views = SortedPages::of(Rows::<M::View>::sorted(transaction, models.view.table()).await?);
    let mut parts = match models.parts {
        Some(model) => Some(SortedPages::of(Rows::<PartOf<M>>::sorted(transaction, model.table()).await?)),
        None => None,
    };
    let mut history = SortedPages::of(Rows::<M::Entry>::sorted(transaction, models.history.table()).await?);
    let mut sums = M::Sums::default();
    loop {
        let next_part = match &mut parts {
            Some(parts) => parts.next_stream().await?,
            None => None,
        };
        let next = [events.next_stream().await?, views.next_stream().await?, next_part, history.next_stream().await?];
        let Some(id) = next.into_iter().flatten().min() else { break };
        let own = events.take(id).await?;
        looked.streams += 1;
        looked.events += own.len() as u64;
        let rows = StreamRows::<M> {
            view: views.take(id).await?,
            parts: match &mut parts {
                Some(parts) => parts.take(id).await?,
                None => Vec::new(),
            },
            history: history.take(id).await?,
        };
        Stream::of(id, own, rows, found).check(heads, &mut sums, found);
    }
    looked.sums = sums::compare(transaction, models, &mut sums, found).await?;
    Ok(looked)
}

/// The rows of the parts of a set's streams.
type PartOf<M> = <<M as ModelSet>::View as View>::Part;
