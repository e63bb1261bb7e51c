//! Versions that a client expects.

use serde_json::json;

use crate::world::{World, line};

#[tokio::test]
async fn cancelling_needs_the_version() {
    let world = World::new().await;
    let cancel = format!("{}/cancel", world.placed("c-1").await);
    let body = json!({"reason": "STAFF"});
    world.post(&cancel, &body).send().await.assert_problem(428, "version_required");
    for tag in ["\"3\"", "\"5\"", "W/\"4\"", "\"99999999999999999999\"", "\"-1\"", "\"abc\""] {
        let refused = world.post(&cancel, &body).header("if-match", tag).send().await;
        assert_eq!(refused.assert_problem(412, "version_stale").body["currentVersion"], 4, "{tag}");
    }
    for tag in ["4", "\"4", "", "'4'"] {
        let refused = world.post(&cancel, &body).header("if-match", tag).send().await;
        refused.assert_problem(400, "if_match_malformed");
    }
    assert_eq!(world.events().await, 4);
    // A refused version does not use the key up.
    world.post(&cancel, &body).key("k").header("if-match", "\"3\"").send().await.assert(412);
    world.post(&cancel, &body).key("k").header("if-match", "\"3\", \"4\"").send().await.assert(200);
}

#[tokio::test]
async fn any_version_will_do_if_the_client_says_so() {
    let world = World::new().await;
    let cancel = format!("{}/cancel", world.placed("c-1").await);
    world.post(&cancel, &json!({"reason": "STAFF"})).header("if-match", "*").send().await.assert(200);
}

#[tokio::test]
async fn a_version_is_honoured_where_it_is_not_required() {
    let world = World::new().await;
    let path = world.draft("c-1").await;
    let lines = format!("{path}/lines");
    world.post(&lines, &line()).header("if-match", "\"7\"").send().await.assert_problem(412, "version_stale");
    world.post(&lines, &line()).header("if-match", "\"1\"").send().await.assert(200);
    let order = json!({"currency": "EUR"});
    world.post("/v1/orders", &order).header("if-match", "*").send().await.assert_problem(412, "version_stale");
}

#[tokio::test]
async fn of_two_writers_on_one_version_one_wins() {
    let world = World::new().await;
    let path = world.draft("c-1").await;
    let lines = format!("{path}/lines");
    let body = line();
    let add = || world.post(&lines, &body).header("if-match", "\"1\"").send();
    let replies = futures::future::join_all((0..20).map(|_| add())).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
    assert!(replies.iter().all(|reply| [200, 412].contains(&reply.status)));
}
