//! Read models rebuilt from the log, verified and switched; single orders folded to any moment.

pub mod args;
mod order;
mod report;

use std::collections::HashMap;
use std::io::Write;

use event_store::Store;
use messaging::inspect::first_offsets;
use order_engine::{LogTools, ReadModels, Task, logs};
use read_models::rebuild::{Progress, Purpose, RebuildOptions, Report, Start, clean_up, is_outdated, status};
use service_kit::BoxError;
use service_kit::clock::{Ids, Stopwatch, SystemIds};
use service_kit::config::{DatabaseUrl, Variables};
use service_kit::shutdown::on_signal;

use crate::connections::{brokers, read_database};
use args::{RebuildArgs, ReplayVerb, RollbackArgs, Selected, VerifyArgs};

/// Does what `replay` asks.
///
/// # Errors
/// When it could not come to its end; the live tables are then as they were.
pub async fn run(variables: &Variables, verb: &ReplayVerb) -> Result<bool, BoxError> {
    match verb {
        ReplayVerb::Rebuild(args) => rebuild(variables, args).await,
        ReplayVerb::Verify(args) => verify(variables, args).await,
        ReplayVerb::Rollback(args) => roll_back(variables, args).await,
        ReplayVerb::List(args) => report::print_list(variables, args.json),
        ReplayVerb::Status(args) => report::print_status(&status(&read_database(variables)?).await?, args.json),
        ReplayVerb::Show(args) => order::show(variables, args).await,
        ReplayVerb::Diff(args) => order::diff(variables, args).await,
    }
}

async fn rebuild(variables: &Variables, args: &RebuildArgs) -> Result<bool, BoxError> {
    let mut selected = args.models.selected();
    if args.outdated {
        let read = read_database(variables)?;
        let mut outdated = Vec::new();
        for one in selected {
            if is_outdated(&read, &one.models).await? {
                outdated.push(one);
            }
        }
        selected = outdated;
    }
    if selected.is_empty() {
        eprintln!("The live tables are those of this release; nothing is rebuilt");
        return Ok(true);
    }
    let purpose = match (args.start_over, args.accept_differences) {
        (false, false) => Purpose::Switch,
        _ => Purpose::SwitchDespiteDifferences,
    };
    let mut runs = Runs::new(variables)?;
    let mut all = true;
    for Selected { of, models } in selected {
        let report = if args.start_over {
            runs.run(of, Task::StartOver(&start(variables, of).await?)).await?
        } else {
            runs.run(of, Task::Rebuild { models: &models, purpose }).await?
        };
        all &= report::print(of.kind, &report, purpose, args.json)?;
    }
    Ok(all)
}

async fn verify(variables: &Variables, args: &VerifyArgs) -> Result<bool, BoxError> {
    let mut runs = Runs::new(variables)?;
    let purpose = Purpose::Verify;
    let mut all = true;
    for Selected { of, models } in args.models.selected() {
        let report = runs.run(of, Task::Rebuild { models: &models, purpose }).await?;
        all &= report::print(of.kind, &report, purpose, args.json)?;
    }
    Ok(all)
}

async fn roll_back(variables: &Variables, args: &RollbackArgs) -> Result<bool, BoxError> {
    if let Some(name) = &args.models.model {
        return Err(format!("{name} alone cannot go back: sums know no versions to catch up from; use --all").into());
    }
    let purpose = if args.accept_differences { Purpose::SwitchDespiteDifferences } else { Purpose::Switch };
    let mut runs = Runs::new(variables)?;
    let mut all = true;
    for Selected { of, .. } in args.models.selected() {
        let report = runs.run(of, Task::RollBack(purpose)).await?;
        all &= report::print(of.kind, &report, purpose, args.json)?;
    }
    Ok(all)
}

/// Where a projector starts over: at what its topic holds now.
async fn start(variables: &Variables, models: &ReadModels) -> Result<Start, BoxError> {
    let ReadModels { topic, group, .. } = models;
    let offsets = first_offsets(&brokers(variables)?, topic).await?;
    if offsets.is_empty() {
        return Err(format!("there is no topic {topic} to start over in; run `order-engine topics`").into());
    }
    Ok(Start { group: (*group).to_owned(), topic: (*topic).to_owned(), offsets: offsets.into_iter().collect() })
}

/// What rebuilds work with.
struct Runs<'a> {
    variables: &'a Variables,
    read: DatabaseUrl,
    /// By the name of the log.
    stores: HashMap<&'static str, Store>,
}

impl<'a> Runs<'a> {
    fn new(variables: &'a Variables) -> Result<Self, BoxError> {
        Ok(Self { variables, read: read_database(variables)?, stores: HashMap::new() })
    }

    /// Runs until done or interrupted, and prints the progress on standard error.
    async fn run(&mut self, models: &ReadModels, task: Task<'_>) -> Result<Report, BoxError> {
        let store = self.store(models).await?;
        let options = RebuildOptions::of(models.topic);
        let holder = SystemIds.ordered();
        let stop = on_signal()?;
        let mut printer = ProgressPrinter { last: None };
        let mut on_progress = |progress| printer.print(progress);
        let work = order_engine::Work { task, options: &options, holder };
        let run = Box::pin(models.rebuild(&self.read, &store, work, &mut on_progress));
        if let Some(ended) = stop.run_until_cancelled(run).await {
            return Ok(ended?);
        }
        clean_up(&self.read, models.models, holder).await?;
        Err("interrupted; the live read models are as they were".into())
    }

    /// The log that models are rebuilt from.
    async fn store(&mut self, models: &ReadModels) -> Result<Store, BoxError> {
        let is_of = |log: &LogTools| log.read_models().iter().any(|one| one.kind == models.kind);
        let log = logs(self.variables)?.into_iter().find(is_of).ok_or("no log has these read models")?;
        if let Some(store) = self.stores.get(log.name) {
            return Ok(store.clone());
        }
        let store = log.open().await?;
        self.stores.insert(log.name, store.clone());
        Ok(store)
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
