//! One client that takes all it can get, beside others who want little.

use std::num::NonZeroU32;

use axum::body::Body;
use axum::http::Method;
use bytes::Bytes;
use command_service::Limits;
use domain::CustomerId;
use futures::channel::mpsc::{Receiver, Sender, channel};
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use serde_json::json;
use service_kit::auth::Role;

use crate::world::{Reply, Setting, World, tenant};

type Feed = Sender<Result<Bytes, std::io::Error>>;
type Unsent = Receiver<Result<Bytes, std::io::Error>>;

fn limits(requests_max: usize) -> Setting {
    Setting { limits: Limits { requests_max, ..Limits::default() }, ..Setting::default() }
}

/// A request whose body never comes while its sender is kept.
async fn half_sent(world: &World, token: String, body: Unsent) -> Reply {
    let call = world.call(Method::POST, "/v1/orders").token(token);
    call.raw(Body::from_stream(body), "application/json").send().await
}

fn token(world: &World, tenant_name: &str, customer: &str) -> String {
    world.issuer.token(Role::Customer, &tenant(tenant_name), Some(&CustomerId::try_new(customer).unwrap()))
}

#[tokio::test]
async fn bodies_that_never_come_hold_up_nobody_but_their_sender() {
    let world = World::with(limits(8)).await;
    let mut feeds: Vec<Feed> = Vec::new();
    let mut waiting = FuturesUnordered::new();
    for _ in 0..20 {
        let (feed, body) = channel(1);
        feeds.push(feed);
        waiting.push(half_sent(&world, world.customer("greedy"), body).boxed_local());
    }
    // All beyond her half are refused at once; the rest waits for its bodies.
    for _ in 0..16 {
        let reply = waiting.next().await.unwrap();
        assert_eq!(reply.assert_problem(429, "too_many_at_once").header("retry-after"), "1");
    }
    let others = world.post("/v1/orders", &json!({"currency": "EUR"})).token(world.customer("modest"));
    others.send().await.assert(201);
    drop(feeds);
    while let Some(reply) = waiting.next().await {
        reply.assert_problem(400, "malformed_body");
    }
    let again = world.post("/v1/orders", &json!({"currency": "EUR"})).token(world.customer("greedy"));
    again.send().await.assert(201);
}

#[tokio::test]
async fn a_tenant_leaves_room_for_others_however_many_subjects_it_has() {
    let world = World::with(limits(8)).await;
    let mut feeds: Vec<Feed> = Vec::new();
    let mut waiting = FuturesUnordered::new();
    for subject in 0..8 {
        let (feed, body) = channel(1);
        feeds.push(feed);
        waiting.push(half_sent(&world, token(&world, "shop", &format!("c-{subject}")), body).boxed_local());
    }
    for _ in 0..2 {
        waiting.next().await.unwrap().assert_problem(429, "too_many_at_once");
    }
    let others = world.post("/v1/orders", &json!({"currency": "EUR"})).token(token(&world, "other", "c-1"));
    others.send().await.assert(201);
}

#[tokio::test]
async fn a_budget_is_reported_and_ends_in_429() {
    let limits = Limits { commands_per_s: NonZeroU32::new(3), ..Limits::default() };
    let world = World::with(Setting { limits, ..Setting::default() }).await;
    let order = json!({"currency": "EUR"});
    let first = world.post("/v1/orders", &order).token(world.customer("greedy")).send().await.assert(201);
    assert_eq!(first.header("ratelimit-policy"), "\"commands\";q=6;w=2");
    assert!(first.header("ratelimit").starts_with("\"commands\";r=5;t="), "{:?}", first.headers);
    // More than the bucket holds, at once: whatever time they take, some come too early.
    let many = (0..60).map(|_| world.post("/v1/orders", &order).token(world.customer("greedy")).send());
    let replies = futures::future::join_all(many).await;
    let (done, refused): (Vec<Reply>, Vec<Reply>) = replies.into_iter().partition(|reply| reply.status == 201);
    assert!(!done.is_empty() && !refused.is_empty(), "{} done, {} refused", done.len(), refused.len());
    for reply in refused {
        let reply = reply.assert_problem(429, "rate_limited");
        assert!(reply.header("retry-after").parse::<u32>().unwrap() >= 1);
        assert!(reply.header("ratelimit").starts_with("\"commands\";r=0;"), "{:?}", reply.headers);
    }
    world.post("/v1/orders", &order).token(world.customer("modest")).send().await.assert(201);
}

#[tokio::test]
async fn imports_are_shared_too() {
    let world = World::with(Setting::default()).await;
    let mut feeds: Vec<Feed> = Vec::new();
    let mut open = Vec::new();
    for _ in 0..2 {
        let (feed, body) = channel(1);
        feeds.push(feed);
        let call = world.call(Method::POST, "/v1/imports").token(world.admin());
        open.push(call.raw(Body::from_stream(body), "application/x-ndjson").respond().await);
    }
    let third = world.call(Method::POST, "/v1/imports").token(world.admin()).raw("", "application/x-ndjson");
    third.send().await.assert_problem(429, "too_many_at_once");
    let elsewhere = world.issuer.token(Role::Admin, &tenant("other"), None);
    let theirs = world.call(Method::POST, "/v1/imports").token(elsewhere).raw("", "application/x-ndjson");
    theirs.send().await.assert(200);
}
