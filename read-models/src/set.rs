//! What the machinery has to know of the read models of one kind of stream.
//!
//! Applying, rebuilding and auditing get it as a type parameter, [`ModelSet`]. They know the tables from its [`Models`], the rows
//! from its types, and how events become rows from its three functions.

use std::hash::Hash;

use domain::contract::{PublicEvents, Published};
use uuid::Uuid;

use crate::fold::FoldError;
use crate::model::Models;
use crate::sums::Sums;
use crate::table::{Cell, Column, Columns, FromRow, RowError, RowReader};

/// The read models of one kind of stream.
pub trait ModelSet: Sized + Send + Sync + 'static {
    /// The public events of the kind.
    type Event: PublicEvents;
    /// A stream as its events fold, which is its row of [`Models::view`].
    type View: View;
    /// A row of [`Models::history`].
    type Entry: Entry;
    /// The same row borrowed from its event, to be written.
    type EntryRef<'a>: Columns + Send + Sync;
    /// What the streams add up to in [`Models::sums`].
    type Sums: Sums<Self::View>;

    const MODELS: Models;
    /// The consumer group whose offsets and parked records are those of these models.
    const GROUP: &'static str;
    /// The namespaces of other kinds' records on the same topic, which are none of this set's.
    const OTHER_NAMESPACES: &'static [&'static str] = &[];

    /// Folds the next event of a stream. `view` is `None` before the first.
    ///
    /// # Errors
    /// [`FoldError`]; the event then changes nothing.
    fn fold(view: Option<Self::View>, record: &Published<Self::Event>) -> Result<Self::View, FoldError>;

    /// The row of an event that folds.
    fn entry(stream_id: Uuid, record: &Published<Self::Event>) -> Self::Entry;

    /// The same row, borrowed.
    fn entry_ref(stream_id: Uuid, record: &Published<Self::Event>) -> Self::EntryRef<'_>;

    /// The kind of the stream that a row of another program belongs to; `None` for an event of this kind.
    fn foreign_kind(event: &Self::Event) -> Option<&str>;

    /// Whether an event comes from another program, or is of another kind, and belongs to no stream of this kind.
    fn is_foreign(event: &Self::Event) -> bool {
        Self::foreign_kind(event)
            .is_some_and(|kind| kind != Self::Event::KIND || Uuid::parse_str(event.stream_id()).is_err())
    }
}

/// A stream as its events fold.
pub trait View: FromRow + Clone + PartialEq + Send + Sync {
    /// What it has several of; [`NoPart`] if nothing.
    type Part: Part;

    /// The stream's id.
    fn id(&self) -> Uuid;

    /// Version of the last event folded in.
    fn version(&self) -> i64;

    /// The rows of its parts.
    fn parts(&self) -> &[Self::Part];
}

/// A row of a history.
pub trait Entry: FromRow + PartialEq + Send + Sync {
    /// The event's version.
    fn version(&self) -> i64;
}

/// A row of what streams have several of.
pub trait Part: FromRow + PartialEq + Send + Sync {
    /// The table's key.
    type Key: Columns + Ord + Hash + Send + Sync;

    /// The row's key.
    fn key(&self) -> Self::Key;
}

/// The part of streams that have none: a row without columns, of which there is never one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoPart;

impl Columns for NoPart {
    const COUNT: usize = 0;

    fn columns() -> Vec<Column> {
        Vec::new()
    }

    fn cells<'a>(&'a self, _: &mut impl FnMut(Cell<'a>)) {}
}

impl FromRow for NoPart {
    fn from_row(_: &mut RowReader<'_>) -> Result<Self, RowError> {
        Ok(Self)
    }
}

impl Part for NoPart {
    type Key = Self;

    fn key(&self) -> Self {
        *self
    }
}
