//! `jobs` and `timers` over a log whose jobs run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use event_store::{Job, JobRunner, Store, StoreOptions};
use serde_json::{Value, json};
use service_kit::BoxError;
use service_kit::clock::SystemClock;
use service_kit::poll::wait_until;
use service_kit::testing::TestDatabase;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::program::orderctl_on;
use crate::waits::{LOOK, PATIENCE};

const EVERY: Duration = Duration::from_hours(1);

/// Runs a job that succeeds and one that fails, each when it is due.
async fn run_jobs(database: &TestDatabase) -> (Store, DropGuard) {
    let runs = Arc::new(AtomicU32::new(0));
    let count = move || {
        let run = runs.fetch_add(1, Ordering::SeqCst) + 1;
        Box::pin(async move { Ok(format!("run {run}")) }) as _
    };
    let fail = || Box::pin(async { Err(BoxError::from("no room")) }) as _;
    let jobs = vec![
        Job { name: "count", every: EVERY, run: Arc::new(count) },
        Job { name: "fail", every: EVERY, run: Arc::new(fail) },
    ];
    let store = Store::open(database.url(), StoreOptions::default()).await.unwrap();
    let stop = CancellationToken::new();
    tokio::spawn(JobRunner::new(store.clone(), Arc::new(SystemClock), jobs).run(stop.clone()));
    (store, stop.drop_guard())
}

async fn wait_for_runs(store: &Store, name: &str, runs: i64) {
    let ended = async || store.jobs().await.unwrap().iter().any(|job| job.name == name && job.runs >= runs);
    wait_until(PATIENCE, LOOK, ended).await.unwrap();
}

#[tokio::test]
async fn jobs_are_listed_with_what_they_did_and_run_when_somebody_asks() {
    let database = TestDatabase::migrated(event_store::migrations()).await;
    let none = orderctl_on(&database, &["jobs", "--json"]).await;
    assert_eq!(none.json(), json!([]));
    let (store, _running) = run_jobs(&database).await;
    wait_for_runs(&store, "count", 1).await;
    wait_for_runs(&store, "fail", 1).await;

    let listed = orderctl_on(&database, &["jobs", "--json"]).await.json();
    let known = |name: &str, field: &str| {
        let jobs = listed.as_array().unwrap();
        jobs.iter().find(|job| job["name"] == name).unwrap()[field].clone()
    };
    assert_eq!((known("count", "log"), known("count", "everySeconds")), (json!("orders"), json!(3600.0)));
    assert_eq!((known("count", "outcome"), known("count", "error")), (json!("run 1"), Value::Null));
    assert_eq!((known("fail", "outcome"), known("fail", "error")), (Value::Null, json!("no room")));
    assert!(known("fail", "failed").as_i64().unwrap() >= 1);

    let asked = orderctl_on(&database, &["jobs", "run", "count"]).await;
    assert_eq!(asked.code, Some(0), "{asked:?}");
    wait_for_runs(&store, "count", 2).await;
    let text = orderctl_on(&database, &["jobs"]).await;
    assert!(text.output.contains("count in orders: every 3600 s") && text.output.contains("run 2"), "{text:?}");
    assert!(text.output.contains("failed: no room"), "{text:?}");
    let unknown = orderctl_on(&database, &["jobs", "run", "nothing"]).await;
    assert!(unknown.code == Some(1) && unknown.errors.contains("no log has a job nothing"), "{unknown:?}");
}

#[tokio::test]
async fn timers_are_counted_by_kind() {
    let database = TestDatabase::migrated(event_store::migrations()).await;
    assert_eq!(orderctl_on(&database, &["timers"]).await.output, "no timers\n");
    let timers = "INSERT INTO timers (aggregate_type, aggregate_id, due, version, failures) VALUES \
         ('reservation', 'a', '2020-01-01', 1, 2), ('reservation', 'b', '2999-01-01', 1, 0)";
    database.client().await.batch_execute(timers).await.unwrap();
    let counts = json!([{
        "log": "orders", "kind": "reservation", "waiting": 2, "due": 1, "failing": 1, "firstDue": "2020-01-01T00:00:00Z",
    }]);
    assert_eq!(orderctl_on(&database, &["timers", "--json"]).await.json(), counts);
    let text = orderctl_on(&database, &["timers"]).await.output;
    assert!(text.starts_with("reservation in orders: 2 timers, 1 due, 1 failing"), "{text}");
}
