//! Rebuilds read models from the log beside the live ones, proves them equal, and switches.
//!
//! Guarantees: the new tables hold, at the moment of the switch, exactly the events that the live projector has applied
//! of each stream, since both are read under a lock that the projector's transactions wait for; a row that differs
//! prevents the switch unless confirmed; a rebuild that ends before its commit leaves the live tables unchanged, and
//! the next one drops its tables. Does not: stop queries, or the projector except during the last comparison.

mod binary;
mod catch_up;
pub(crate) mod compare;
mod copy;
mod error;
mod fill;
mod lease;
mod pending;
mod rollback;
mod start;

use domain::contract::Published;
use futures::try_join;
use serde::Serialize;
use service_kit::BoxError;
use service_kit::clock::Stopwatch;
use service_kit::config::DatabaseUrl;
use service_kit::postgres::{ConnectOptions, connect};
use tokio_postgres::Client;
use uuid::Uuid;

use catch_up::{SwitchInputs, catch_up};
pub use compare::{Compared, Difference, FieldDifference};
pub use error::RebuildError;
use error::database;
use fill::Filled;
use lease::Lease;
use pending::live_versions;
pub use rollback::{KeptSet, Status, is_outdated, roll_back, status};
pub(crate) use rollback::{coherent, kept};
pub use start::Start;

use crate::generation::{Generations, create_generation, index_generation, schema};
use crate::model::{Model, Models};
use crate::set::ModelSet;

/// The event log that a rebuild reads, as events of one kind; those of others are foreign ones. Clones read the same log.
pub trait Log<E>: Clone + Send + Sync + 'static {
    /// The last position of each shard.
    fn heads(&self) -> impl Future<Output = Result<Vec<i64>, BoxError>> + Send;
    /// Events of a shard after a position, in order and without gaps: as many as asked for unless the log ends before.
    /// A fill asks for pages ahead by their positions and would skip what a shorter one leaves out.
    fn page(
        &self,
        shard: i16,
        after: i64,
        events_max: i64,
    ) -> impl Future<Output = Result<Vec<Published<E>>, BoxError>> + Send;
}

/// What a rebuild is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Only the comparison.
    Verify,
    /// Also the switch, if nothing differs.
    Switch,
    /// Also the switch, whatever differs.
    SwitchDespiteDifferences,
}

/// Bounds of a rebuild.
#[derive(Debug, Clone)]
pub struct RebuildOptions {
    /// The topic whose events the models show. One rebuild at a time is made of its models.
    pub topic: String,
    /// Lifetime of the lease, in seconds: for so long a process that has died still blocks the next rebuild.
    pub lease_seconds: f64,
    /// Most streams held in memory; with more the log is read several times.
    pub streams_in_memory_max: usize,
}

impl RebuildOptions {
    /// The usual bounds, for the models of a topic.
    pub fn of(topic: impl Into<String>) -> Self {
        Self { topic: topic.into(), lease_seconds: 15.0, streams_in_memory_max: 500_000 }
    }
}

/// How far a rebuild has come.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    pub stage: &'static str,
    /// Events done.
    pub done: u64,
    /// Events to do.
    pub total: u64,
    /// Seconds since the stage began.
    pub seconds: f64,
}

/// What a rebuild did.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The generation that was made.
    pub generation: i32,
    /// Whether it is live now.
    pub switched: bool,
    /// Streams filled from the log.
    pub streams: u64,
    /// Events filled from the log.
    pub events: u64,
    /// Events caught up with after the fill.
    pub caught_up: u64,
    /// Seconds from the first read to the last commit.
    pub seconds: f64,
    /// Milliseconds that the projector had to wait, at most.
    pub paused_ms: u64,
    /// Events that the live projector has applied and the fold refuses.
    pub unfoldable: Vec<String>,
    pub compared: Vec<Compared>,
}

impl Report {
    /// Whether the live rows equal those of the log.
    pub fn is_equal(&self) -> bool {
        self.unfoldable.is_empty() && self.compared.iter().all(|compared| compared.differing == 0)
    }
}

