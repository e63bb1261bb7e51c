//! Two processes that append to the same streams, each pair of streams in opposite order.

use std::process::Stdio;

use event_store::{AppendError, Store, StoreOptions};
use futures::future::join_all;
use service_kit::config::{DatabaseUrl, Variables};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

use crate::support::{append_to_all, database, deadlocks, versions};

/// The test below, which is the second process too.
const TEST: &str = "two_processes::appends_that_overlap_in_opposite_order_wait_for_each_other_and_never_in_a_circle";
/// Names the database for the second process; the first has no such variable.
const DATABASE: &str = "EVENT_STORE_TEST_DATABASE_URL";
/// Pairs of streams that are appended to at the same time.
const PAIRS: usize = 8;
/// Appends of each process to each pair.
const APPENDS: usize = 50;
/// What the second process prints when it can begin.
const READY: &str = "ready";

fn pair(number: usize) -> [String; 2] {
    [format!("left-{number}"), format!("right-{number}")]
}

/// A store that waits for locks without a limit: so a circle of waiting appends would be a deadlock, which Postgres counts.
async fn open(database: &DatabaseUrl) -> Store {
    Store::open(database, StoreOptions { lock_timeout_ms: 0, ..StoreOptions::default() }).await.unwrap()
}

/// Appends to all pairs, as often as it takes where the other process was first.
async fn append_to_pairs(store: &Store, left_first: bool) {
    let appends = (0..PAIRS).map(async |number| {
        let [left, right] = pair(number);
        let [first, second] = if left_first { [&left, &right] } else { [&right, &left] };
        let (mut version, mut appended) = (0, 0);
        while appended < APPENDS {
            match store.append(append_to_all(&[(first, version, 1), (second, version, 1)])).await {
                Ok(()) => (version, appended) = (version + 1, appended + 1),
                Err(AppendError::Conflict { .. }) => version = versions(store, first).await.last().copied().unwrap(),
                Err(error) => panic!("{error}"),
            }
        }
    });
    join_all(appends).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn appends_that_overlap_in_opposite_order_wait_for_each_other_and_never_in_a_circle() {
    if let Some(url) = Variables::load().unwrap().optional(DATABASE) {
        return as_the_second_process(&DatabaseUrl::new(DATABASE, url)).await;
    }
    let database = database().await;
    let mut second = Command::new(std::env::current_exe().unwrap())
        .args([TEST, "--exact", "--nocapture"])
        .env(DATABASE, database.url().expose())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(second.stdout.take().unwrap()).lines();
    let store = open(database.url()).await;
    while !lines.next_line().await.unwrap().expect("the second process has ended").ends_with(READY) {}
    second.stdin.take().unwrap().write_all(b"begin\n").await.unwrap();
    append_to_pairs(&store, true).await;
    assert!(second.wait().await.unwrap().success());

    let all: Vec<_> = (1..=2 * i64::try_from(APPENDS).unwrap()).collect();
    for id in (0..PAIRS).flat_map(pair) {
        assert_eq!(versions(&store, &id).await, all, "{id}");
    }
    assert_eq!(deadlocks(&database).await, 0);
}

async fn as_the_second_process(database: &DatabaseUrl) {
    let store = open(database).await;
    println!("{READY}");
    let mut begin = String::new();
    std::io::stdin().read_line(&mut begin).unwrap();
    append_to_pairs(&store, false).await;
}
