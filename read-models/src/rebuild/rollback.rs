//! Rollback to the set that was live before, and the status of the generations.

use chrono::{DateTime, Utc};
use serde::Serialize;
use service_kit::config::DatabaseUrl;
use tokio_postgres::{Client, GenericClient};
use uuid::Uuid;

use super::catch_up::{SwitchInputs, catch_up};
use super::error::{RebuildError, database};
use super::lease::{Lease, at_work};
use super::pending::Pending;
use super::{Log, Progress, Purpose, RebuildOptions, Report, Task, finish_run, open};
use crate::generation::{GenerationError, Generations, columns};
use crate::model::Model;
use crate::set::ModelSet;
use service_kit::clock::Stopwatch;

/// The generations of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptSet {
    pub model: String,
    /// The live generation.
    pub generation: i32,
    /// When it became live.
    pub switched_at: DateTime<Utc>,
    /// The generation that was live before and is kept; `None` if none is.
    pub previous: Option<i32>,
    /// By shard, the position up to which the kept generation has every event.
    pub kept_positions: Option<Vec<i64>>,
    /// Whether the kept generation was known to differ from the one that replaced it.
    pub differs: bool,
}

/// The generations, and the running rebuild.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    pub models: Vec<KeptSet>,
    /// What the running rebuild is doing, and for how many seconds its lease holds; `None` if no rebuild runs.
    pub at_work: Option<(String, f64)>,
}

/// Reads which generations there are and whether a rebuild runs.
///
/// # Errors
/// [`RebuildError`].
pub async fn status(url: &DatabaseUrl) -> Result<Status, RebuildError> {
    let client = open(url).await?;
    Ok(Status { models: kept(&client, None).await?, at_work: at_work(&client, None).await? })
}

/// Whether another release made live tables of some models, or nothing has filled them yet, so that a rebuild is needed.
///
/// # Errors
/// [`RebuildError`].
pub async fn is_outdated(url: &DatabaseUrl, models: &[Model]) -> Result<bool, RebuildError> {
    match Generations::usable(&open(url).await?, models).await {
        Ok(_) => Ok(false),
        Err(GenerationError::Outdated { .. }) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// Makes the set live again that was live before, after it has caught up. The set that is live now is kept, so that a
/// rollback can be undone. With `accept_differences` the switch happens even if the caught-up rows differ from the live
/// ones.
///
/// # Errors
/// [`RebuildError`]; [`RebuildError::CannotRollBack`] where models were not switched together.
pub async fn roll_back<M: ModelSet, L: Log<M::Event>>(
    url: &DatabaseUrl,
    log: &L,
    (purpose, options, holder): (Purpose, &RebuildOptions, Uuid),
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Report, RebuildError> {
    let mut client = open(url).await?;
    let (lease, _) = Lease::acquire(url, holder, options).await?;
    let report = build::<M, L>(&mut client, &lease, log, purpose, progress).await;
    finish_run(&client, M::MODELS, lease, report).await
}

async fn build<M: ModelSet, L: Log<M::Event>>(
    client: &mut Client,
    lease: &Lease,
    log: &L,
    purpose: Purpose,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Report, RebuildError> {
    let watch = Stopwatch::start();
    let models = M::MODELS.all();
    let kept = kept(client, Some(&models)).await?;
    let (generation, positions) = coherent(&kept, &models).map_err(RebuildError::CannotRollBack)?;
    let live = Generations::live(client, &models).await?;
    let fresh = Generations::all(&models, generation);
    for &model in &models {
        let described: Vec<_> = model.table().columns().iter().map(|column| column.name).collect();
        let kept = columns(client, model, generation).await?;
        if !kept.iter().map(|(name, _)| name).eq(&described) {
            return Err(RebuildError::CannotRollBack("the tables that are kept were made by another release"));
        }
    }
    let task = Task { models: &models, purpose, start: None };
    let inputs = SwitchInputs { lease, live: &live, fresh: &fresh, task };
    let end = catch_up::<M, L>(client, log, Pending::after(positions), inputs, progress).await?;
    Ok(Report {
        generation,
        switched: end.switched,
        streams: 0,
        events: 0,
        caught_up: end.events,
        seconds: watch.elapsed().as_secs_f64(),
        paused_ms: end.paused_ms,
        unfoldable: Vec::new(),
        compared: end.compared,
    })
}

/// The kept set as a whole, since a set can only catch up as a whole: sums have no versions, only the streams of
/// the same set do.
pub(crate) fn coherent(kept: &[KeptSet], models: &[Model]) -> Result<(i32, Vec<i64>), &'static str> {
    let Some(first) = kept.first() else { return Err("no model is live") };
    let Some(previous) = first.previous else { return Err("no earlier generation is kept") };
    let Some(positions) = first.kept_positions.clone() else { return Err("no earlier generation is kept") };
    let together = kept.iter().all(|one| {
        (one.generation, one.previous, one.switched_at) == (first.generation, first.previous, first.switched_at)
    });
    if together && kept.len() == models.len() {
        Ok((previous, positions))
    } else {
        Err("the models were not switched together, and a single one cannot catch up; rebuild it instead")
    }
}

/// What is kept of some models, or of all that the database has.
pub(crate) async fn kept(client: &impl GenericClient, models: Option<&[Model]>) -> Result<Vec<KeptSet>, RebuildError> {
    let failed = database("read which generations are kept");
    let rows = client.query(include_str!("../../sql/rebuild/status.sql"), &[]).await.map_err(&failed)?;
    let read = |row: &tokio_postgres::Row| {
        Ok(KeptSet {
            model: row.try_get(0)?,
            generation: row.try_get(1)?,
            switched_at: row.try_get(2)?,
            previous: row.try_get(3)?,
            kept_positions: row.try_get(4)?,
            differs: row.try_get(5)?,
        })
    };
    let mut kept = rows.iter().map(read).collect::<Result<Vec<_>, _>>().map_err(failed)?;
    kept.retain(|one| models.is_none_or(|models| models.iter().any(|model| model.name() == one.model)));
    Ok(kept)
}
