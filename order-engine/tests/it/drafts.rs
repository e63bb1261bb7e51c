//! Drafts that nobody changes, in an engine with all its parts on a clock of its own.

use std::sync::Arc;
use std::time::Duration;

use order_engine::Surroundings;
use serde_json::{Value, json};
use service_kit::clock::{Clock, ManualClock, SystemClock};
use service_kit::poll::wait_until;

use crate::here::{ONE_AT_A_TIME, starts_here};
use crate::look::{LOOK, PATIENCE, free_address};
use crate::shop::Shop;
use crate::stack::Stack;

const DAY: Duration = Duration::from_hours(24);

/// How often drafts were looked through.
async fn runs(stack: &Stack) -> u64 {
    let jobs: Vec<Value> = serde_json::from_str(&stack.run("orderctl", &["jobs", "--json"]).await).unwrap();
    let job = jobs.iter().find(|job| job["name"] == "draft-expiry");
    job.and_then(|job| job["runs"].as_u64()).unwrap_or_default()
}

#[tokio::test]
async fn a_draft_that_nobody_changes_expires() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let mut stack = Stack::start().await;
    let more = [
        ("DRAFTS_EXPIRE_DAYS", "3".to_owned()),
        ("ENGINE_LISTEN", free_address()),
        ("ENGINE_METRICS_LISTEN", free_address()),
    ];
    stack.variables.extend(more.map(|(name, value)| (name.to_owned(), value)));
    let token = stack.prepare("1").await;
    let clock = Arc::new(ManualClock::new(SystemClock.now()));
    let surroundings = Surroundings { clock: clock.clone(), ..Surroundings::default() };
    let (url, stopping, serving) = starts_here(&stack, surroundings).await;

    let shop = Shop::at(&url, &token);
    let draft = shop.post("/v1/orders", &json!({"currency": "EUR"})).await;
    let id = draft["orderId"].as_str().unwrap();
    let shown = "{ orders(first: 1) { nodes { orderId } } }";
    let is_shown = async || shop.query(shown).await["data"]["orders"]["nodes"][0]["orderId"] == id;
    wait_until(PATIENCE, LOOK, is_shown).await.unwrap();

    clock.advance(2 * DAY);
    let has_run_again = async || runs(&stack).await >= 2;
    wait_until(PATIENCE, LOOK, has_run_again).await.unwrap();
    assert!(!stack.run("orderctl", &["events", id]).await.contains("OrderExpired"));

    clock.advance(2 * DAY);
    let has_expired = async || stack.run("orderctl", &["events", id]).await.contains("OrderExpired");
    wait_until(PATIENCE, LOOK, has_expired).await.unwrap();
    stopping.cancel();
    serving.await.unwrap();
}
