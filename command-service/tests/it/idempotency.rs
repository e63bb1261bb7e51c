//! One key, one effect, one answer.

use futures::future::join_all;
use serde_json::json;

use crate::world::{World, line};

#[tokio::test]
async fn a_repeat_gets_the_first_answer() {
    let world = World::new().await;
    let order = json!({"currency": "EUR"});
    let first = world.post("/v1/orders", &order).key("k").send().await.assert(201);
    assert_eq!(first.header("idempotent-replayed"), "");
    let again = world.post("/v1/orders", &order).key("k").send().await.assert(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(first.bytes, again.bytes);
    for name in ["etag", "order-consistency-token", "location", "content-type"] {
        assert_eq!(first.header(name), again.header(name), "{name}");
    }
    // The same request written differently is the same request.
    let spaced = world.call(axum::http::Method::POST, "/v1/orders").key("k");
    let spaced = spaced.raw("{ \"currency\" :\"EUR\", \"customer\": null }", "application/json").send().await;
    assert_eq!(spaced.assert(201).bytes, first.bytes);
    assert_eq!(world.events().await, 1);
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_though_the_order_has_moved_on() {
    let world = World::new().await;
    let path = world.ready("c-1").await;
    let place = format!("{path}/place");
    let placed = world.post(&place, &json!({})).key("p").send().await.assert(200);
    let cancel = json!({"reason": "STAFF"});
    let cancelling = || world.post(&format!("{path}/cancel"), &cancel).key("c").header("if-match", "\"4\"").send();
    let cancelled = cancelling().await.assert(200);
    let again = world.post(&place, &json!({})).key("p").send().await.assert(200);
    assert_eq!((again.bytes, again.headers.contains_key("idempotent-replayed")), (placed.bytes, true));
    // Its version is stale by its own doing.
    let again = cancelling().await.assert(200);
    assert_eq!((again.bytes, again.headers.contains_key("idempotent-replayed")), (cancelled.bytes, true));
    assert_eq!(world.events().await, 5);
}

#[tokio::test]
async fn a_refusal_is_repeated_too() {
    let world = World::new().await;
    let path = world.draft("c-1").await;
    let place = format!("{path}/place");
    world.post(&place, &json!({})).key("p").send().await.assert_problem(422, "no_lines");
    world.post(&format!("{path}/lines"), &line()).send().await.assert(200);
    let again = world.post(&place, &json!({})).key("p").send().await.assert_problem(422, "no_lines");
    assert_eq!(again.header("idempotent-replayed"), "true");
    world.post(&place, &json!({})).key("q").send().await.assert_problem(422, "shipping_address_missing");
}

#[tokio::test]
async fn a_key_with_another_body_is_refused_without_effect() {
    let world = World::new().await;
    world.post("/v1/orders", &json!({"currency": "EUR"})).key("k").send().await.assert(201);
    let reused = world.post("/v1/orders", &json!({"currency": "GBP"})).key("k").send().await;
    reused.assert_problem(422, "idempotency_key_reused");
    assert_eq!(world.events().await, 1);
}

#[tokio::test]
async fn a_key_belongs_to_one_client_one_operation_and_one_order() {
    let world = World::new().await;
    let order = json!({"currency": "EUR"});
    let clerk = world.post("/v1/orders", &order).key("k").send().await.assert(201);
    let shopper = world.post("/v1/orders", &order).key("k").token(world.customer("c-1")).send().await.assert(201);
    assert_ne!(clerk.body["orderId"], shopper.body["orderId"]);
    let (left, right) = (clerk.header("location"), shopper.header("location"));
    world.post(&format!("{left}/lines"), &line()).key("k").send().await.assert(200);
    world.post(&format!("{right}/lines"), &line()).key("k").send().await.assert(200);
    assert_eq!(world.events().await, 4);
}

#[tokio::test]
async fn a_hundred_at_once_have_one_effect() {
    let world = World::new().await;
    let order = json!({"currency": "EUR"});
    let replies = join_all((0..100).map(|_| world.post("/v1/orders", &order).key("k").send())).await;
    let done: Vec<_> = replies.iter().filter(|reply| reply.status == 201).collect();
    assert!(!done.is_empty());
    assert!(done.iter().all(|reply| reply.bytes == done[0].bytes));
    for reply in replies.iter().filter(|reply| reply.status != 201) {
        assert_eq!((reply.status, &reply.body["code"]), (409, &json!("idempotency_key_in_use")));
        assert_eq!((reply.header("retry-after"), &reply.body["retryable"]), ("1", &json!(true)));
    }
    assert_eq!(world.events().await, 1);
    let completed = world.post("/v1/orders", &order).key("k").send().await.assert(201);
    assert_eq!(completed.bytes, done[0].bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_processes_the_loser_answers_what_the_winner_stored() {
    let world = World::new().await;
    let twin = world.twin().await;
    let order = json!({"currency": "EUR"});
    for round in 0..20 {
        let key = format!("round-{round}");
        let here = world.post("/v1/orders", &order).key(&key).send();
        let there = world.post("/v1/orders", &order).key(&key).to(&twin).send();
        let (here, there) = futures::join!(here, there);
        assert_eq!(here.assert(201).bytes, there.assert(201).bytes);
    }
    assert_eq!(world.events().await, 20);
}

#[tokio::test]
async fn a_state_changed_by_another_process_is_seen() {
    let world = World::new().await;
    let path = world.ready("c-1").await;
    let twin = world.twin().await;
    world.post(&format!("{path}/place"), &json!({})).to(&twin).send().await.assert(200);
    let refused = world.post(&format!("{path}/lines"), &line()).send().await;
    assert_eq!(refused.assert_problem(409, "state_forbids_command").body["currentVersion"], 4);
    assert_eq!(world.get(&path).send().await.assert(200).body["state"], "PLACED");
}

#[tokio::test]
async fn a_hundred_orders_placed_at_once_get_a_number_each() {
    let world = World::new().await;
    let paths = join_all((0..100).map(|_| world.ready("c-1"))).await;
    let nothing = json!({});
    let place = async |path: &String| world.sent(|| world.post(&format!("{path}/place"), &nothing)).await;
    let placed = join_all(paths.iter().map(place)).await;
    let numbers: std::collections::HashSet<_> =
        placed.into_iter().map(|reply| reply.assert(200).body["number"].to_string()).collect();
    assert_eq!(numbers.len(), 100);
}

#[tokio::test]
async fn keys_are_required_where_a_post_changes_something() {
    let world = World::new().await;
    let path = world.draft("c-1").await;
    for (path, body) in [
        ("/v1/orders".to_owned(), json!({"currency": "EUR"})),
        (format!("{path}/lines"), line()),
        (format!("{path}/address"), crate::world::address()),
        (format!("{path}/place"), json!({})),
        (format!("{path}/cancel"), json!({"reason": "STAFF"})),
    ] {
        world.post(&path, &body).no_key().send().await.assert_problem(400, "idempotency_key_missing");
    }
    for key in ["", &"k".repeat(256), "tab\tin it"] {
        let refused = world.post("/v1/orders", &json!({"currency": "EUR"})).key(key).send().await;
        refused.assert_problem(400, "idempotency_key_invalid");
    }
    let call = world.post("/v1/orders", &json!({"currency": "EUR"})).no_key();
    let refused = call.header("idempotency-key", b"\xffkey").send().await;
    refused.assert_problem(400, "idempotency_key_invalid");
    let twice = world.post("/v1/orders", &json!({"currency": "EUR"})).header("idempotency-key", "other");
    twice.send().await.assert_problem(400, "idempotency_key_invalid");
    assert_eq!(world.events().await, 1);
    let longest = world.post("/v1/orders", &json!({"currency": "EUR"})).key("k".repeat(255));
    longest.send().await.assert(201);
}

#[tokio::test]
async fn put_and_delete_take_keys_too() {
    let world = World::new().await;
    let path = world.draft("c-1").await;
    let put = || world.put(&format!("{path}/address"), &crate::world::address()).key("k").send();
    let first = put().await.assert(200);
    let again = put().await.assert(200);
    assert_eq!((again.header("idempotent-replayed"), &again.bytes), ("true", &first.bytes));
    let discard = || world.delete(&path).key("k").send();
    let first = discard().await.assert(200);
    assert_eq!(discard().await.assert(200).bytes, first.bytes);
}
