//! What a relay does before it publishes.

use messaging::checkpoint;
use messaging::testing::{TestTopic, brokers};
use messaging::{LogSource, look_at_checkpoints, look_at_events};
use relay::{RelayError, StartError};
use service_kit::poll::wait_until;

use crate::hanging::{left_open, published_in_part};
use crate::proxy::Proxy;
use crate::support::{Journey, LOOK, PATIENCE, new_order};

/// The highest metadata version of Kafka 4.3.
const FAULTY: u16 = 30;

/// Longer than a lease lasts that nobody renews.
const LONG_START_MS: u64 = 3_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_shard_that_never_published_looks_through_the_topic_once() {
    let mut journey = Journey::begin().await;
    // The topic is full of another log's records.
    let other = Journey { topic: journey.topic.clone(), ..Journey::begin().await };
    let running = other.start().await;
    other.append(&new_order(), 0, 500, "{}").await;
    other.published().await;
    running.stop().await;

    journey.checkpoints = TestTopic::create(1).await;
    journey.options.checkpoint_topic = journey.checkpoints.name.as_str().into();
    let place = async || checkpoint::read(&brokers(), &journey.checkpoints.name, 0).await.unwrap();
    let running = journey.start().await;
    wait_until(PATIENCE, LOOK, async || place().await.is_some()).await.unwrap();
    running.stop().await;
    assert_eq!(place().await.unwrap().position, 0);

    let source = LogSource { incarnation: journey.store.identity().incarnation, shard: 0 };
    let written = look_at_checkpoints(&brokers(), &journey.checkpoints.name, 0).await.unwrap();
    let examined = written.found.last().unwrap().item.examined.clone();
    let all = look_at_events(&brokers(), &journey.topic.name, source, None).await.unwrap();
    let looked_at: i64 = all.partitions.iter().map(|look| look.end - look.from).sum();
    assert!(looked_at > 500, "without it, all is looked at: {looked_at}");
    let since = look_at_events(&brokers(), &journey.topic.name, source, examined).await.unwrap();
    assert!(since.partitions.iter().all(|look| look.from == look.end), "{since:?}");

    let running = journey.start().await;
    journey.append(&new_order(), 0, 5, "{}").await;
    journey.published().await;
    running.stop().await;
}

/// A journey whose next start takes its time: something of its own stays open.
async fn slow_to_start(marker_wait_ms: u64) -> Journey {
    let (mut journey, _) = published_in_part().await;
    left_open(&journey).await;
    journey.options.marker_wait_ms = marker_wait_ms;
    journey
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_is_renewed_while_a_start_takes_longer_than_it_lasts() {
    let journey = slow_to_start(LONG_START_MS).await;
    let client = journey.database.client().await;
    let epoch = async || client.query_one("SELECT epoch FROM leases", &[]).await.unwrap().get::<_, i64>(0);
    let before = epoch().await;
    let first = journey.start().await;
    wait_until(PATIENCE, LOOK, async || epoch().await > before).await.unwrap();
    let second = journey.start().await;
    journey.published().await;
    assert_eq!(epoch().await, before + 1, "the other has not taken over meanwhile");
    assert_eq!(journey.check_topic().await.len(), 15);
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_takes_its_time_ends_when_it_is_stopped() {
    let journey = slow_to_start(600_000).await;
    let running = journey.start().await;
    let client = journey.database.client().await;
    let held = "SELECT 1 FROM leases WHERE expires_at > clock_timestamp()";
    let starts = async || !client.query(held, &[]).await.unwrap().is_empty();
    wait_until(PATIENCE, LOOK, starts).await.unwrap();
    tokio::time::timeout(PATIENCE, running.stop()).await.unwrap();
    assert!(client.query(held, &[]).await.unwrap().is_empty(), "the lease is given back");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_retention_removed_does_not_count_as_taken_back() {
    let journey = Journey::begin().await;
    let order = new_order();
    let running = journey.start().await;
    journey.append(&order, 0, 10, "{}").await;
    journey.published().await;
    running.stop().await;
    let source = LogSource { incarnation: journey.store.identity().incarnation, shard: 0 };
    let all = look_at_events(&brokers(), &journey.topic.name, source, None).await.unwrap();
    for look in all.partitions {
        journey.topic.trim(look.partition, look.end).await;
    }
    let running = journey.start().await;
    journey.append(&order, 10, 5, "{}").await;
    journey.published().await;
    running.stop().await;
    let left = look_at_events(&brokers(), &journey.topic.name, source, None).await.unwrap();
    assert_eq!(left.partitions.iter().map(|look| look.found.len()).sum::<usize>(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn brokers_that_lose_markers_are_warned_of_and_refused_where_that_is_wanted() {
    let mut journey = Journey::begin().await;
    let proxy = Proxy::start().await;
    journey.brokers.clone_from(&proxy.address);
    journey.append(&new_order(), 0, 5, "{}").await;
    proxy.pretend_metadata_version(FAULTY);
    let running = journey.start().await;
    journey.published().await;
    assert!(journey.status.check().is_ok(), "it goes on");
    let note = journey.status.note().unwrap();
    assert!(note.contains("lose transaction markers") && note.contains("run Kafka 4.2.2"), "{note}");
    running.stop().await;

    journey.options.refuse_brokers_that_lose_markers = true;
    let refused = journey.start().await.relay.await.unwrap().unwrap_err();
    let RelayError::Start { source, .. } = &refused else { panic!("{refused:?}") };
    assert!(matches!(**source, StartError::LosesMarkers { .. }), "{refused:?}");
    assert!(journey.status.check().is_err());

    proxy.pretend_metadata_version(0);
    let journey = Journey { status: relay::RelayStatus::default(), ..journey };
    let running = journey.start().await;
    journey.append(&new_order(), 0, 5, "{}").await;
    journey.published().await;
    assert_eq!(journey.status.note(), None, "the true one is sound");
    running.stop().await;
}
