//! Read models proven by `orderctl` while orders come in: rebuilt beside the live ones, audited, damaged and repaired.

use read_models::ModelSet;
use std::sync::Arc;

use clap::Parser;
use orderctl::Ending;
use orderctl::cli::Cli;
use reqwest::Method;
use serde_json::json;
use service_kit::config::{DatabaseUrl, Variables};
use service_kit::postgres::{ConnectOptions, connect};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;

use crate::tenant::{Caller, Ordered, TestTenant};

/// How many order at once.
const SHOPPERS: u32 = 4;
/// Of so many orders one is asked for, as of its own version.
const ASKED_OF: u32 = 10;
/// Rebuilds one after the other.
const REBUILDS: usize = 3;

const ORDER: &str = "query ($id: ID!) { order(id: $id) { orderId version } }";
const LIST: &str = "{ orders(first: 5) { totalCount nodes { orderId version } } }";

/// Only one rebuild is at work at a time, and an audit would see another test's damage.
pub static ALONE: Mutex<()> = Mutex::const_new(());

/// Runs a command line of `orderctl` and says whether it found all well.
pub async fn orderctl(line: &str) -> bool {
    match orderctl::run(Cli::parse_from(format!("orderctl {line}").split(' '))).await {
        Ending::Well => true,
        Ending::Found => false,
        Ending::Failed(error) | Ending::Unfinished(error) => {
            panic!("{line}: {}", service_kit::errors::chain(error.as_ref()))
        }
    }
}

/// A connection to the live rows.
pub async fn live_rows() -> Client {
    let variables = Variables::load().unwrap();
    let url = DatabaseUrl::new("READ_DATABASE_URL", variables.required("READ_DATABASE_URL").unwrap().to_owned());
    let client = connect(&url, &ConnectOptions::named("test")).await.unwrap();
    read_models::Generations::live(&client, &read_models::Orders::MODELS.all())
        .await
        .unwrap()
        .select(&client)
        .await
        .unwrap();
    client
}

/// Orders by several at once until stopped; returns how many orders and questions there were. Every one must succeed.
///
/// Whoever has asked waits until the projector has shown the order, so that a slow machine has fewer orders and not a longer queue.
async fn shopping(clerk: Arc<Caller>, stop: CancellationToken) -> (u32, u32) {
    let mut people = JoinSet::new();
    for _ in 0..SHOPPERS {
        let (clerk, stop) = (Arc::clone(&clerk), stop.clone());
        people.spawn(async move {
            let (mut orders, mut asked) = (0, 0);
            while !stop.is_cancelled() {
                let ordered = clerk.command(Method::POST, "/v1/orders", json!({"currency": "EUR"})).await;
                orders += 1;
                if orders % ASKED_OF == 0 {
                    ask(&clerk, &ordered).await;
                    asked += 1;
                }
            }
            (orders, asked)
        });
    }
    let ended = people.join_all().await;
    ended.into_iter().fold((0, 0), |(orders, asked), one| (orders + one.0, asked + one.1))
}

/// What was answered must be seen, and a list must always be there.
async fn ask(clerk: &Caller, ordered: &Ordered) {
    let seen = clerk.query(Some(ordered), ORDER, json!({"id": ordered.id})).await;
    assert_eq!(seen["order"]["version"], ordered.body["version"], "{seen:#}");
    let listed = clerk.query(None, LIST, json!({})).await;
    assert!(listed["orders"]["nodes"].is_array(), "{listed:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rebuilds_and_an_audit_under_load_fail_no_query_and_show_nothing_stale() {
    let _alone = ALONE.lock().await;
    let clerk = Arc::new(TestTenant::open().admin());
    clerk.placed().await;
    let stop = CancellationToken::new();
    let shopping = tokio::spawn(shopping(clerk, stop.clone()));
    for _ in 0..REBUILDS {
        assert!(orderctl("replay rebuild --all").await, "live rows and rebuilt ones differ");
    }
    assert!(orderctl("audit").await);
    stop.cancel();
    let (orders, asked) = shopping.await.unwrap();
    assert!(asked > 0, "{orders} orders, and none was asked for");
    assert!(orderctl("audit --json").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_changed_by_hand_is_found_and_repaired_from_the_log() {
    let _alone = ALONE.lock().await;
    let clerk = TestTenant::open().admin();
    let placed = clerk.placed().await;
    clerk.query(Some(&placed), ORDER, json!({"id": placed.id})).await;
    let client = live_rows().await;
    let damage = "UPDATE order_summary SET total_minor = total_minor + 1 WHERE order_id = $1::text::uuid";
    assert_eq!(client.execute(damage, &[&placed.id]).await.unwrap(), 1);
    assert!(!orderctl("audit").await, "a wrong total was not found");
    assert!(!orderctl("replay verify order_summary").await);
    assert!(orderctl("replay rebuild --all --accept-differences").await);
    assert!(orderctl("audit").await);
    let total = "query ($id: ID!) { order(id: $id) { totals { total { minor } } } }";
    let seen = clerk.query(Some(&placed), total, json!({"id": placed.id})).await;
    assert_eq!(seen["order"]["totals"]["total"]["minor"], 765);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_no_projector_will_apply_again_comes_back_from_the_log() {
    let _alone = ALONE.lock().await;
    let clerk = TestTenant::open().admin();
    let placed = clerk.placed().await;
    clerk.query(Some(&placed), ORDER, json!({"id": placed.id})).await;
    let client = live_rows().await;
    for table in ["order_summary", "order_lines", "order_timeline"] {
        let forget = format!("DELETE FROM {table} WHERE order_id = $1::text::uuid");
        assert!(client.execute(&forget, &[&placed.id]).await.unwrap() > 0);
    }
    assert!(!orderctl("audit").await, "a lost order was not found");
    assert!(orderctl("replay rebuild --all --start-over").await);
    let seen = clerk.query(Some(&placed), ORDER, json!({"id": placed.id})).await;
    assert_eq!(seen["order"]["version"], placed.body["version"]);
    let later = clerk.placed().await;
    clerk.query(Some(&later), ORDER, json!({"id": later.id})).await;
    assert!(orderctl("audit").await);
}
