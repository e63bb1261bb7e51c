//! Reading one's own writes.

use std::time::Duration;

use query_service::Limits;
use serde_json::json;
use service_kit::poll;
use service_kit::testing::PATIENCE;

use super::world::{World, id, placed, post};

fn query(n: u128, version: i64) -> String {
    format!("{{ order(id: \"{0}\", consistency: \"order:{0}@{version}\") {{ version state }} }}", id(n))
}

#[tokio::test]
async fn a_query_waits_for_the_version_it_names() {
    let world = World::new().await;
    let history = placed(1, "c1").records();
    world.apply(&history[..1]).await;
    let staff = world.staff();
    let text = query(1, 4);
    let asking = world.data(&staff, &text);
    let applying = async {
        // Applied only once somebody asks for it again and again.
        let begun = world.reads.statements();
        poll::wait_until(PATIENCE, Duration::from_millis(2), async || world.reads.statements() > begun + 5)
            .await
            .unwrap();
        world.apply(&history).await;
    };
    let (data, ()) = tokio::join!(asking, applying);
    assert_eq!(data["order"], json!({"version": 4, "state": "PLACED"}));
}

#[tokio::test]
async fn the_header_waits_for_every_field() {
    let world = World::new().await;
    world.apply(&placed(1, "c1").records()).await;
    let mut request = post(&world.staff(), "{\"query\": \"{ orders { totalCount } }\"}");
    request.headers_mut().insert("order-consistency-token", format!("order:{}@4", id(1)).parse().unwrap());
    assert_eq!(world.send(request).await.body["data"]["orders"]["totalCount"], 1);
    let mut request = post(&world.staff(), "{\"query\": \"{ orders { totalCount } }\"}");
    request.headers_mut().insert("order-consistency-token", "nonsense".parse().unwrap());
    assert_eq!(world.send(request).await.status, 400);
}

#[tokio::test]
async fn a_version_that_does_not_come_is_a_timeout() {
    let world = World::with(Limits { consistency_wait_ms_max: 50, ..Limits::default() }).await;
    world.apply(&placed(1, "theirs").records()).await;
    let answer = world.ask(&world.staff(), &query(1, 5)).await;
    assert_eq!(answer.code(), "CONSISTENCY_TIMEOUT");
    assert_eq!(answer.body["data"]["order"], json!(null));
    // Somebody else's order looks like one that never comes.
    assert_eq!(world.ask(&world.customer("mine"), &query(1, 1)).await.code(), "CONSISTENCY_TIMEOUT");
    let mut request = post(&world.staff(), "{\"query\": \"{ orders { totalCount } }\"}");
    request.headers_mut().insert("order-consistency-token", format!("order:{}@9", id(1)).parse().unwrap());
    let answer = world.send(request).await;
    assert_eq!((answer.status, answer.code()), (200, "CONSISTENCY_TIMEOUT"));
    let crowded = World::with(Limits { consistency_waiters_max: 0, ..Limits::default() }).await;
    assert_eq!(crowded.ask(&crowded.staff(), &query(1, 1)).await.code(), "CONSISTENCY_TIMEOUT");
}

#[tokio::test]
async fn answers_tell_how_far_the_projector_was() {
    let world = World::new().await;
    let client = world.read.client().await;
    let rows = "INSERT INTO projector_offset (group_name, topic, partition, next_offset, last_position, lag_ms) VALUES
        ('read', 't', 0, 5, '0.17', 12), ('read', 't', 1, 5, '0.9', 12), ('other', 't', 0, 5, '0.99', 12);
        INSERT INTO parked (group_name, topic, partition, \"offset\", key, reason) VALUES ('read', 't', 0, 1, 'k', 'why')";
    client.batch_execute(rows).await.unwrap();
    let answer = world.ask(&world.staff(), "{ projections { projection positions lagMs parkedRecords } }").await;
    assert_eq!(
        answer.body["extensions"]["consistency"],
        json!({"projection": "read", "position": "0.17", "lagMs": 12})
    );
    let read = json!({"projection": "read", "positions": ["0.17"], "lagMs": 12, "parkedRecords": 1});
    assert_eq!(answer.body["data"]["projections"][1], read);
}
