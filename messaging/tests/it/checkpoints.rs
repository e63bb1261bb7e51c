use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::EventId;
use messaging::checkpoint::{self, Checkpoint};
use messaging::producer::TransactionalProducer;
use messaging::testing::{TestTopic, brokers, unique};
use service_kit::testing::PATIENCE;
use uuid::Uuid;

/// More than the first look back reaches.
const ABORTED: i64 = 150;

fn at(shard: i16, position: i64) -> Checkpoint {
    let event_id = EventId::new(Uuid::from_u128(u128::try_from(position).unwrap()));
    Checkpoint { incarnation: Uuid::from_u128(9), shard, position, event_id }
}

async fn read(topic: &TestTopic, shard: i16) -> Option<Checkpoint> {
    checkpoint::read(&brokers(), &topic.name, shard).await.unwrap()
}

/// The checkpoint of position 1, and that of position 2 in a transaction that is still open: its producer, and how that is called.
async fn left_open(topic: &TestTopic) -> (String, TransactionalProducer) {
    let id = unique("test");
    let mut producer = TransactionalProducer::connect(&brokers(), &id).await.unwrap();
    producer.begin().unwrap();
    producer.produce(at(0, 1).to_record(&topic.name)).await.unwrap();
    producer.commit().await.unwrap();
    producer.begin().unwrap();
    producer.produce(at(0, 2).to_record(&topic.name)).await.unwrap();
    (id, producer)
}

#[tokio::test]
async fn a_shard_that_never_published_has_no_checkpoint() {
    let topic = TestTopic::create(2).await;
    assert_eq!(read(&topic, 1).await, None);
}

#[tokio::test]
async fn the_last_committed_one_is_found_behind_aborted_ones_and_markers() {
    let topic = TestTopic::create(2).await;
    let mut producer = TransactionalProducer::connect(&brokers(), &unique("test")).await.unwrap();
    for (position, commit) in [(1, true), (2, true)].into_iter().chain((3..ABORTED).map(|position| (position, false))) {
        producer.begin().unwrap();
        producer.produce(at(1, position).to_record(&topic.name)).await.unwrap();
        if commit { producer.commit().await.unwrap() } else { producer.abort().await.unwrap() }
    }
    assert_eq!(read(&topic, 1).await, Some(at(1, 2)));
    assert_eq!(read(&topic, 0).await, None);
}

#[tokio::test]
async fn what_a_dead_predecessor_left_open_does_not_count_once_it_is_fenced() {
    let topic = TestTopic::create(1).await;
    let (id, _dead) = left_open(&topic).await;
    let _successor = TransactionalProducer::connect(&brokers(), &id).await.unwrap();
    assert_eq!(read(&topic, 0).await, Some(at(0, 1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_all_the_time_is_read_in_a_short_time() {
    let topic = TestTopic::create(1).await;
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let name = topic.name.clone();
    let writer = tokio::spawn(async move {
        let mut producer = TransactionalProducer::connect(&brokers(), &unique("test")).await.unwrap();
        let mut position = 0;
        while !stopped.load(Ordering::SeqCst) {
            position += 1;
            producer.begin().unwrap();
            producer.produce(at(0, position).to_record(&name)).await.unwrap();
            producer.commit().await.unwrap();
        }
    });
    let mut last = 0;
    while last < 1_000 {
        assert!(!writer.is_finished(), "the writer failed: {:?}", writer.await);
        let seen = tokio::time::timeout(PATIENCE, read(&topic, 0)).await.unwrap().map_or(0, |seen| seen.position);
        assert!(seen >= last, "{seen} after {last}");
        last = seen;
    }
    stop.store(true, Ordering::SeqCst);
    writer.await.unwrap();
}
