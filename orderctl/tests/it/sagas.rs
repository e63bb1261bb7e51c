//! `saga`, `tasks` and `webhooks` over an engine that drives orders.

use order_engine::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::engine::Engine;
use crate::fulfilments::is_packed;
use crate::merchant::Merchant;
use crate::program::Ended;
use crate::stock;

#[track_caller]
pub fn says(ended: &Ended, text: &str) {
    assert!(ended.code == Some(0) && ended.output.contains(text), "no {text:?}: {ended:?}");
}

#[track_caller]
fn is_refused(ended: &Ended, code: &str) {
    assert!(ended.code == Some(1) && ended.errors.contains(code), "no {code:?}: {ended:?}");
}

fn has_row(order: &str) -> impl Fn(&Value) -> bool {
    move |rows| rows.as_array().unwrap().iter().any(|row| row["orderId"] == order)
}

/// The orders of a list.
fn row(rows: &Value, order: &str) -> Value {
    rows.as_array().unwrap().iter().find(|row| row["orderId"] == order).unwrap().clone()
}

/// An order that nothing has the stock of is shown, looked for again and undone.
async fn waits_for_stock(engine: &Engine) {
    let order = engine.places("orderctl-none", "1.00").await;
    let show = format!("saga show {order} --json");
    let saga = engine.until(&show, |saga| !saga["stockAwaitedUntil"].is_null()).await;
    let deadlines: Vec<&Value> = saga["deadlines"].as_array().unwrap().iter().map(|one| &one["what"]).collect();
    assert_eq!(deadlines, ["STOCK_TRY", "STOCK_GIVEN_UP"]);
    let text = engine.orderctl(&format!("saga show {order}")).await;
    says(&text, "REFUSED");
    says(&text, "waits for: stock, until ");
    says(&text, "next: stock now, then screening, authorization, ready, fulfilment, delivery, the end\n");
    says(&text, "  stock is looked for again\n");
    is_refused(&engine.orderctl(&format!("saga skip {order} REFUND --reason none")).await, "saga_not_pending");
    let graph = engine.orderctl(&format!("saga graph {order}")).await;
    says(&graph, "-> stock            here   asks RESERVE");
    says(&engine.orderctl(&format!("saga retry {order}")).await, ": asked again, 2 events, its saga is at version");
    let is_waiting = |saga: &Value| {
        saga["reservations"].as_array().unwrap().len() == 2 && saga["deadlines"][1]["what"] == "STOCK_GIVEN_UP"
    };
    engine.until(&show, is_waiting).await;

    says(&engine.orderctl(&format!("saga undo {order}")).await, ": being undone, ");
    let ended = engine.orderctl(&format!("saga show {order}")).await;
    says(&ended, "ended: UNDONE because of OPERATOR");
    says(&ended, "waits for: nothing\n");
    let listed = engine.until("saga list --state ended --json", has_row(&order)).await;
    assert_eq!(
        (&row(&listed, &order)["stockAwaitedUntil"], &row(&listed, &order)["undoCause"]),
        (&Value::Null, &json!("OPERATOR"))
    );
    is_refused(&engine.orderctl(&format!("saga compensate {order}")).await, "saga_ended");
    says(
        &engine.orderctl(&format!("saga graph {order} --format mermaid")).await,
        "GIVE_STOCK_BACK[\"give stock back<br/>asks RELEASE, SHIP_STOCK\"]:::done",
    );
}

