//! Imports orders of another system from a file; [`stock`] imports what locations have.
//!
//! Guarantees: every line of the file is imported or refused with a reason, and counted exactly; an order is imported whole or
//! not at all, unless the user asks for parts; memory does not grow with the file; a second run changes nothing. The
//! rules for lines are in `docs/import-rules.md`.
//! Does not: write to the store. Every order goes through `POST /v1/imports`.

mod attempts;
mod credits;
mod engine;
pub mod exact;
mod group;
pub mod input;
mod intern;
pub mod ledger;
pub mod map;
mod order;
pub mod progress;
pub mod report;
mod row;
pub mod sample;
mod send;
mod spool;
pub mod stock;
mod summary;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use service_kit::clock::Stopwatch;
use tokio::sync::{Mutex, mpsc};
use tokio::task::{JoinError, JoinSet, spawn_blocking};
use tokio_util::sync::CancellationToken;

use group::{Gatherer, Index};
use input::Origin;
use ledger::{Completed, CountError, Ledger, Outcome};
use map::Plan;
pub use order::Choices;
use order::Prepared;
use progress::Progress;
use report::Run;
use send::Sender;
use spool::Spool;

pub use engine::Engine;
pub use group::GatherError;
pub use send::SendError;
pub use spool::ReportError;

/// The rules for lines, as help text.
pub const RULES: &str = include_str!("../docs/import-rules.md");
/// The map language, as help text.
pub const MAPS: &str = include_str!("../docs/import-maps.md");
/// Concurrent requests; the engine accepts four.
const STREAMS: usize = 3;
/// Most invoices and bytes in one request.
const ROWS_MAX: usize = 250;
const BYTES_MAX: usize = 512 * 1_024;
/// Completed invoices that may wait to be counted.
const COMPLETED_MAX: usize = 1_024;
/// Longest wait for the engine's next result.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// What to import.
#[derive(Debug, Clone)]
pub struct Job {
    pub origin: Origin,
    pub plan: Arc<Plan>,
    /// Import only this many sales, the first of the file; `None` imports all.
    pub first: Option<usize>,
    /// How orders are made of their lines.
    pub choices: Choices,
    /// Whether nothing is imported: the report then says what an import would do.
    pub dry_run: bool,
    pub report: Option<PathBuf>,
    /// Longest wait for the engine's next result.
    pub patience: Duration,
}

