//! Periodic work: what each job of the logs did last, and making one due now.

use std::io::Write;

use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Args, Subcommand};
use event_store::JobStatus;
use order_engine::logs;
use serde_json::{Value, json};
use service_kit::BoxError;
use service_kit::clock::{Clock, SystemClock};
use service_kit::config::Variables;

/// `jobs`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct JobsArgs {
    /// What to do instead of listing them.
    #[command(subcommand)]
    pub verb: Option<JobsVerb>,
    /// Print JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// `jobs …`
#[derive(Debug, Subcommand)]
pub enum JobsVerb {
    /// Make a job due now; a running engine with the role worker begins it
    Run(RunJobArgs),
}

/// `jobs run`
#[derive(Debug, Args)]
pub struct RunJobArgs {
    /// The name that `jobs` shows
    pub name: String,
}

/// Lists the jobs of all logs, or makes one due.
///
/// # Errors
/// When a log cannot be asked, or none has such a job.
pub async fn run(variables: &Variables, args: &JobsArgs) -> Result<bool, BoxError> {
    match &args.verb {
        Some(JobsVerb::Run(run)) => make_due(variables, &run.name).await,
        None => list(variables, args.json).await,
    }
}

async fn list(variables: &Variables, as_json: bool) -> Result<bool, BoxError> {
    let mut jobs = Vec::new();
    for log in logs(variables)? {
        let known = log.open().await?.jobs().await?;
        jobs.extend(known.into_iter().map(|job| (log.name, job)));
    }
    let mut out = std::io::stdout();
    if as_json {
        let listed: Vec<Value> = jobs.iter().map(|(log, job)| job_json(log, job)).collect();
        writeln!(out, "{}", Value::Array(listed))?;
        return Ok(true);
    }
    for (log, job) in &jobs {
        let JobStatus { name, every_s, runs, failed, .. } = job;
        let due = moment(job.due);
        let state = if job.running { "running" } else { "waiting" };
        writeln!(out, "{name} in {log}: every {every_s} s, {state}, due {due}, {runs} runs, {failed} failed")?;
        match (job.finished_at, &job.error, &job.outcome) {
            (None, _, _) => writeln!(out, "  no run has ended yet")?,
            (ended, Some(error), _) => writeln!(out, "  {} failed: {error}", moment(ended))?,
            (ended, None, outcome) => writeln!(out, "  {} {}", moment(ended), outcome.as_deref().unwrap_or("done"))?,
        }
    }
    writeln!(out, "{} jobs", jobs.len())?;
    Ok(true)
}

async fn make_due(variables: &Variables, name: &str) -> Result<bool, BoxError> {
    let now = SystemClock.now();
    let mut is_known = false;
    for log in logs(variables)? {
        let store = log.open().await?;
        if store.run_job_now(name, now).await? {
            is_known = true;
            writeln!(std::io::stdout(), "{name} in {} is due; `orderctl jobs` shows what it did", log.name)?;
        }
    }
    if is_known { Ok(true) } else { Err(format!("no log has a job {name}; `orderctl jobs` lists them").into()) }
}

/// A moment for people; a dash where there is none.
pub(crate) fn moment(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(|| "-".to_owned(), |at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

fn job_json(log: &str, job: &JobStatus) -> Value {
    json!({
        "log": log,
        "name": job.name,
        "everySeconds": job.every_s,
        "due": job.due,
        "running": job.running,
        "startedAt": job.started_at,
        "finishedAt": job.finished_at,
        "outcome": job.outcome,
        "error": job.error,
        "runs": job.runs,
        "failed": job.failed,
    })
}
