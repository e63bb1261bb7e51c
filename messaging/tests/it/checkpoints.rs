use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::EventId;
use messaging::checkpoint::{self, Checkpoint};
use messaging::producer::TransactionalProducer;
use messaging::testing::{TestTopic, brokers, unique};
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
        producer.produce(&at(1, position).to_record(&topic.name)).await.unwrap();
        if commit { producer.commit().await.unwrap() } else { producer.abort().await.unwrap() }
    }
    assert_eq!(read(&topic, 1).await, Some(at(1, 2)));
    assert_eq!(read(&topic, 0).await, None);
}

#[tokio::test]
async fn what_a_dead_predecessor_left_open_does_not_count_once_it_is_fenced() {
    let topic = TestTopic::create(1).await;
    let id = unique("test");
    let mut dead = TransactionalProducer::connect(&brokers(), &id).await.unwrap();
    dead.begin().unwrap();
    dead.produce(&at(0, 1).to_record(&topic.name)).await.unwrap();
    dead.commit().await.unwrap();
    dead.begin().unwrap();
    dead.produce(&at(0, 2).to_record(&topic.name)).await.unwrap();
    let _successor = TransactionalProducer::connect(&brokers(), &id).await.unwrap();
    assert_eq!(read(&topic, 0).await, Some(at(0, 1)));
}

async fn publish(producer: &mut TransactionalProducer, topic: &str, position: i64) {
    producer.begin().unwrap();
    producer.produce(&at(0, position).to_record(topic)).await.unwrap();
    producer.commit().await.unwrap();
}

#[tokio::test]
async fn a_relay_at_work_does_not_keep_readers_from_an_end() {
    let topic = TestTopic::create(1).await;
    let mut producer = TransactionalProducer::connect(&brokers(), &unique("test")).await.unwrap();
    publish(&mut producer, &topic.name, 1).await;
    let (stop, name) = (Arc::new(AtomicBool::new(false)), topic.name.clone());
    let working = tokio::spawn({
        let stop = Arc::clone(&stop);
        async move {
            let mut position = 1;
            while !stop.load(Ordering::Relaxed) {
                position += 1;
                publish(&mut producer, &name, position).await;
            }
            position
        }
    });
    let mut seen = 1;
    for _ in 0..3 {
        let now = read(&topic, 0).await.map_or(0, |checkpoint| checkpoint.position);
        assert!(now >= seen, "{now} after {seen}");
        seen = now;
    }
    stop.store(true, Ordering::Relaxed);
    assert!(working.await.unwrap() >= seen);
}