/// A large order is reviewed, its payment asked again, and what does not answer is skipped.
async fn is_reviewed(engine: &Engine) {
    let received = json!({"location": "zrh-1", "sku": "orderctl-some", "by": 3, "reason": "RECEIVED"});
    engine.send(Method::POST, "/v1/stock/adjustments", &received).await;
    let order = engine.places("orderctl-some", "999.00").await;
    let tasks = engine.until("tasks list --json", has_row(&order)).await;
    assert_eq!(row(&tasks, &order)["task"]["kind"], "REVIEW");
    says(&engine.orderctl("tasks list").await, &format!("{order} REVIEW"));
    says(&engine.orderctl("saga list --task").await, &format!("{order} RUNNING  -                 REVIEW"));
    says(&engine.orderctl(&format!("tasks take {order}")).await, ": assigned, 1 event, its saga is at version");
    says(&engine.orderctl(&format!("tasks take {order}")).await, ": nothing to change");
    says(&engine.orderctl(&format!("saga reassign {order} ann")).await, ": assigned, 1 event");
    says(
        &engine.orderctl(&format!("saga show {order}")).await,
        "waits for: a person: REVIEW, taken by ann, to be decided by ",
    );
    is_refused(&engine.orderctl(&format!("tasks decide {order} REVIEW continue")).await, "saga_decision_not_offered");
    is_refused(&engine.orderctl(&format!("tasks decide {order} lost undo")).await, "saga_no_task");
    says(&engine.orderctl(&format!("tasks decide {order} review approve --note known")).await, ": decided, 3 events");

    let show = format!("saga show {order} --json");
    let is_asked =
        |saga: &Value| saga["payments"][0]["status"] == "UNKNOWN" && saga["payments"][0]["pending"].is_null();
    engine.until(&show, is_asked).await;
    says(&engine.orderctl(&format!("saga show {order}")).await, "waits for: the customer to pay\n");
    says(&engine.orderctl(&format!("saga undo {order}")).await, ": being undone, ");
    engine.until(&show, |saga| saga["outcome"] == "UNDONE").await;
}

/// What nobody answers is asked again and skipped.
async fn is_not_answered(engine: &Engine) {
    let order = engine.places("orderctl-silent", "1.00").await;
    let shown = engine.orderctl(&format!("saga show {order}")).await;
    says(&shown, "UNKNOWN    RESERVE                  1  ");
    says(&shown, "waits for: the answer to RESERVE, which is asked again at ");
    let is_listed = |rows: &Value| has_row(&order)(rows) && row(rows, &order)["pending"][0]["step"] == "RESERVE";
    engine.until("saga list --state running --json", is_listed).await;
    says(&engine.orderctl(&format!("saga retry {order}")).await, ": asked again, 2 events");
    says(&engine.orderctl(&format!("saga undo {order}")).await, ": being undone, 2 events");
    let is_released = |rows: &Value| has_row(&order)(rows) && row(rows, &order)["pending"][0]["step"] == "RELEASE";
    engine.until("saga list --state undoing --json", is_released).await;
    says(&engine.orderctl(&format!("saga skip {order} release --reason telephone")).await, ": skipped, 3 events");
    says(&engine.orderctl(&format!("saga show {order}")).await, "ended: UNDONE because of OPERATOR");
}

#[tokio::test(flavor = "multi_thread")]
async fn sagas_are_shown_and_operated() {
    let settings = Engine::prepare().await;
    // Without workers, so that nobody answers what is asked.
    let engine = Engine::start(settings.clone(), &[Role::Command, Role::Relay, Role::Projection, Role::Query]).await;
    is_not_answered(&engine).await;
    engine.stop().await;
    let engine = Engine::start(settings, &Role::ALL).await;
    let merchant = Merchant::listens(&engine).await;
    tokio::join!(waits_for_stock(&engine), is_reviewed(&engine), is_packed(&engine), stock::is_shown(&engine));
    merchant.is_told_again(&engine).await;
    let nobody = "0191f2c4-0000-7000-8000-000000000001";
    is_refused(&engine.orderctl(&format!("saga show {nobody}")).await, "saga_not_found");
    is_refused(&engine.orderctl(&format!("saga graph {nobody}")).await, "saga_not_found");
    says(
        &engine.orderctl("saga graph").await,
        "   stop fulfilment         asks CANCEL_FULFILMENT; opens SHIPPED_MEANWHILE\n",
    );
    engine.stop().await;
}
