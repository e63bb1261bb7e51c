//! From filled tables to live ones: catch up with the projector, hold it, compare, switch.

use domain::contract::Published;
use service_kit::clock::Stopwatch;
use tokio_postgres::{Client, Transaction};

use super::compare::{Compared, compare};
use super::error::{RebuildError, database};
use super::lease::Lease;
use super::pending::Pending;
use super::{Aim, Log, Progress, Purpose};
use crate::generation::point_to;
use crate::{Applier, Generations};

/// Rounds without holding the projector.
const ROUNDS_MAX: usize = 20;
/// A round that brought no more leaves little to do while the projector waits.
const LAST_ROUND_EVENTS: u64 = 500;
/// Events applied at once.
const BATCH_EVENTS: usize = 2_000;

/// What the end of a rebuild works with.
pub(super) struct Hands<'a> {
    pub(super) lease: &'a Lease,
    pub(super) live: &'a Generations,
    /// The set that is to become live.
    pub(super) fresh: &'a Generations,
    pub(super) aim: Aim<'a>,
}

/// How it ended.
pub(super) struct End {
    pub(super) switched: bool,
    pub(super) events: u64,
    pub(super) paused_ms: u64,
    pub(super) compared: Vec<Compared>,
}

pub(super) async fn catch_up<L: Log>(
    client: &mut Client,
    log: &L,
    mut pending: Pending,
    hands: Hands<'_>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<End, RebuildError> {
    let applier = Applier::on(client, hands.fresh).await?;
    let watch = Stopwatch::start();
    let mut events = 0;
    for _ in 0..ROUNDS_MAX {
        hands.lease.stage(client, "catch up").await?;
        let transaction = client.transaction().await.map_err(database("begin to catch up"))?;
        pending.follow(log).await?;
        let due = due(&mut pending, &transaction, &hands).await?;
        apply(&applier, &transaction, &due).await?;
        transaction.commit().await.map_err(database("commit what was caught up with"))?;
        events += due.len() as u64;
        progress(Progress { stage: "catch up", done: events, total: events, seconds: watch.elapsed().as_secs_f64() });
        if due.len() as u64 <= LAST_ROUND_EVENTS {
            break;
        }
    }
    finish(client, log, (&applier, pending), hands, events, progress).await
}

async fn finish<L: Log>(
    client: &mut Client,
    log: &L,
    (applier, mut pending): (&Applier, Pending),
    hands: Hands<'_>,
    mut events: u64,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<End, RebuildError> {
    hands.lease.stage(client, "compare and switch").await?;
    let transaction = client.transaction().await.map_err(database("begin the switch"))?;
    let watch = Stopwatch::start();
    // Whoever writes rows advances or locks the offsets first, so whoever holds this table sees rows at rest.
    transaction
        .batch_execute("LOCK TABLE public.projector_offset IN EXCLUSIVE MODE")
        .await
        .map_err(database("hold the projector"))?;
    if Generations::live(&transaction).await? != *hands.live {
        return Err(RebuildError::LeaseLost);
    }
    pending.follow(log).await?;
    let due = due(&mut pending, &transaction, &hands).await?;
    apply(applier, &transaction, &due).await?;
    events += due.len() as u64;
    progress(Progress { stage: "compare", done: events, total: events, seconds: watch.elapsed().as_secs_f64() });
    let Aim { models, purpose, start } = hands.aim;
    let mut compared = Vec::new();
    // Live rows that lack what the topic has lost compare with nothing.
    for model in models.iter().filter(|_| start.is_none()) {
        compared.push(compare(&transaction, *model, hands.live, hands.fresh).await?);
    }
    let equal = compared.iter().all(|compared| compared.differing == 0);
    let switched = match purpose {
        Purpose::Verify => false,
        Purpose::Switch => equal,
        Purpose::SwitchDespiteDifferences => true,
    };
    if switched {
        hands.lease.stage(&transaction, "switch").await?;
        transaction
            .batch_execute("SET LOCAL synchronous_commit TO on")
            .await
            .map_err(database("make the switch durable"))?;
        progress(Progress { stage: "switch", done: events, total: events, seconds: watch.elapsed().as_secs_f64() });
        let settled = start.is_none().then(|| pending.settled());
        for model in models {
            let generation = hands.fresh.of(*model).expect("a set has every model");
            point_to(&transaction, *model, generation, settled.as_deref()).await?;
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
    Ok(End { switched, events, paused_ms, compared })
}

/// What is to be applied now: what the live projector has applied, or all where it starts over.
async fn due(
    pending: &mut Pending,
    transaction: &Transaction<'_>,
    hands: &Hands<'_>,
) -> Result<Vec<Published>, RebuildError> {
    match hands.aim.start {
        None => pending.applied(transaction, hands.live).await,
        Some(_) => Ok(pending.everything()),
    }
}

async fn apply(applier: &Applier, transaction: &Transaction<'_>, due: &[Published]) -> Result<(), RebuildError> {
    for batch in due.chunks(BATCH_EVENTS) {
        let report = applier.apply(transaction, batch).await?;
        if let Some(failure) = report.failures.first() {
            return Err(RebuildError::Unfoldable(failure.error.to_string()));
        }
    }
    Ok(())
}
