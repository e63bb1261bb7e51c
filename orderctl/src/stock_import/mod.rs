//! `orderctl stock import`: opening stock from a CSV file.
//!
//! Guarantees: every row of the file is imported or refused with a reason, and counted; a request has one effect however often the same
//! file is imported, so stock that was sold meanwhile is not put back. Does not: write to the store. Every row goes through
//! `POST /v1/stock/imports`.

mod file;
mod report;
mod send;

use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use domain::TenantId;
use order_import::input::Origin;
use order_import::progress::Progress;
use service_kit::BoxError;
use service_kit::config::Variables;
use service_kit::shutdown::on_signal;
use tokio::task::spawn_blocking;

use crate::args::DEFAULT_TENANT;
use crate::engine::{Bearer, Engine};
use file::{RefusedRow, StockFile};
use report::Accounting;
use send::{Answer, RowOutcome, SendError, Sender};

/// The format of a file, as help text.
pub const FORMAT: &str = "\
The first line names the columns location, sku, on_hand, safety_stock and allows_backorder, in any order, and no others. on_hand is what
the location has. An empty safety_stock or allows_backorder leaves the setting as it is; allows_backorder is true or false. A row that
cannot be read is refused, and so is the second row of the same SKU and location.

The same file can be imported again, also after a crash: rows that were recorded stay as they are since then, and count as unchanged.
A file with other rows is another import, and sets all its quantities: import corrected rows in a file of their own.

Example:
  orderctl stock import opening.csv --report report.json";

/// `stock import`
#[derive(Debug, Args)]
pub struct StockImportArgs {
    /// The file: CSV, plain or compressed with gzip
    pub file: PathBuf,
    /// Write a report as JSON: counts, and each refused line with its reason
    #[arg(long, value_name = "FILE.json")]
    pub report: Option<PathBuf>,
    /// The tenant that the stock belongs to
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
    /// Import nothing; check the file alone
    #[arg(long)]
    pub dry_run: bool,
    /// Longest wait for an engine that does not answer, in seconds
    #[arg(long, default_value_t = order_import::PATIENCE.as_secs(), value_name = "SECONDS")]
    pub patience_s: u64,
}

/// Imports a file; `false` where rows were refused.
///
/// # Errors
/// When the import could not begin, or did not come to its end.
pub async fn run(variables: &Variables, args: &StockImportArgs) -> Result<bool, BoxError> {
    let progress = Progress::visible();
    let origin = Origin::file(&args.file);
    progress.begin(&format!("reading {}", origin.name()));
    let file = spawn_blocking(move || StockFile::read(&origin)).await??;
    let mut accounting = Accounting::of(&file, args.dry_run);
    let result = if args.dry_run { Ok(()) } else { import(variables, args, &file, &progress, &mut accounting).await };
    progress.end();
    if let Some(path) = &args.report {
        accounting.write(path)?;
    }
    accounting.print()?;
    result?;
    Ok(accounting.refused.is_empty())
}

async fn import(
    variables: &Variables,
    args: &StockImportArgs,
    file: &StockFile,
    progress: &Progress,
    accounting: &mut Accounting,
) -> Result<(), BoxError> {
    let sender = Sender {
        engine: Engine::from_variables(variables, Bearer::staff(args.tenant.clone()))?,
        patience: Duration::from_secs(args.patience_s),
        progress: progress.clone(),
        stop: on_signal()?,
    };
    progress.lines(file.read_rows());
    progress.advance(file.refused.len() as u64);
    for batch in file.batches() {
        deliver(&sender, file, batch, accounting).await?;
    }
    Ok(())
}

/// Sends the rows of a range. Where the engine refuses them, which it does as a whole, it is given each half by itself.
async fn deliver(
    sender: &Sender,
    file: &StockFile,
    batch: Range<usize>,
    accounting: &mut Accounting,
) -> Result<(), SendError> {
    let mut ranges = vec![batch];
    while let Some(range) = ranges.pop() {
        match sender.send(&file.key(&range), &file.body(&range)).await? {
            Answer::Done { outcomes, is_repeat } => {
                if outcomes.len() != range.len() {
                    let counts = format!("{} results for {} rows", outcomes.len(), range.len());
                    return Err(SendError::Refused(counts));
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
