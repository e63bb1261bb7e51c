//! Whether the live rows are what the log says, looked at without writing, locking or holding anybody up.
//!
//! Guarantees: all tables are read as they stood at one moment, so traffic may go on; each row is held against the fold of
//! its events at the row's own version; memory holds one order, a page of each table, and the sums. Does not: mend, or
//! look at what the caller's stream of events leaves out.

mod feed;
mod kept;
mod order;
mod sums;
mod tables;
mod told;

use domain::contract::{Position, Published};
use service_kit::BoxError;
use tokio_postgres::Transaction;
use uuid::Uuid;

use feed::Feed;
pub use feed::Sorted;
use order::Order;

use crate::rebuild::Difference;
use crate::rows::RowError;
use crate::{Contribution, Generations};

/// One thing that should not be.
#[derive(Debug)]
pub enum Found {
    /// A row is not the fold of its events.
    Differs(Difference),
    /// A row is none that a projector writes.
    Damaged {
        /// Whose.
        order_id: Uuid,
        /// Where.
        error: RowError,
    },
    /// An order's rows have a version that the log has not.
    Ahead {
        /// Which order.
        order_id: Uuid,
        /// What the rows have.
        applied: i64,
        /// What the log has.
        stored: i64,
    },
    /// An event that is applied does not fold.
    Unfoldable {
        /// Which order.
        order_id: Uuid,
        /// Which event.
        version: i64,
        /// Why.
        reason: String,
    },
    /// An order has not come as far as it must have.
    Behind(Behind),
    /// Rows that were built live and rebuilt ones are not the same.
    Unequal {
        /// Which model.
        model: &'static str,
        /// The generation that is kept.
        kept: i32,
        /// Orders whose rows differ, twenty at most.
        orders: Vec<String>,
    },
}

/// An order that lacks events of before the heads.
#[derive(Debug)]
pub struct Behind {
    /// Which order.
    pub order_id: Uuid,
    /// The version its rows have.
    pub applied: i64,
    /// The version they must have.
    pub due: i64,
    /// The place of the first event that is missing.
    pub first: Position,
    /// Rows of the sums that are false for it, twenty at most.
    pub falsifies: Vec<String>,
}

/// What was looked at.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Orders of the log or of any table.
    pub orders: u64,
    /// Events of their histories.
    pub events: u64,
    /// Rows of the sums.
    pub sums: u64,
    /// Orders that stand unchanged in the set that is kept too; nothing where none is comparable.
    pub kept_orders: Option<i64>,
}

/// Holds the live rows against `histories`: all events of all orders, rising by version within each, with position zero
/// where an event has none yet. The histories must be read after the transaction, which should be a snapshot, began.
/// `heads` say up to which position of each shard the rows must have come.
///
/// # Errors
/// When a table or the histories cannot be read.
pub async fn audit(
    transaction: &Transaction<'_>,
    histories: impl Sorted<Item = Published>,
    heads: &[i64],
    found: &mut (dyn FnMut(Found) + Send),
) -> Result<Looked, BoxError> {
    let live = Generations::live(transaction).await?;
    live.select(transaction).await?;
    let mut looked = Looked { kept_orders: kept::compare(transaction, &live, found).await?, ..Looked::default() };
    let mut events = Feed::of(histories);
    let mut summaries = Feed::of(tables::summaries(transaction).await?);
    let mut lines = Feed::of(tables::lines(transaction).await?);
    let mut timeline = Feed::of(tables::timeline(transaction).await?);
    let mut sums = Contribution::default();
    loop {
        let next = [
            events.next_order().await?,
            summaries.next_order().await?,
            lines.next_order().await?,
            timeline.next_order().await?,
        ];
        let Some(id) = next.into_iter().flatten().min() else { break };
        let history = events.take(id).await?;
        looked.orders += 1;
        looked.events += history.len() as u64;
        let rows = (summaries.take(id).await?, lines.take(id).await?, timeline.take(id).await?);
        Order::of(id, history, rows, found).check(heads, &mut sums, found);
    }
    looked.sums = sums::compare(transaction, sums, found).await?;
    Ok(looked)
}
