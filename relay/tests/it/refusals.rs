//! What would lose or double events is refused with a word on what to do.

use messaging::testing::TestTopic;
use relay::{RelayError, StartError};

use crate::support::{Journey, Running, new_order};

async fn refusal(running: Running) -> StartError {
    match running.relay.await.unwrap() {
        Err(RelayError::Start { source, .. }) => *source,
        other => panic!("the relay should refuse to start: {other:?}"),
    }
}

async fn published_journey() -> Journey {
    let journey = Journey::begin().await;
    let running = journey.start().await;
    journey.append(&new_order(), 0, 10, "{}").await;
    journey.published().await;
    running.stop().await;
    journey
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_checkpoint_is_refused_while_there_are_records() {
    let mut journey = published_journey().await;
    journey.checkpoints = TestTopic::create(1).await;
    journey.options.checkpoint_topic = journey.checkpoints.name.as_str().into();
    let refused = refusal(journey.start().await).await;
    assert!(matches!(refused, StartError::CheckpointLost { .. }), "{refused}");
    assert!(refused.to_string().contains("Restore"), "the refusal says what to do: {refused}");
    assert_eq!(journey.topic.read_all().await.len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_restored_from_an_older_copy_is_refused() {
    let journey = published_journey().await;
    let client = journey.database.client().await;
    // The copy was taken when four events had positions; since then the log went on with others.
    client
        .batch_execute(
            "DELETE FROM log WHERE position > 4;
             DELETE FROM events WHERE sequence > 4",
        )
        .await
        .unwrap();
    let refused = refusal(journey.start().await).await;
    assert!(matches!(refused, StartError::Restored { .. }), "{refused}");
    assert!(refused.to_string().contains("Restore the newest copy"), "the refusal says what to do: {refused}");
    journey.append(&new_order(), 0, 20, "{}").await;
    let stop = tokio_util::sync::CancellationToken::new();
    let (sequencer, mut head) = event_store::Sequencer::new(journey.store.clone(), journey.database.url().clone(), 0);
    tokio::spawn(sequencer.run(stop.clone()));
    head.wait_for(|head| *head == 24).await.unwrap();
    stop.cancel();
    // Position 10 exists again, with another event.
    let refused = refusal(journey.start().await).await;
    assert!(matches!(refused, StartError::Restored { .. }), "{refused}");
    assert_eq!(journey.topic.read_all().await.len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_log_is_refused() {
    let journey = published_journey().await;
    let client = journey.database.client().await;
    client.batch_execute("UPDATE log_identity SET incarnation = gen_random_uuid()").await.unwrap();
    let refused = refusal(journey.start().await).await;
    assert!(matches!(refused, StartError::OtherLog { .. }), "{refused}");
    assert!(refused.to_string().contains("new topics"), "the refusal says what to do");
}
