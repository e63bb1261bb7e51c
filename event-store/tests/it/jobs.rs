//! Jobs: once a period, whichever process it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use event_store::{Job, JobRunner, Store};
use service_kit::clock::ManualClock;
use service_kit::poll::wait_until;
use tokio_util::sync::CancellationToken;

use crate::support::{LOOK, PATIENCE, database, now, open};

const EVERY: Duration = Duration::from_mins(1);

fn counting(name: &'static str, runs: &Arc<AtomicU32>) -> Job {
    let runs = Arc::clone(runs);
    let run = move || {
        let run = runs.fetch_add(1, Ordering::SeqCst) + 1;
        Box::pin(async move { Ok(format!("run {run}")) }) as _
    };
    Job { name, every: EVERY, run: Arc::new(run) }
}

async fn status(store: &Store, name: &str) -> event_store::JobStatus {
    store.jobs().await.unwrap().into_iter().find(|job| job.name == name).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_runs_once_a_period_in_two_processes() {
    let database = database().await;
    let stores = [open(&database).await, open(&database).await];
    let clock = Arc::new(ManualClock::new(now()));
    let runs = Arc::new(AtomicU32::new(0));
    let stop = CancellationToken::new();
    let runners: Vec<_> = stores
        .iter()
        .map(|store| JobRunner::new(store.clone(), clock.clone(), vec![counting("count", &runs)]))
        .map(|runner| tokio::spawn(runner.run(stop.clone())))
        .collect();
    for period in 1..=3 {
        let done = async || stores[0].jobs().await.unwrap().first().is_some_and(|job| job.runs == period);
        wait_until(PATIENCE, LOOK, done).await.unwrap();
        assert_eq!(i64::from(runs.load(Ordering::SeqCst)), period);
        clock.advance(EVERY);
    }
    stop.cancel();
    for runner in runners {
        runner.await.unwrap();
    }
    let job = status(&stores[1], "count").await;
    assert_eq!(job.failed, 0);
    assert!(job.outcome.is_some_and(|outcome| outcome.starts_with("run ")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_run_is_shown_and_tried_again() {
    let database = database().await;
    let store = open(&database).await;
    let tries = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&tries);
    let run = move || {
        let first = counted.fetch_add(1, Ordering::SeqCst) == 0;
        Box::pin(async move { if first { Err("no luck".into()) } else { Ok("done".to_owned()) } }) as _
    };
    let job = Job { name: "flaky", every: EVERY, run: Arc::new(run) };
    let stop = CancellationToken::new();
    let clock = Arc::new(ManualClock::new(now()));
    let runner = tokio::spawn(JobRunner::new(store.clone(), clock, vec![job]).run(stop.clone()));
    let failed = async || store.jobs().await.unwrap().first().is_some_and(|job| job.failed == 1);
    wait_until(PATIENCE, LOOK, failed).await.unwrap();
    let again = async || status(&store, "flaky").await.outcome.as_deref() == Some("done");
    wait_until(PATIENCE, LOOK, again).await.unwrap();
    stop.cancel();
    runner.await.unwrap();
    let job = status(&store, "flaky").await;
    assert_eq!((job.runs, job.failed, job.error), (2, 1, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_left_to_the_processes_that_know_it_and_can_be_run_now() {
    let database = database().await;
    let store = open(&database).await;
    let clock = Arc::new(ManualClock::new(now()));
    let [known, unknown] = [Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0))];
    let newer = JobRunner::new(store.clone(), clock.clone(), vec![counting("newer", &unknown)]);
    newer.declare().await.unwrap();
    let stop = CancellationToken::new();
    let older = JobRunner::new(store.clone(), clock.clone(), vec![counting("older", &known)]);
    let running = tokio::spawn(older.run(stop.clone()));
    let ran = async |times: i64| {
        wait_until(PATIENCE, LOOK, async || store.jobs().await.unwrap().iter().any(|job| job.runs == times)).await
    };
    ran(1).await.unwrap();
    assert!(store.run_job_now("older", now()).await.unwrap());
    assert!(!store.run_job_now("none", now()).await.unwrap());
    ran(2).await.unwrap();
    stop.cancel();
    running.await.unwrap();
    assert_eq!((known.load(Ordering::SeqCst), unknown.load(Ordering::SeqCst)), (2, 0));
}
