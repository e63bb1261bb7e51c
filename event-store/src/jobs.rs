//! Jobs: periodic work that one process at a time does, whichever it is.
//!
//! Guarantees: a run begins at most once a period however many processes know the job; a run whose process ended is begun again
//! when its lease has run out; what the last run did or why it failed can be read. Does not: make up for periods in which no process
//! ran.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::Timestamp;
use futures::future::BoxFuture;
use service_kit::BoxError;
use service_kit::clock::SharedClock;
use tokio_postgres::types::ToSql;
use tokio_util::sync::CancellationToken;

use crate::timers::{TimerOptions, TimerWorker, Waker};
use crate::{ReadError, Store};

/// The kind of timers that jobs have.
const KIND: &str = "job";
/// Longest run of a job.
const RUN_MS_MAX: u64 = 3_600_000;
/// How often due jobs are looked for, in milliseconds: the latest that one begins. Their periods are minutes or longer.
const LOOK_MS: u64 = 2_000;

/// A piece of periodic work.
#[derive(Clone)]
pub struct Job {
    /// Unique among the jobs of a log.
    pub name: &'static str,
    /// Time from the end of a run to the next.
    pub every: Duration,
    /// Does the work, and says in words what it did.
    pub run: Arc<dyn Fn() -> BoxFuture<'static, Result<String, BoxError>> + Send + Sync>,
}

/// What is known of a job.
#[derive(Debug, Clone, PartialEq)]
pub struct JobStatus {
    pub name: String,
    pub every_s: f64,
    /// By the engine's clock.
    pub due: Option<DateTime<Utc>>,
    pub running: bool,
    /// When the last run began, by the database's clock.
    pub started_at: Option<DateTime<Utc>>,
    /// When the last run ended, by the database's clock.
    pub finished_at: Option<DateTime<Utc>>,
    /// What the last successful run did.
    pub outcome: Option<String>,
    /// Why the last run failed.
    pub error: Option<String>,
    /// Runs that have ended.
    pub runs: i64,
    /// Of those, the failed ones.
    pub failed: i64,
}

/// Runs jobs when they are due.
pub struct JobRunner {
    store: Store,
    clock: SharedClock,
    jobs: Vec<Job>,
    options: TimerOptions,
}

impl JobRunner {
    /// A runner of some jobs. A failed run is tried again after a pause that doubles up to ten minutes.
    pub fn new(store: Store, clock: SharedClock, jobs: Vec<Job>) -> Self {
        let options = TimerOptions { wake_ms_max: RUN_MS_MAX, idle_ms: LOOK_MS, ..TimerOptions::default() };
        Self { store, clock, jobs, options }
    }

    /// Runs what is due until cancelled.
    pub async fn run(self, stop: CancellationToken) {
        while let Err(error) = self.declare().await {
            tracing::warn!(error = service_kit::errors::chain(&error), "the jobs were not declared; tried again");
            if !service_kit::poll::pause(Duration::from_millis(self.options.idle_ms), &stop).await {
                return;
            }
        }
        self.worker().run(stop).await;
    }

    /// Makes the jobs known to the log.
    ///
    /// # Errors
    /// [`ReadError`] when the database cannot be reached.
    pub async fn declare(&self) -> Result<(), ReadError> {
        let now = self.clock.now().to_datetime();
        for job in &self.jobs {
            let parameters: [&(dyn ToSql + Sync); 3] = [&job.name, &job.every.as_secs_f64(), &now];
            self.store.run_on_jobs(include_str!("sql/job_declare.sql"), &parameters).await?;
        }
        Ok(())
    }

    fn worker(self) -> TimerWorker {
        let Self { store, clock, jobs, options } = self;
        let names = jobs.iter().map(|job| job.name.to_owned()).collect();
        let runner = (store.clone(), Arc::clone(&clock), Arc::new(jobs));
        let waker: Waker = Arc::new(move |name, _now| {
            let (store, clock, jobs) = runner.clone();
            Box::pin(async move {
                match jobs.iter().find(|job| *job.name == *name) {
                    Some(job) => run_job(&store, &clock, job).await.map(Some),
                    None => Ok(None),
                }
            })
        });
        TimerWorker::new(store, clock, options).with(KIND, waker).only(names)
    }
}

/// Runs a job once. Returns when it is due next.
async fn run_job(store: &Store, clock: &SharedClock, job: &Job) -> Result<Timestamp, BoxError> {
    store.run_on_jobs(include_str!("sql/job_started.sql"), &[&job.name]).await?;
    let result = (job.run)().await;
    let outcome = result.as_ref().ok();
    let error = result.as_ref().err().map(|error| service_kit::errors::chain(&**error));
    store.run_on_jobs(include_str!("sql/job_finished.sql"), &[&job.name, &outcome, &error]).await?;
    result?;
    let period = i64::try_from(job.every.as_micros()).unwrap_or(i64::MAX);
    Ok(Timestamp::try_from_micros(clock.now().micros().saturating_add(period))?)
}

impl Store {
    /// All jobs that some release has declared, by name.
    ///
    /// # Errors
    /// [`ReadError`] when the database cannot be reached.
    pub async fn jobs(&self) -> Result<Vec<JobStatus>, ReadError> {
        let client = self.reader().await?;
        let rows = client.query(include_str!("sql/jobs.sql"), &[]).await.map_err(ReadError::Query)?;
        let read = |row: &tokio_postgres::Row| {
            Ok(JobStatus {
                name: row.try_get(0)?,
                every_s: row.try_get(1)?,
                due: row.try_get(2)?,
                running: row.try_get::<_, Option<bool>>(3)?.unwrap_or(false),
                started_at: row.try_get(4)?,
                finished_at: row.try_get(5)?,
                outcome: row.try_get(6)?,
                error: row.try_get(7)?,
                runs: row.try_get(8)?,
                failed: row.try_get(9)?,
            })
        };
        rows.iter().map(|row| read(row).map_err(ReadError::Query)).collect()
    }

    /// Makes a job due at `now`. Returns whether there is such a job.
    ///
    /// # Errors
    /// [`ReadError`] when the database cannot be reached.
    pub async fn run_job_now(&self, name: &str, now: Timestamp) -> Result<bool, ReadError> {
        Ok(self.run_on_jobs(include_str!("sql/job_now.sql"), &[&name, &now.to_datetime()]).await? > 0)
    }

    async fn run_on_jobs(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<u64, ReadError> {
        let client = self.reader().await?;
        client.execute(sql, parameters).await.map_err(ReadError::Query)
    }
}
