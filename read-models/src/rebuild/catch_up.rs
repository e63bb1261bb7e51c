//! From filled tables to live ones: catch up with the projector, block it, compare, switch.

use domain::contract::Published;
use service_kit::clock::Stopwatch;
use tokio_postgres::{Client, Transaction};

use super::compare::{Compared, compare};
use super::error::{RebuildError, database};
use super::lease::Lease;
use super::pending::Pending;
use super::{Log, Progress, Purpose, Task};
use crate::apply::Applier;
use crate::generation::{Generations, point_to, unfilled};
use crate::set::ModelSet;

/// Most rounds before the projector is blocked.
const ROUNDS_MAX: usize = 20;
/// After a round of at most so many events, little is left to do while the projector waits.
const LAST_ROUND_EVENTS: u64 = 500;
/// Events applied at once.
const BATCH_EVENTS: usize = 2_000;

/// The inputs of the last part of a rebuild.
pub(super) struct SwitchInputs<'a> {
    pub(super) lease: &'a Lease,
    pub(super) live: &'a Generations,
    /// The set that is to become live.
    pub(super) fresh: &'a Generations,
    pub(super) task: Task<'a>,
}

/// The outcome of the last part of a rebuild.
pub(super) struct Outcome {
    pub(super) switched: bool,
    pub(super) events: u64,
    pub(super) paused_ms: u64,
    pub(super) compared: Vec<Compared>,
}

pub(super) async fn catch_up<M: ModelSet, L: Log<M::Event>>(
    client: &mut Client,
    log: &L,
    mut pending: Pending<M>,
    inputs: SwitchInputs<'_>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Outcome, RebuildError> {
    let applier = Applier::<M>::on(client, inputs.fresh).await?;
    let watch = Stopwatch::start();
    let mut events = 0;
    for _ in 0..ROUNDS_MAX {
        inputs.lease.stage(client, "catch up").await?;
        let transaction = client.transaction().await.map_err(database("begin to catch up"))?;
        pending.follow(log).await?;
        let due = due(&mut pending, &transaction, &inputs).await?;
        apply(&applier, &transaction, &due).await?;
        transaction.commit().await.map_err(database("commit what was caught up with"))?;
        events += due.len() as u64;
        progress(Progress { stage: "catch up", done: events, total: events, seconds: watch.elapsed().as_secs_f64() });
        if due.len() as u64 <= LAST_ROUND_EVENTS {
            break;
        }
    }
    finish(client, log, (&applier, pending), inputs, events, progress).await
}

async fn finish<M: ModelSet, L: Log<M::Event>>(
    client: &mut Client,
    log: &L,
    (applier, mut pending): (&Applier<M>, Pending<M>),
    inputs: SwitchInputs<'_>,
    mut events: u64,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Outcome, RebuildError> {
    inputs.lease.stage(client, "compare and switch").await?;
    let transaction = client.transaction().await.map_err(database("begin the switch"))?;
    let watch = Stopwatch::start();
    // Every writer of rows advances or locks the offsets first, so while this table is locked no row changes.
    transaction
        .batch_execute("LOCK TABLE public.projector_offset IN EXCLUSIVE MODE")
        .await
        .map_err(database("hold the projector"))?;
    if Generations::live(&transaction, &M::MODELS.all()).await? != *inputs.live {
        return Err(RebuildError::LeaseLost);
    }
    pending.follow(log).await?;
    let due = due(&mut pending, &transaction, &inputs).await?;
    apply(applier, &transaction, &due).await?;
    events += due.len() as u64;
    progress(Progress { stage: "compare", done: events, total: events, seconds: watch.elapsed().as_secs_f64() });
    let Task { models, purpose, start } = inputs.task;
    let mut compared = Vec::new();
    // When starting over, the live rows lack what the topic has lost, so there is nothing to compare with; nor is there for a
    // model that nothing has filled.
    let unfilled = unfilled(&transaction, models).await?;
    for model in models.iter().filter(|model| start.is_none() && !unfilled.contains(model)) {
        compared.push(compare(&transaction, *model, inputs.live, inputs.fresh).await?);
    }
    let equal = compared.iter().all(|compared| compared.differing == 0);
    let switched = match purpose {
        Purpose::Verify => false,
        Purpose::Switch => equal,
        Purpose::SwitchDespiteDifferences => true,
    };
    if switched {
        inputs.lease.stage(&transaction, "switch").await?;
        transaction
            .batch_execute("SET LOCAL synchronous_commit TO on")
            .await
            .map_err(database("make the switch durable"))?;
        progress(Progress { stage: "switch", done: events, total: events, seconds: watch.elapsed().as_secs_f64() });
        let applied_positions = start.is_none().then(|| pending.applied_positions());
        for model in models {
            let generation = inputs.fresh.of(*model).expect("a set has every model");
            point_to(&transaction, *model, generation, applied_positions.as_deref()).await?;
        }
        if !equal {
            let models: Vec<_> = models.iter().map(|model| model.name()).collect();
            let statement = include_str!("../../sql/generation/kept_differs.sql");
            transaction.execute(statement, &[&models]).await.map_err(database("note that rows differed"))?;
        }
        if let Some(start) = start {
            start.set(&transaction).await?;
        }
        transaction.commit().await.map_err(database("commit the switch"))?;
    } else {
        transaction.rollback().await.map_err(database("let go of the projector"))?;
    }
    let paused_ms = u64::try_from(watch.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Outcome { switched, events, paused_ms, compared })
}

/// The events to apply now: those that the live projector has applied, or all if it starts over.
async fn due<M: ModelSet>(
    pending: &mut Pending<M>,
    transaction: &Transaction<'_>,
    inputs: &SwitchInputs<'_>,
) -> Result<Vec<Published<M::Event>>, RebuildError> {
    match inputs.task.start {
        None => pending.applied(transaction, inputs.live).await,
        Some(_) => Ok(pending.everything()),
    }
}

async fn apply<M: ModelSet>(
    applier: &Applier<M>,
    transaction: &Transaction<'_>,
    due: &[Published<M::Event>],
) -> Result<(), RebuildError> {
    for batch in due.chunks(BATCH_EVENTS) {
        let report = applier.apply(transaction, batch).await?;
        if let Some(failure) = report.failures.first() {
            return Err(RebuildError::Unfoldable(failure.error.to_string()));
        }
    }
    Ok(())
}
