//! Relaying the end of a long log to a real Kafka.

use messaging::checkpoint::Checkpoint;
use messaging::producer::TransactionalProducer;
use messaging::testing::{TestTopic, brokers, unique};

use super::{Scale, tell};
use crate::relaying::relay_until;

/// Relays the last events of the log, from a checkpoint before them.
pub async fn relays(scale: &Scale, at: &str, events: i64) {
    let head = scale.store.head(0).await.unwrap();
    let checkpoints = TestTopic::create(1).await;
    let start = (head - events).max(0);
    if start > 0 {
        begin_at(scale, &checkpoints, start).await;
    }
    let relayed = relay_until(&scale.database, &scale.store, &checkpoints, start, head).await;
    tell(&format!("relay_{at}_events_per_s"), format!("{:.0}", relayed.rate()));
}

/// Writes the checkpoint of a relay that has come so far.
async fn begin_at(scale: &Scale, checkpoints: &TestTopic, position: i64) {
    let page = scale.store.read_log(0, position - 1, 1).await.unwrap();
    let incarnation = scale.store.identity().incarnation;
    let checkpoint = Checkpoint { incarnation, shard: 0, position, event_id: page.rows[0].1.event_id };
    let mut producer = TransactionalProducer::connect(&brokers(), &unique("begin")).await.unwrap();
    producer.begin().unwrap();
    producer.produce(checkpoint.to_record(&checkpoints.name)).await.unwrap();
    producer.commit().await.unwrap();
}