/// What one run does.
#[derive(Clone, Copy)]
struct Task<'a> {
    models: &'a [Model],
    purpose: Purpose,
    /// The offsets where the projector starts over; then the new set has the whole log.
    start: Option<&'a Start>,
}

/// Fills a new set of tables from the log, compares the given models of the set with the live ones, and switches them if
/// `purpose` says so.
///
/// All models of the set are filled even if only one is given, since events that the projector adds meanwhile are applied to a
/// whole set. `holder` is an id of this run.
///
/// # Errors
/// [`RebuildError`]. Differences are no error but in the report.
pub async fn rebuild<M: ModelSet, L: Log<M::Event>>(
    url: &DatabaseUrl,
    log: &L,
    models: &[Model],
    (purpose, options, holder): (Purpose, &RebuildOptions, Uuid),
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Report, RebuildError> {
    let mut client = open(url).await?;
    let (lease, generation) = Lease::acquire(url, holder, options).await?;
    let task = Task { models, purpose, start: None };
    let built = build::<M, L>((url, &mut client), &lease, log, task, (options, generation), progress).await;
    finish_run(&client, M::MODELS, lease, built).await
}

/// Fills the whole set from the whole log, regardless of what the live projector has applied, makes it live, and sets
/// the group's offsets to `start`. This is the recovery when the topic no longer has the records that the group would
/// read next, or was recreated.
///
/// There is no comparison, since the live rows lack what could not be read, and no rollback for the same reason. Parked
/// records of the group are dropped: their events are in the log, and what is still in the topic is read again.
///
/// # Errors
/// [`RebuildError`].
pub async fn start_over<M: ModelSet, L: Log<M::Event>>(
    url: &DatabaseUrl,
    log: &L,
    start: &Start,
    (options, holder): (&RebuildOptions, Uuid),
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Report, RebuildError> {
    let mut client = open(url).await?;
    let (lease, generation) = Lease::acquire(url, holder, options).await?;
    let models = M::MODELS.all();
    let task = Task { models: &models, purpose: Purpose::SwitchDespiteDifferences, start: Some(start) };
    let built = build::<M, L>((url, &mut client), &lease, log, task, (options, generation), progress).await;
    finish_run(&client, M::MODELS, lease, built).await
}

async fn build<M: ModelSet, L: Log<M::Event>>(
    (url, client): (&DatabaseUrl, &mut Client),
    lease: &Lease,
    log: &L,
    task: Task<'_>,
    (options, generation): (&RebuildOptions, i32),
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Report, RebuildError> {
    let watch = Stopwatch::start();
    let models = M::MODELS;
    let all = models.all();
    sweep(client, models).await?;
    lease.stage(client, "fill").await?;
    let live = Generations::live(client, &all).await?;
    let fresh = Generations::all(&all, generation);
    for model in &all {
        create_generation(client, *model, generation).await?;
    }
    // The applied versions are read before the heads, so that the log up to the heads has all applied events.
    let versions = match task.start {
        None => Some(live_versions(client, models, &live).await?),
        Some(_) => None,
    };
    let heads = log.heads().await.map_err(RebuildError::Log)?;
    let second = open(url).await?;
    fresh.select(client).await?;
    fresh.select(&second).await?;
    let both = (&*client, &second);
    let filled =
        fill::fill::<M, L>(both, log, versions.as_ref(), heads, options.streams_in_memory_max, progress).await?;
    drop(versions);
    lease.stage(client, "index").await?;
    let Filled { pending, sums, streams, events, unfoldable } = filled;
    progress(Progress { stage: "index", done: events, total: events, seconds: watch.elapsed().as_secs_f64() });
    let others = async {
        // The sums are written by the live projector's statement, which needs their keys.
        for model in models.sums {
            index(&second, *model, generation).await?;
        }
        fresh.select(&second).await?;
        copy::sums(&second, models.sums, &sums).await.map_err(database("write the new sums"))?;
        for model in models.parts.into_iter().chain([models.view]) {
            index(&second, model, generation).await?;
        }
        Ok(())
    };
    try_join!(index(client, models.history, generation), others)?;
    drop(second);
    let inputs = SwitchInputs { lease, live: &live, fresh: &fresh, task };
    let end = catch_up::<M, L>(client, log, pending, inputs, progress).await?;
    Ok(Report {
        generation,
        switched: end.switched,
        streams,
        events,
        caught_up: end.events,
        seconds: watch.elapsed().as_secs_f64(),
        paused_ms: end.paused_ms,
        unfoldable,
        compared: end.compared,
    })
}

/// Gives a filled table its indexes and statistics.
async fn index(client: &Client, model: Model, generation: i32) -> Result<(), RebuildError> {
    index_generation(client, model, generation).await?;
    let table = format!("{}.{}", schema(model, generation), model.name());
    client.batch_execute(&format!("ANALYZE {table}")).await.map_err(database("analyse a new table"))
}

/// Drops the tables of an interrupted run of a set and releases its lease.
///
/// # Errors
/// [`RebuildError`]; then the next run does it. [`RebuildError::LeaseLost`] if the next run has already begun.
pub async fn clean_up(url: &DatabaseUrl, models: Models, holder: Uuid) -> Result<(), RebuildError> {
    let client = open(url).await?;
    // Without the lease the tables may be another run's.
    lease::stage(&client, holder, CLEAN_UP_SECONDS_MAX, "clean up").await?;
    sweep(&client, models).await?;
    lease::release(&client, holder).await
}

/// Lifetime of the lease while a run cleans up, in seconds.
const CLEAN_UP_SECONDS_MAX: f64 = 15.0;

/// Drops the tables that are neither live nor kept and releases the lease, whatever the outcome was.
async fn finish_run<T>(
    client: &Client,
    models: Models,
    lease: Lease,
    outcome: Result<T, RebuildError>,
) -> Result<T, RebuildError> {
    // If the lease is lost, another run may own the tables.
    if matches!(outcome, Err(RebuildError::LeaseLost)) {
        return outcome;
    }
    let cleaned_up = async {
        lease.stage(client, "clean up").await?;
        sweep(client, models).await?;
        lease.release(client).await
    };
    // The first error is the one to report; a lease that cannot be released expires.
    let cleaned_up = cleaned_up.await;
    let outcome = outcome?;
    cleaned_up.map(|()| outcome)
}

/// Statements over whole tables may take long, in milliseconds.
const STATEMENT_TIMEOUT_MS: u32 = 3_600_000;

/// In milliseconds. A batch of the projector holds its locks for far less.
const LOCK_TIMEOUT_MS: u32 = 10_000;

async fn open(url: &DatabaseUrl) -> Result<Client, RebuildError> {
    let options = ConnectOptions {
        statement_timeout_ms: STATEMENT_TIMEOUT_MS,
        lock_timeout_ms: LOCK_TIMEOUT_MS,
        ..ConnectOptions::named("rebuild")
    };
    let client = connect(url, &options).await?;
    // Tables that a crash may lose are rebuilt anyway. The switch itself waits for the disk, and so for all commits
    // before it.
    client.batch_execute("SET synchronous_commit TO off").await.map_err(database("prepare a connection"))?;
    Ok(client)
}

/// Drops generations of a set that are neither live nor kept. Only the holder of the lease creates any.
async fn sweep(client: &Client, models: Models) -> Result<(), RebuildError> {
    let failed = database("sweep the tables of unfinished rebuilds");
    let models: Vec<_> = models.all().into_iter().map(Model::name).collect();
    let rows = client.query(include_str!("../../sql/rebuild/schemas.sql"), &[&models]).await.map_err(&failed)?;
    for row in rows {
        let schema: String = row.get(0);
        client.batch_execute(&format!("DROP SCHEMA {schema} CASCADE")).await.map_err(&failed)?;
    }
    Ok(())
}
