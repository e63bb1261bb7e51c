//! What became of the rows of a file, for people and as a JSON file.
//!
//! Guarantees: every row of the file is counted once: by its outcome, as refused, or as one without a result.

use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::file::{RefusedRow, StockFile};
use super::send::RowOutcome;

/// What became of the rows; its text says it in one line.
#[derive(Debug, Default)]
pub struct Accounting {
    read: u64,
    added: u64,
    changed: u64,
    unchanged: u64,
    /// By line of the file.
    refused: Vec<RefusedRow>,
    is_dry_run: bool,
}

/// Why the report cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the report {}", path.display())]
pub struct StockReportError {
    path: PathBuf,
    #[source]
    source: std::io::Error,
}

impl Accounting {
    /// Of a file before anything is sent.
    pub(super) fn of(file: &StockFile, is_dry_run: bool) -> Self {
        Self { read: file.read_rows(), refused: file.refused.clone(), is_dry_run, ..Self::default() }
    }

    pub(super) fn count(&mut self, outcome: RowOutcome) {
        match outcome {
            RowOutcome::Added => self.added += 1,
            RowOutcome::Changed => self.changed += 1,
            RowOutcome::Unchanged => self.unchanged += 1,
        }
    }

    pub(super) fn refuse(&mut self, row: RefusedRow) {
        let place = self.refused.partition_point(|other| other.line < row.line);
        self.refused.insert(place, row);
    }

    /// Whether a row was refused.
    pub const fn has_refusals(&self) -> bool {
        !self.refused.is_empty()
    }

    /// Rows without a result: those that were not sent.
    fn open(&self) -> u64 {
        self.read - self.added - self.changed - self.unchanged - self.refused.len() as u64
    }

    /// Writes it to a file as JSON, with each refused line and its reason.
    ///
    /// # Errors
    /// [`StockReportError`].
    pub fn write(&self, path: &Path) -> Result<(), StockReportError> {
        let Self { read, added, changed, unchanged, refused, is_dry_run } = self;
        let report = json!({
            "rows": {
                "read": read, "added": added, "changed": changed, "unchanged": unchanged, "refused": refused.len(),
                "open": self.open(),
            },
            "refused": refused,
            "dry_run": is_dry_run,
            "complete": *is_dry_run || self.open() == 0,
        });
        let text = format!("{report:#}\n");
        std::fs::write(path, text).map_err(|source| StockReportError { path: path.to_path_buf(), source })
    }
}

impl fmt::Display for Accounting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { read, added, changed, unchanged, refused, is_dry_run } = self;
        let (refused, open) = (refused.len(), self.open());
        if *is_dry_run {
            return write!(f, "{read} rows read = {open} that can be imported + {refused} refused");
        }
        write!(f, "{read} rows read = {added} added + {changed} changed + {unchanged} unchanged + {refused} refused")?;
        if open > 0 { write!(f, " + {open} without a result") } else { Ok(()) }
    }
}
