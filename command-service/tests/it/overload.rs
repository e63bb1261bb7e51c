//! More work than the store can take: refused at once, so that memory does not grow with it.

use command_service::Limits;
use event_store::StoreOptions;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use serde_json::json;

use crate::world::{Reply, Setting, World};

const CLIENTS: usize = 60;

/// Drafts of many clients at once while nothing can be stored; then the same keys again.
async fn refuses_the_rest_and_does_what_it_took(setting: Setting, taken_max: usize, refusal: (u16, &str)) {
    let world = World::with(setting).await;
    let holder = world.orders.client().await;
    holder.batch_execute("BEGIN; LOCK TABLE events IN EXCLUSIVE MODE").await.unwrap();
    let order = json!({"currency": "EUR"});
    let draft =
        async |client: usize| (client, world.post("/v1/orders", &order).key(format!("c-{client}")).send().await);
    let mut drafts: FuturesUnordered<_> = (0..CLIENTS).map(|client| draft(client).boxed_local()).collect();
    // Those that cannot be taken need not wait for the lock.
    let mut refused = Vec::new();
    while refused.len() < CLIENTS - taken_max {
        let (client, reply) = drafts.next().await.unwrap();
        refused.push((client, overloaded(reply, refusal)));
    }
    holder.batch_execute("ROLLBACK").await.unwrap();
    let mut done = 0;
    while let Some((client, reply)) = drafts.next().await {
        if reply.status == 201 {
            done += 1;
        } else {
            refused.push((client, overloaded(reply, refusal)));
        }
    }
    assert!(done > 0 && done <= taken_max, "{done} of at most {taken_max} were taken");
    assert_eq!(world.events().await, i64::try_from(done).unwrap(), "what was refused has no effect");
    for (client, ()) in refused {
        draft(client).await.1.assert(201);
    }
    assert_eq!(world.events().await, i64::try_from(CLIENTS).unwrap());
}

fn overloaded(reply: Reply, (status, code): (u16, &str)) {
    let reply = reply.assert_problem(status, code);
    assert!(reply.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{:?}", reply.headers);
    assert_eq!(reply.body["retryable"], true);
}

#[tokio::test]
async fn a_full_queue_of_the_store() {
    // What the writer has in hand is as much as the queue holds at most, and one.
    let options = StoreOptions { queue_commands_max: 8, lock_timeout_ms: 0, ..StoreOptions::default() };
    refuses_the_rest_and_does_what_it_took(Setting { options, ..Setting::default() }, 17, (503, "overloaded")).await;
}

#[tokio::test]
async fn too_many_requests_of_one_subject() {
    let options = StoreOptions { lock_timeout_ms: 0, ..StoreOptions::default() };
    let limits = Limits { requests_max: 10, ..Limits::default() };
    let refusal = (429, "too_many_at_once");
    refuses_the_rest_and_does_what_it_took(Setting { limits, options, ..Setting::default() }, 5, refusal).await;
}
