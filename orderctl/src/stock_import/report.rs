//! What became of the rows of a file, for people and as a JSON file.

use std::io::Write;
use std::path::Path;

use serde_json::json;
use service_kit::BoxError;

use super::file::{RefusedRow, StockFile};
use super::send::RowOutcome;

/// What became of the rows.
#[derive(Debug, Default)]
pub(super) struct Accounting {
    read: u64,
    added: u64,
    changed: u64,
    unchanged: u64,
    /// By line of the file.
    pub(super) refused: Vec<RefusedRow>,
    is_dry_run: bool,
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

    /// Rows without a result: those that were not sent.
    fn open(&self) -> u64 {
        self.read - self.added - self.changed - self.unchanged - self.refused.len() as u64
    }

    /// Prints it.
    pub(super) fn print(&self) -> std::io::Result<()> {
        let Self { read, added, changed, unchanged, refused, is_dry_run } = self;
        let mut out = std::io::stdout();
        if *is_dry_run {
            return writeln!(
                out,
                "{read} rows read = {} that can be imported + {} refused",
                self.open(),
                refused.len()
            );
        }
        let open = match self.open() {
            0 => String::new(),
            open => format!(" + {open} without a result"),
        };
        let refused = refused.len();
        writeln!(
            out,
            "{read} rows read = {added} added + {changed} changed + {unchanged} unchanged + {refused} refused{open}"
        )
    }

    /// Writes it to a file.
    pub(super) fn write(&self, path: &Path) -> Result<(), BoxError> {
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
        std::fs::write(path, text)
            .map_err(|error| format!("cannot write the report {}: {error}", path.display()).into())
    }
}
