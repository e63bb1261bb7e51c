//! What operators do with sagas over HTTP.

use domain::OrderId;
use serde_json::{Value, json};
use service_kit::auth::Role;

use crate::client::Operator;
use crate::orders::{new_id, policy, total};
use crate::world::World;

const NOTHING: Value = Value::Null;

/// An order of the shop's that waits for a review.
async fn in_review(world: &World) -> OrderId {
    let order = world.place_with(Some(policy(total().minor()))).await;
    let member = world.member().await;
    world.publish(vec![world.encoders.granted(order, world.shop(1))]).await;
    member.has_consumed(1).await;
    member.stop().await;
    order
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_is_taken_given_on_and_decided() {
    let world = World::new().await;
    let clerk = world.clerk();
    let order = in_review(&world).await;
    let shown = clerk.saga(order).await.assert(200);
    assert_eq!((&shown.body["task"]["kind"], &shown.body["task"]["assignee"]), (&json!("REVIEW"), &NOTHING));
    assert_eq!(shown.headers["etag"], format!("\"{}\"", shown.body["version"]));
    assert_eq!(world.order_types(order, 4).await, ["StockReserved", "FraudScreened", "OrderHeld"]);

    let taken = clerk.order(order, "task/assign", &NOTHING).await.assert(200);
    assert_eq!(taken.body["eventIds"].as_array().unwrap().len(), 1);
    assert_eq!(clerk.saga(order).await.body["task"]["assignee"], "staff");
    clerk.order(order, "task/assign", &json!({"assignee": "ann"})).await.assert(200);
    assert_eq!(clerk.saga(order).await.body["task"]["assignee"], "ann");
    let unchanged = clerk.order(order, "task/assign", &json!({"assignee": "ann"})).await.assert(200);
    assert_eq!(unchanged.body["eventIds"], json!([]));

    let decide = |task: &str, decision: &str| json!({"task": task, "decision": decision, "note": "known customer"});
    let refused = clerk.order(order, "task/decide", &decide("LOST", "UNDO")).await.refused(409);
    assert_eq!(refused, "saga_no_task");
    let refused = clerk.order(order, "task/decide", &decide("REVIEW", "CONTINUE")).await.refused(409);
    assert_eq!(refused, "saga_decision_not_offered");
    let key = [("idempotency-key", "decide-1")];
    let approve = decide("REVIEW", "APPROVE");
    let decided = clerk.order_with(order, "task/decide", &key, &approve).await.assert(200);
    assert_eq!(decided.body["eventIds"].as_array().unwrap().len(), 3, "of the saga and of the order");
    let again = clerk.order_with(order, "task/decide", &key, &approve).await.assert(200);
    assert_eq!((&again.headers["idempotent-replayed"], &again.body), (&"true".parse().unwrap(), &decided.body));
    let types = world.saga_types(order, 5).await;
    assert_eq!(types, ["TaskAssigned", "TaskAssigned", "TaskDecided", "AuthorizationRequested"]);
    assert_eq!(world.order_types(order, 7).await, ["HoldReleased"]);
    assert_eq!(clerk.order(order, "task/decide", &approve).await.refused(409), "saga_no_task");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pending_is_asked_again_skipped_and_undone() {
    let world = World::new().await;
    let clerk = world.clerk();
    let order = world.place().await;
    let retried = clerk.order(order, "retry", &NOTHING).await.assert(200);
    assert_eq!(retried.body["version"], 4);
    let skip = |step: &str| json!({"step": step, "reason": "told by telephone"});
    assert_eq!(clerk.order(order, "skip", &skip("REFUND")).await.refused(409), "saga_not_pending");
    let stale = clerk.order_with(order, "skip", &[("if-match", "\"3\"")], &skip("RESERVE")).await;
    assert_eq!(stale.refused(412), "saga_version_stale");
    clerk.order_with(order, "skip", &[("if-match", "\"4\"")], &skip("RESERVE")).await.assert(200);
    let types = world.saga_types(order, 2).await;
    assert_eq!(types, ["RetryOrdered", "StockRequested", "StepSkipped", "StockRequested"]);
    let shown = clerk.saga(order).await.body;
    let pending = |place: usize| shown["reservations"][place]["pending"]["step"].clone();
    assert_eq!((pending(0), pending(1)), (NOTHING, json!("RESERVE")));

    clerk.order(order, "undo", &NOTHING).await.assert(200);
    assert_eq!(clerk.saga(order).await.body["undoneBecause"], "OPERATOR");
    let unchanged = clerk.order(order, "undo", &NOTHING).await.assert(200);
    assert_eq!(unchanged.body["eventIds"], json!([]));
    clerk.order(order, "skip", &skip("RELEASE")).await.assert(200);
    let ended = clerk.saga(order).await.body;
    assert_eq!((&ended["outcome"], &ended["nextDue"]), (&json!("UNDONE"), &NOTHING));
    assert_eq!((world.order_types(order, 4).await, world.timer(order).await), (vec!["OrderRejected".to_owned()], None));
    assert_eq!(clerk.order(order, "undo", &NOTHING).await.refused(409), "saga_ended");
    assert_eq!(clerk.order(order, "retry", &NOTHING).await.refused(409), "saga_not_pending");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_staff_of_the_tenant_may_and_texts_are_checked() {
    let world = World::new().await;
    let order = world.place().await;
    let clerk = world.clerk();
    let (customer, rival) = (Operator { role: Role::Customer, ..clerk }, Operator { tenant: "rival", ..clerk });
    let commands = [
        ("task/assign", json!({"assignee": "ann"})),
        ("task/decide", json!({"task": "REVIEW", "decision": "UNDO"})),
        ("retry", NOTHING),
        ("skip", json!({"step": "RESERVE", "reason": "told by telephone"})),
        ("undo", NOTHING),
    ];
    for (command, body) in &commands {
        assert_eq!(customer.order(order, command, body).await.refused(403), "forbidden", "{command}");
        assert_eq!(rival.order(order, command, body).await.refused(404), "saga_not_found", "{command}");
        let guessed = rival.order_with(order, command, &[("if-match", "\"99\"")], body).await;
        assert_eq!(guessed.refused(404), "saga_not_found", "{command}: a version that is asked for tells nothing");
        assert_eq!(clerk.order(new_id(), command, body).await.refused(404), "saga_not_found", "{command}");
    }
    assert_eq!(customer.saga(order).await.refused(403), "forbidden");
    assert_eq!(rival.saga(order).await.refused(404), "saga_not_found");
    assert_eq!(clerk.saga(new_id()).await.refused(404), "saga_not_found");
    for body in
        [json!({"step": "RESERVE"}), json!({"step": "RESERVE", "reason": " "}), json!({"step": "NONE", "reason": "x"})]
    {
        let reply = clerk.order(order, "skip", &body).await;
        assert!((400..=422).contains(&reply.status), "{body}: {} {}", reply.status, reply.body);
    }
    assert_eq!(world.saga_types(order, 2).await.len(), 0, "nothing was changed");
}
