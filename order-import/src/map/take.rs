//! Where a value of an order or a line comes from.

use std::borrow::Cow;

use crate::input::Record;

/// Whose keys a column is looked for among, where a file has orders with their lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Order,
    Line,
    /// The line's, else the order's.
    Either,
}

/// A column that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, or its path in NDJSON.
    pub name: String,
    /// Whether it belongs to the order, the line or either.
    pub scope: Scope,
}

/// Columns of which a file must have one at least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Places in the list of columns.
    pub any_of: Vec<usize>,
}

/// Where a value comes from.
#[derive(Debug, Clone)]
pub(super) struct Take {
    pub(super) source: Source,
    /// Values that stand for none.
    pub(super) none: Vec<String>,
    pub(super) prefix: String,
}

#[derive(Debug, Clone)]
pub(super) enum Source {
    /// The first that is not empty.
    FirstOf(Vec<usize>),
    Joined {
        columns: Vec<usize>,
        separator: String,
    },
    Value(String),
}

impl Take {
    /// The value in a row; empty where it has none.
    pub(super) fn value<'a>(&'a self, record: &'a Record) -> Cow<'a, str> {
        let is_none = |text: &str| text.is_empty() || self.none.iter().any(|none| none == text);
        let text: Cow<'a, str> = match &self.source {
            Source::FirstOf(columns) => {
                columns.iter().map(|column| record.cell(*column)).find(|cell| !is_none(cell)).unwrap_or_default().into()
            }
            Source::Joined { columns, separator } => {
                let cells: Vec<&str> =
                    columns.iter().map(|column| record.cell(*column)).filter(|cell| !cell.is_empty()).collect();
                cells.join(separator).into()
            }
            Source::Value(value) => value.as_str().into(),
        };
        if is_none(&text) {
            Cow::Borrowed("")
        } else if self.prefix.is_empty() {
            text
        } else {
            format!("{}{text}", self.prefix).into()
        }
    }

    /// The columns that it reads.
    pub(super) fn columns(&self) -> &[usize] {
        match &self.source {
            Source::FirstOf(columns) | Source::Joined { columns, .. } => columns,
            Source::Value(_) => &[],
        }
    }
}
