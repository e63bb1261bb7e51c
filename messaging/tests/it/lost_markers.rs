//! Whether this Kafka writes the marker of every transaction that it ends, also where a partition has no leader at that moment.
//! `make test-long` runs these, so that an upgrade is judged by them; Kafka 4.3.0, 4.3.1 and 4.4.0 fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use messaging::broker::{self, BrokerLine};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use service_kit::poll::pause;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use crate::cluster::{ANSWER, Cluster, PATIENCE, initialise};

/// Rounds of each fault.
const ROUNDS: usize = 3;
/// Producers under load, each with a partition.
const PRODUCERS: usize = 8;
/// How long the load lasts before and after the broker is away, in milliseconds.
const LOAD_MS: u64 = 5_000;
/// How long the broker is away, in milliseconds: longer than its transactions may stay open.
const DOWN_MS: u64 = 14_000;

/// Two brokers; the first coordinates all transactions.
async fn two_brokers() -> Cluster {
    let mut cluster = Cluster::of(&["broker,controller", "broker"]);
    cluster.start(1).await;
    let first = cluster.producer("first");
    spawn_blocking(move || initialise(&first)).await.unwrap();
    cluster.start(2).await;
    cluster
}

fn put(producer: &BaseProducer, topic: &str, value: &str) {
    producer.begin_transaction().unwrap();
    for partition in 0..2 {
        producer.send(BaseRecord::<(), str>::to(topic).partition(partition).payload(value)).unwrap();
    }
    producer.flush(ANSWER).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; `make test-long` runs it"]
async fn what_a_successor_ends_while_a_partition_has_no_leader_is_published_once() {
    let mut cluster = two_brokers().await;
    for round in 0..ROUNDS {
        let topic = format!("successor-{round}");
        let id = format!("id-{round}");
        cluster.create(&topic, &[1, 2]).await;
        let dead = Arc::new(cluster.producer(&id));
        let open = Arc::clone(&dead);
        let name = topic.clone();
        spawn_blocking(move || {
            initialise(&open);
            put(&open, &name, "event");
        })
        .await
        .unwrap();
        cluster.kill(2);
        cluster.led_by(&topic, &[1, -1]).await;
        // The successor waits for the marker, or does not, and has begun before the partition has a leader again.
        let successor = Arc::new(cluster.producer(&id));
        let fencing = Arc::clone(&successor);
        let fenced = spawn_blocking(move || initialise(&fencing));
        pause(ANSWER, &CancellationToken::new()).await;
        cluster.start(2).await;
        cluster.led_by(&topic, &[1, 2]).await;
        fenced.await.unwrap();
        let name = topic.clone();
        spawn_blocking(move || {
            put(&successor, &name, "event");
            successor.commit_transaction(PATIENCE).unwrap();
        })
        .await
        .unwrap();
        cluster.wait_until_completed(&topic, 2).await;
        for partition in 0..2 {
            assert_eq!(cluster.committed(&topic, partition), ["event"], "round {round}, partition {partition}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; `make test-long` runs it"]
async fn what_was_committed_while_a_partition_has_no_leader_stays_whatever_comes_next() {
    let mut cluster = two_brokers().await;
    for round in 0..ROUNDS {
        let topic = format!("committed-{round}");
        let id = format!("id-{round}");
        cluster.create(&topic, &[1, 2]).await;
        let producer = Arc::new(cluster.producer(&id));
        let open = Arc::clone(&producer);
        let name = topic.clone();
        spawn_blocking(move || {
            initialise(&open);
            put(&open, &name, "first");
        })
        .await
        .unwrap();
        cluster.kill(2);
        cluster.led_by(&topic, &[1, -1]).await;
        let committing = Arc::clone(&producer);
        spawn_blocking(move || committing.commit_transaction(PATIENCE).unwrap()).await.unwrap();
        cluster.start(2).await;
        cluster.led_by(&topic, &[1, 2]).await;
        let name = topic.clone();
        spawn_blocking(move || {
            put(&producer, &name, "second");
            producer.abort_transaction(PATIENCE).unwrap();
        })
        .await
        .unwrap();
        cluster.wait_until_completed(&topic, 2).await;
        for partition in 0..2 {
            assert_eq!(cluster.committed(&topic, partition), ["first"], "round {round}, partition {partition}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; `make test-long` runs it"]
async fn what_was_acknowledged_under_load_is_readable_once_after_a_broker_was_terminated() {
    let mut cluster = Cluster::of(&["broker,controller"]);
    cluster.start(1).await;
    cluster.create("load", &[1; PRODUCERS]).await;
    let stop = Arc::new(AtomicBool::new(false));
    let cluster_brokers = cluster.brokers();
    let loads: Vec<_> = (0..PRODUCERS)
        .map(|number| {
            let stop = Arc::clone(&stop);
            let producers = cluster.producers_of(&format!("load-{number}"));
            spawn_blocking(move || load(i32::try_from(number).unwrap(), &stop, &producers))
        })
        .collect();
    let never = CancellationToken::new();
    for round in 0..ROUNDS {
        pause(Duration::from_millis(LOAD_MS), &never).await;
        cluster.terminate(1).await;
        pause(Duration::from_millis(DOWN_MS), &never).await;
        cluster.start(1).await;
        cluster.led_by("load", &[1; PRODUCERS]).await;
        eprintln!("round {round}: the broker is back");
    }
    pause(Duration::from_millis(LOAD_MS), &never).await;
    stop.store(true, Ordering::SeqCst);
    let mut acknowledged = Vec::new();
    for load in loads {
        acknowledged.push(load.await.unwrap());
    }
    cluster.wait_until_completed("load", i32::try_from(PRODUCERS).unwrap()).await;
    for (partition, acknowledged) in (0..).zip(acknowledged) {
        let readable = cluster.committed("load", partition);
        let copies = |value: &String| readable.iter().filter(|one| *one == value).count();
        let lost: Vec<_> = acknowledged.iter().filter(|value| copies(value) == 0).collect();
        let doubled: Vec<_> = readable.iter().filter(|value| copies(value) > 1).collect();
        assert!(lost.is_empty() && doubled.is_empty(), "partition {partition}: lost {lost:?}, doubled {doubled:?}");
        eprintln!("partition {partition}: {} acknowledged, {} readable", acknowledged.len(), readable.len());
    }
    let lines = broker::lines(&cluster_brokers).await.unwrap();
    assert!(lines.iter().all(|broker| broker.line == BrokerLine::Sound), "{lines:?}");
}

/// Transactions of one record each, until stopped; returns those whose commit was acknowledged. A producer that fails
/// is replaced.
fn load(partition: i32, stop: &AtomicBool, producers: &dyn Fn() -> BaseProducer) -> Vec<String> {
    let mut acknowledged = Vec::new();
    let mut number = 0;
    while !stop.load(Ordering::SeqCst) {
        let producer = producers();
        if producer.init_transactions(ANSWER).is_err() {
            continue;
        }
        while !stop.load(Ordering::SeqCst) {
            number += 1;
            let value = format!("{partition}-{number}");
            let sent = producer.begin_transaction().is_ok()
                && producer.send(BaseRecord::<(), str>::to("load").partition(partition).payload(&value)).is_ok()
                && producer.flush(ANSWER).is_ok();
            if !sent || producer.commit_transaction(ANSWER).is_err() {
                break;
            }
            acknowledged.push(value);
        }
    }
    acknowledged
}