/// Why an import is not complete.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Gather(#[from] GatherError),
    #[error(transparent)]
    Send(#[from] SendError),
    #[error(transparent)]
    Count(#[from] CountError),
    #[error(transparent)]
    Report(#[from] ReportError),
    /// A fault of this program.
    #[error("a part of the import broke down")]
    Broken(#[from] JoinError),
}

/// How an import ended.
#[derive(Debug)]
pub struct ImportOutcome {
    /// What became of every line whose outcome is known.
    pub ledger: Ledger,
    /// How the run went.
    pub run: Run,
    /// Why it is not complete.
    pub error: Option<ImportError>,
}

/// Imports. `stop` ends it cleanly: what is at work is finished, and what is done is accounted for.
///
/// # Errors
/// [`ImportError`] when it cannot begin, or the report cannot be written.
pub async fn import(
    job: Job,
    engine: Engine,
    progress: Progress,
    stop: CancellationToken,
) -> Result<ImportOutcome, ImportError> {
    let watch = Stopwatch::start();
    progress.begin(&format!("reading {}", job.origin.name()));
    let mut ledger = Ledger::new(job.report.as_deref().map(Spool::create).transpose()?);
    let index = {
        let origin = job.origin.clone();
        let plan = Arc::clone(&job.plan);
        let first = job.first;
        spawn_blocking(move || Index::build(&origin, &plan, first)).await??
    };
    let lines = index.lines;
    progress.lines(lines);
    let error = run(&job, engine, index, &mut ledger, &progress, &stop).await.err();
    progress.end();
    let run = Run {
        source: job.plan.source.to_string(),
        currency: job.plan.currency,
        dry_run: job.dry_run,
        complete: error.is_none() && ledger.lines.read == lines,
        seconds: watch.elapsed().as_secs_f64(),
    };
    if let Some(spool) = ledger.take_spool() {
        report::finish(spool, &ledger, &run)?;
    }
    Ok(ImportOutcome { ledger, run, error })
}

async fn run(
    job: &Job,
    engine: Engine,
    index: Index,
    ledger: &mut Ledger,
    progress: &Progress,
    stop: &CancellationToken,
) -> Result<(), ImportError> {
    // One part's failure ends the others; the user's stop does too.
    let stop = stop.child_token();
    let _ends_with_us = stop.clone().drop_guard();
    let (completions, mut completed) = mpsc::channel(COMPLETED_MAX);
    let (batches, queue) = mpsc::channel(STREAMS);
    let queue = Arc::new(Mutex::new(queue));
    let mut parts: JoinSet<Result<(), ImportError>> = JoinSet::new();
    let reader = Reader {
        origin: job.origin.clone(),
        plan: Arc::clone(&job.plan),
        choices: job.choices,
        batches,
        completions: completions.clone(),
        stop: stop.clone(),
    };
    parts.spawn_blocking(move || reader.run(index).map_err(ImportError::from));
    let sender = Sender {
        engine,
        dry_run: job.dry_run,
        patience: job.patience,
        completions,
        progress: progress.clone(),
        stop: stop.clone(),
    };
    for _ in 0..STREAMS {
        parts.spawn(stream(sender.clone(), Arc::clone(&queue)));
    }
    drop((sender, queue));
    let mut first_error = None;
    loop {
        tokio::select! {
            next = completed.recv() => match next {
                Some(next) => count(ledger, next, progress)?,
                None => break,
            },
            Some(ended) = parts.join_next() => if let Err(error) = ended? {
                stop.cancel();
                first_error = first_error.or(Some(error));
            },
        }
    }
    while let Some(ended) = parts.join_next().await {
        first_error = first_error.or(ended?.err());
    }
    match first_error {
        None if stop.is_cancelled() => Err(SendError::Stopped.into()),
        None => Ok(()),
        Some(error) => Err(error),
    }
}

fn count(ledger: &mut Ledger, completed: Completed, progress: &Progress) -> Result<(), CountError> {
    let before = ledger.lines.read;
    ledger.complete(completed)?;
    progress.advance(ledger.lines.read - before);
    Ok(())
}

/// One of several requests at a time.
async fn stream(sender: Sender, queue: Arc<Mutex<mpsc::Receiver<Vec<Prepared>>>>) -> Result<(), ImportError> {
    loop {
        let next = async { queue.lock().await.recv().await };
        match sender.stop.run_until_cancelled(next).await.flatten() {
            Some(batch) => sender.deliver(batch).await?,
            None => return Ok(()),
        }
    }
}

/// Reads the file on a thread of its own.
struct Reader {
    origin: Origin,
    plan: Arc<Plan>,
    choices: Choices,
    batches: mpsc::Sender<Vec<Prepared>>,
    completions: mpsc::Sender<Completed>,
    stop: CancellationToken,
}

impl Reader {
    fn run(self, index: Index) -> Result<(), GatherError> {
        let mut gatherer = Gatherer::open(&self.origin, &self.plan, self.choices, index)?;
        let mut batch = Vec::new();
        let mut bytes = 0;
        while !self.stop.is_cancelled() {
            let Some(invoice) = gatherer.next()? else {
                // Nobody listens any more only when another part has failed, and that one has the reason.
                if !batch.is_empty() {
                    let _ = self.batches.blocking_send(batch);
                }
                return Ok(());
            };
            let Some(row) = &invoice.row else {
                if self.completions.blocking_send(Completed { invoice, outcome: Outcome::Empty }).is_err() {
                    return Ok(());
                }
                continue;
            };
            bytes += row.len();
            batch.push(invoice);
            if batch.len() >= ROWS_MAX || bytes >= BYTES_MAX {
                bytes = 0;
                if self.batches.blocking_send(std::mem::take(&mut batch)).is_err() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}
