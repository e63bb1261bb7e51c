//! Compares the live rows with the event log, without writing or locking.
//!
//! Guarantees: all tables are read in one snapshot, so traffic may go on; each row is compared with the fold of its
//! events at the row's own version; memory holds one order, a page of each table, and the sums. Does not: repair, or
//! find what the caller's stream of events leaves out.

mod found;
mod kept;
mod sorted;
mod tables;

use domain::order::contract::Published;
use service_kit::BoxError;
use tokio_postgres::Transaction;

pub use found::{Behind, Found};
pub use sorted::Sorted;
use sorted::SortedPages;
use tables::Rows;

use crate::order::audit::{self as orders, Order, OrderRows};
use crate::order::lines::ORDER_LINES;
use crate::order::timeline::ORDER_TIMELINE;
use crate::order::view::ORDER_SUMMARY;
use crate::{Contribution, Generations};

/// How much was compared.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Orders of the log or of any table.
    pub orders: u64,
    /// Events of their histories.
    pub events: u64,
    /// Rows of the sums.
    pub sums: u64,
    /// Orders that are unchanged since the kept set was live and were compared with it; `None` if no kept set is
    /// comparable.
    pub kept_orders: Option<i64>,
}

/// Compares the live rows with `histories`: all events of all orders, rising by version within each, with position zero
/// for an event that has none yet. The histories must be read after the transaction, which should be a snapshot, began.
/// The rows must have every event up to `heads`, the last position of each shard.
///
/// # Errors
/// When a table or the histories cannot be read.
pub async fn audit(
    transaction: &Transaction<'_>,
    histories: impl Sorted<Item = Published>,
    heads: &[i64],
    found: &mut (dyn FnMut(Found) + Send),
) -> Result<Looked, BoxError> {
    let live = Generations::usable(transaction).await?;
    live.select(transaction).await?;
    let mut looked = Looked { kept_orders: kept::compare(transaction, &live, found).await?, ..Looked::default() };
    let mut events = SortedPages::of(histories);
    let mut summaries = SortedPages::of(Rows::sorted(transaction, &ORDER_SUMMARY, "order_id").await?);
    let mut lines = SortedPages::of(Rows::sorted(transaction, &ORDER_LINES, "order_id").await?);
    let mut timeline = SortedPages::of(Rows::sorted(transaction, &ORDER_TIMELINE, "order_id, version").await?);
    let mut sums = Contribution::default();
    loop {
        let next = [
            events.next_stream().await?,
            summaries.next_stream().await?,
            lines.next_stream().await?,
            timeline.next_stream().await?,
        ];
        let Some(id) = next.into_iter().flatten().min() else { break };
        let history = events.take(id).await?;
        looked.orders += 1;
        looked.events += history.len() as u64;
        let rows = OrderRows {
            summary: summaries.take(id).await?,
            lines: lines.take(id).await?,
            timeline: timeline.take(id).await?,
        };
        Order::of(id, history, rows, found).check(heads, &mut sums, found);
    }
    looked.sums = orders::compare(transaction, sums, found).await?;
    Ok(looked)
}
