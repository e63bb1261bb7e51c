//! Files as a stream of rows: CSV, or JSON as lines or as an array, plain or compressed with gzip.
//!
//! Guarantees: memory does not grow with the file. Every row is returned once, with the line of the file at which it begins. A
//! row that cannot be read is returned with the problem and with the orders that it may belong to. A file that cannot be read
//! is an error that names the line. Nothing is skipped silently: neither rows that an unclosed quote would swallow, nor a
//! column that the file does not have.

mod csv;
mod elements;
mod ndjson;
mod open;
mod quoting;

use std::path::PathBuf;
use std::sync::Arc;

pub use open::{Format, Origin};

/// One row, with the columns that the mapping asks for.
#[derive(Debug, Default)]
pub struct Record {
    /// The line of the file that it begins at, from 1.
    pub number: u64,
    /// Why it cannot be read.
    pub problem: Option<String>,
    /// Where it cannot be read: what may be its order's reference, the likeliest first.
    pub candidates: Vec<String>,
    cells: Vec<String>,
}

impl Record {
    /// The value of a column, without white space around it; empty where the row has none.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| cell.trim())
    }

    /// Empties the record for the next row.
    fn reset(&mut self, columns: usize, number: u64) {
        self.number = number;
        self.problem = None;
        self.candidates.clear();
        self.cells.resize(columns, String::new());
        self.cells.iter_mut().for_each(String::clear);
    }
}

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// It cannot be opened.
    #[error("cannot open {}", path.display())]
    Open {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// Reading stopped.
    #[error("reading {name} failed after line {line}; nothing beyond it was imported")]
    Read {
        name: Arc<str>,
        /// The last line that could be read, from 1.
        line: u64,
        #[source]
        source: std::io::Error,
    },
    #[error("{name} is in UTF-16; save it as UTF-8")]
    Encoding { name: Arc<str> },
    /// Its quotes do not say where values end.
    #[error(
        "{name} cannot be cut into rows: {fault}. Nothing was imported. If the file puts no quotes around values, say quote = \"none\" in the mapping"
    )]
    Quoting {
        name: Arc<str>,
        /// What is wrong with them, and where.
        fault: String,
    },
    /// The header lacks a column.
    #[error("{name} has no column {column} in its first line; the columns are {found}")]
    Column {
        name: Arc<str>,
        /// The column that the mapping names.
        column: String,
        found: String,
    },
    /// The header has a column of the mapping more than once.
    #[error("{name} has the column {column:?} more than once in its first line; which one is meant?")]
    Doubled { name: Arc<str>, column: String },
    /// The header has a column that means nothing here.
    #[error("{name} has the column {column:?}, which means nothing here")]
    Unknown { name: Arc<str>, column: String },
    /// No row has a key.
    #[error("no row of {name} has {column}; correct the mapping, or say optional = true where a file may lack it")]
    Path {
        name: Arc<str>,
        /// The key or path that the mapping names.
        column: String,
    },
    /// The two passes over the file saw different content.
    #[error("{name} changed while it was read, at line {line}; run the import again")]
    Changed {
        name: Arc<str>,
        /// Line of the file, from 1.
        line: u64,
    },
}

/// Rows of a file, one after the other.
pub trait Rows {
    /// Reads the next row into `record`; `false` at the end.
    ///
    /// # Errors
    /// [`InputError`].
    fn next(&mut self, record: &mut Record) -> Result<bool, InputError>;

    /// Checks, after the last row, what can only be known from the whole file.
    ///
    /// # Errors
    /// [`InputError::Path`].
    fn finish(&self) -> Result<(), InputError> {
        Ok(())
    }
}

/// Names in words.
fn any_of<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("{name:?}")).collect::<Vec<_>>().join(" or ")
}
