//! Opening stock from a CSV file.
//!
//! Guarantees: every row of the file is imported or refused with a reason, and counted; a request has one effect however often the same
//! file is imported, so stock that was sold meanwhile is not put back. Does not: write to the store. Every row goes through
//! `POST /v1/stock/imports`.

mod accounting;
mod file;
mod send;

use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use tokio::task::{JoinError, spawn_blocking};
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::input::Origin;
use crate::progress::Progress;
use file::{RefusedRow, StockFile};
use send::{Answer, RowOutcome, Sender};

pub use accounting::{Accounting, StockReportError};
pub use file::StockFileError;
pub use send::StockSendError;

/// The format of a file, as help text.
pub const FORMAT: &str = "\
The first line names the columns location, sku, on_hand, safety_stock and allows_backorder, in any order, and no others. on_hand is what
the location has. An empty safety_stock or allows_backorder leaves the setting as it is; allows_backorder is true or false. A row that
cannot be read is refused, and so is the second row of the same SKU and location.

The same file can be imported again, also after a crash: rows that were recorded stay as they are since then, and count as unchanged.
A file with other rows is another import, and sets all its quantities: import corrected rows in a file of their own.

Example:
  orderctl stock import opening.csv --report report.json";

/// An import of one file.
pub struct StockJob {
    /// CSV.
    pub origin: Origin,
    /// Where the rows go; without one, the file alone is checked.
    pub engine: Option<Engine>,
    /// Where the account is written as JSON.
    pub report: Option<PathBuf>,
    /// Longest wait for an engine that does not answer.
    pub patience: Duration,
}

/// Why an import could not begin, or its report not be written.
#[derive(Debug, thiserror::Error)]
pub enum StockImportError {
    #[error(transparent)]
    File(#[from] StockFileError),
    #[error(transparent)]
    Report(#[from] StockReportError),
    /// A fault of this program.
    #[error("reading the file broke down")]
    Broken(#[from] JoinError),
}

/// How an import ended.
#[derive(Debug)]
pub struct StockOutcome {
    pub accounting: Accounting,
    /// Why some rows have no result.
    pub error: Option<StockSendError>,
}

/// Imports. `stop` ends it: rows that were not answered have no result, and the same import goes on with them later.
///
/// # Errors
/// [`StockImportError`].
pub async fn import(
    job: StockJob,
    progress: Progress,
    stop: CancellationToken,
) -> Result<StockOutcome, StockImportError> {
    let StockJob { origin, engine, report, patience } = job;
    progress.begin(&format!("reading {}", origin.name()));
    let file = spawn_blocking(move || StockFile::read(&origin)).await??;
    let mut accounting = Accounting::of(&file, engine.is_none());
    let error = match engine {
        Some(engine) => {
            let sender = Sender { engine, patience, progress: progress.clone(), stop };
            send_all(&sender, &file, &mut accounting).await.err()
        }
        None => None,
    };
    progress.end();
    if let Some(path) = report {
        accounting.write(&path)?;
    }
    Ok(StockOutcome { accounting, error })
}

async fn send_all(sender: &Sender, file: &StockFile, accounting: &mut Accounting) -> Result<(), StockSendError> {
    sender.progress.lines(file.read_rows());
    sender.progress.advance(file.refused.len() as u64);
    for batch in file.batches() {
        deliver(sender, file, batch, accounting).await?;
    }
    Ok(())
}

/// Sends the rows of a range. Where the engine refuses them, which it does as a whole, it is given each half by itself.
async fn deliver(
    sender: &Sender,
    file: &StockFile,
    batch: Range<usize>,
    accounting: &mut Accounting,
) -> Result<(), StockSendError> {
    let mut ranges = vec![batch];
    while let Some(range) = ranges.pop() {
        match sender.send(&file.key(&range), &file.body(&range)).await? {
            Answer::Done { outcomes, is_repeat } => {
                if outcomes.len() != range.len() {
                    let counts = format!("{} results for {} rows", outcomes.len(), range.len());
                    return Err(StockSendError::Refused(counts));
                }
                sender.progress.advance(range.len() as u64);
                // What an earlier run did is no work of this one.
                let outcome = |outcome| if is_repeat { RowOutcome::Unchanged } else { outcome };
                outcomes.into_iter().map(outcome).for_each(|outcome| accounting.count(outcome));
            }
            Answer::Refused { code, detail } if range.len() == 1 => {
                sender.progress.advance(1);
                accounting.refuse(RefusedRow { line: file.rows[range.start].line, code, detail });
            }
            Answer::Refused { .. } => {
                let middle = range.start + range.len() / 2;
                ranges.extend([middle..range.end, range.start..middle]);
            }
        }
    }
    Ok(())
}
