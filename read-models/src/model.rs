//! One read model, and the models that are kept together of one kind of stream.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::table::Table;

/// One read model: a table with its indexes, in one Postgres schema a generation. Models are told apart by their names.
#[derive(Clone, Copy)]
pub struct Model {
    pub(crate) table: fn() -> &'static Table,
    /// The table's definition, without indexes, so that a rebuild can fill it first.
    pub(crate) table_sql: &'static str,
    /// The table's primary key and indexes.
    pub(crate) indexes_sql: &'static str,
    /// A statement for the positions in the log of the events behind one of its rows, twenty at most; for sums, the last event
    /// of each stream. Its parameters are the texts of the key's columns, as many of them as it needs.
    pub(crate) events_sql: &'static str,
    /// For sums that no difference can change: a statement that looks the values of some keys up again.
    pub(crate) look_up_sql: Option<&'static str>,
}

impl Model {
    /// The model's name, which is its table's.
    pub fn name(self) -> &'static str {
        self.table().name()
    }

    /// The description of its table.
    pub fn table(self) -> &'static Table {
        (self.table)()
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PartialEq for Model {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Model {}

impl PartialOrd for Model {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Model {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl Hash for Model {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.name().hash(hasher);
    }
}

/// The models of one kind of stream, which are filled, rebuilt and rolled back together.
#[derive(Debug, Clone, Copy)]
pub struct Models {
    /// One row a stream: its current state. Its key is the stream's id, and it has a column `version`.
    pub view: Model,
    /// What a stream has several of. Its key begins with the stream's id.
    pub parts: Option<Model>,
    /// One row an event. Its key is the stream's id and the version.
    pub history: Model,
    /// Sums over streams.
    pub sums: &'static [Model],
}

impl Models {
    /// Every model, in the order in which their tables are written and locked.
    pub fn all(&self) -> Vec<Model> {
        self.of_streams().chain(self.sums.iter().copied()).collect()
    }

    /// The models whose rows are of single streams.
    pub(crate) fn of_streams(&self) -> impl Iterator<Item = Model> + use<> {
        std::iter::once(self.view).chain(self.parts).chain(std::iter::once(self.history))
    }

    /// The model of a name.
    pub fn named(&self, name: &str) -> Option<Model> {
        self.all().into_iter().find(|model| model.name() == name)
    }

    /// The column of the stream's id.
    pub(crate) fn id_column(&self) -> &'static str {
        self.view.table().key()[0]
    }
}
