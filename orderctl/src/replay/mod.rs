//! Read models rebuilt from the log, verified and switched; single orders folded to any moment.

pub mod args;
mod log;
mod order;
mod report;

use std::io::Write;

use domain::order::contract::TOPIC;
use event_store::{Store, StoreOptions};
use messaging::inspect::first_offsets;
use read_models::GROUP;
use read_models::rebuild::{
    Progress, Purpose, RebuildError, RebuildOptions, Report, Start, clean_up, is_outdated, rebuild, roll_back,
    start_over, status,
};
use service_kit::BoxError;
use service_kit::clock::{Ids, Stopwatch, SystemIds};
use service_kit::config::{DatabaseUrl, Variables};
use service_kit::shutdown::on_signal;
use uuid::Uuid;

use crate::connections::{brokers, orders_database, read_database};
use args::{ReplayVerb, RollbackArgs};
pub use log::StoreLog;

/// Does what `replay` asks.
///
/// # Errors
/// When it could not come to its end; the live tables are then as they were.
pub async fn run(variables: &Variables, verb: &ReplayVerb) -> Result<bool, BoxError> {
    match verb {
        ReplayVerb::Rebuild(args) if args.outdated && !is_outdated(&read_database(variables)?).await? => {
            eprintln!("The live tables are those of this release; nothing is rebuilt");
            Ok(true)
        }
        ReplayVerb::Rebuild(args) if args.start_over => {
            let start = start(variables).await?;
            let work = Work::new(variables).await?;
            let report = work.interruptible(async |how, on_progress| {
                start_over(&work.read, &work.log, &start, (&how.0, how.1), on_progress).await
            });
            report::print(&report.await?, Purpose::SwitchDespiteDifferences, args.json)
        }
        ReplayVerb::Rebuild(args) => {
            let purpose = if args.accept_differences { Purpose::SwitchDespiteDifferences } else { Purpose::Switch };
            let work = Work::new(variables).await?;
            let models = args.models.models();
            let report = work.interruptible(async |how, on_progress| {
                rebuild(&work.read, &work.log, &models, (purpose, &how.0, how.1), on_progress).await
            });
            report::print(&report.await?, purpose, args.json)
        }
        ReplayVerb::Verify(args) => {
            let work = Work::new(variables).await?;
            let models = args.models.models();
            let report = work.interruptible(async |how, on_progress| {
                rebuild(&work.read, &work.log, &models, (Purpose::Verify, &how.0, how.1), on_progress).await
            });
            report::print(&report.await?, Purpose::Verify, args.json)
        }
        ReplayVerb::Rollback(args) => go_back(variables, args).await,
        ReplayVerb::Status(args) => report::print_status(&status(&read_database(variables)?).await?, args.json),
        ReplayVerb::Show(args) => order::show(variables, args).await,
        ReplayVerb::Diff(args) => order::diff(variables, args).await,
    }
}

/// Where the projector starts over: at what the topic holds now.
async fn start(variables: &Variables) -> Result<Start, BoxError> {
    let offsets = first_offsets(&brokers(variables)?, TOPIC).await?;
    if offsets.is_empty() {
        return Err(format!("there is no topic {TOPIC} to start over in; run `order-engine topics`").into());
    }
    let group = GROUP.to_owned();
    let topic = TOPIC.to_owned();
    Ok(Start { group, topic, offsets: offsets.into_iter().collect() })
}

async fn go_back(variables: &Variables, args: &RollbackArgs) -> Result<bool, BoxError> {
    if let Some(model) = args.models.model {
        let name = model.name();
        return Err(format!("{name} alone cannot go back: sums know no versions to catch up from; use --all").into());
    }
    let purpose = if args.accept_differences { Purpose::SwitchDespiteDifferences } else { Purpose::Switch };
    let work = Work::new(variables).await?;
    let report = work.interruptible(async |how, on_progress| {
        roll_back(&work.read, &work.log, (purpose, &how.0, how.1), on_progress).await
    });
    report::print(&report.await?, purpose, args.json)
}

/// What a rebuild works with.
struct Work {
    read: DatabaseUrl,
    log: StoreLog,
}

impl Work {
    async fn new(variables: &Variables) -> Result<Self, BoxError> {
        let store = Store::open(&orders_database(variables)?, StoreOptions::default()).await?;
        Ok(Self { read: read_database(variables)?, log: StoreLog(store) })
    }

    /// Runs until done or interrupted, and prints the progress on standard error.
    async fn interruptible(
        &self,
        run: impl AsyncFnOnce((RebuildOptions, Uuid), &mut (dyn FnMut(Progress) + Send)) -> Result<Report, RebuildError>,
    ) -> Result<Report, BoxError> {
        let holder = SystemIds.ordered();
        let stop = on_signal()?;
        let mut printer = ProgressPrinter { last: None };
        let mut on_progress = |progress| printer.print(progress);
        let ended =
            stop.run_until_cancelled(Box::pin(run((RebuildOptions::of(TOPIC), holder), &mut on_progress))).await;
        if let Some(ended) = ended {
            return Ok(ended?);
        }
        clean_up(&self.read, holder).await?;
        Err("interrupted; the live read models are as they were".into())
    }
}

/// Milliseconds between two lines of progress.
const LINE_MS: u128 = 1_000;

struct ProgressPrinter {
    last: Option<(&'static str, Stopwatch)>,
}

impl ProgressPrinter {
    fn print(&mut self, progress: Progress) {
        let due =
            self.last.is_none_or(|(stage, last)| stage != progress.stage || last.elapsed().as_millis() >= LINE_MS);
        if due {
            self.last = Some((progress.stage, Stopwatch::start()));
            // Progress is a courtesy; a closed standard error must not end a rebuild.
            writeln!(std::io::stderr(), "{}", report::progress(&progress)).ok();
        }
    }
}
