//! Relaying the end of a long log to a real Kafka.

use std::sync::Arc;
use std::time::{Duration, Instant};

use event_store::Sequencer;
use messaging::checkpoint::{self, Checkpoint};
use messaging::producer::TransactionalProducer;
use messaging::testing::{TestTopic, brokers, unique};
use relay::{Deps, RelayOptions, run};
use service_kit::clock::{Ids, SystemClock, SystemIds};
use service_kit::poll::wait_until;
use tokio_util::sync::CancellationToken;

use super::{Scale, tell};

const PARTITIONS: i32 = 12;
/// Longest wait for the relay to come to the end.
const RELAYED: Duration = Duration::from_secs(600);
const LOOK: Duration = Duration::from_millis(50);

/// Relays the last events of the log, from a checkpoint before them.
pub async fn relays(scale: &Scale, at: &str, events: i64) {
    let head = scale.store.head(0).await.unwrap();
    let (topic, checkpoints) = (TestTopic::create(PARTITIONS).await, TestTopic::create(1).await);
    let start = (head - events).max(0);
    if start > 0 {
        begin_at(scale, &checkpoints, start).await;
    }
    let deps = Deps {
        store: scale.store.clone(),
        brokers: brokers(),
        encoder: topic.encoder().await,
        clock: Arc::new(SystemClock),
        holder: SystemIds.random(),
    };
    let options = RelayOptions {
        topic: topic.name.as_str().into(),
        checkpoint_topic: checkpoints.name.as_str().into(),
        transactional_id_prefix: unique("relay"),
        ..RelayOptions::default()
    };
    let stop = CancellationToken::new();
    let (_idle, seen) = Sequencer::new(scale.store.clone(), scale.database.url().clone(), 0);
    let started = Instant::now();
    let relay = tokio::spawn(run(deps, options, 0, seen, stop.clone()));
    let done = wait_until(RELAYED, LOOK, async || {
        let place = checkpoint::read(&brokers(), &checkpoints.name, 0).await.unwrap();
        place.is_some_and(|place| place.position == head)
    });
    done.await.unwrap();
    let rate = (head - start) as f64 / started.elapsed().as_secs_f64();
    stop.cancel();
    relay.await.unwrap().unwrap();
    tell(&format!("relay_{at}_events_per_s"), format!("{rate:.0}"));
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
