//! Records whose transaction lost its marker, of this shard and of others.

use messaging::checkpoint;
use messaging::headers::GLOBAL_POSITION;
use messaging::testing::{brokers, hang, unique};
use messaging::{EncodedRecord, IncomingRecord};
use relay::{RelayError, StartError, Undecidable};
use service_kit::poll::wait_until;

use crate::support::{Journey, LOOK, PATIENCE, Running, header, new_order};

/// Ten events of an order are published, five more are stored and have positions 11 to 15; no relay runs.
pub(crate) async fn published_in_part() -> (Journey, String) {
    let journey = Journey::begin().await;
    let order = new_order();
    let running = journey.start().await;
    journey.append(&order, 0, 10, "{}").await;
    journey.published().await;
    running.stop().await;
    journey.append(&order, 10, 5, "{}").await;
    journey.sequence().await;
    (journey, order)
}

/// The five events, as a transaction that lost its marker leaves them.
pub(crate) async fn left_open(journey: &Journey) -> Vec<EncodedRecord> {
    let records = journey.records_after(10).await;
    assert_eq!(records.len(), 5);
    hang(&journey.transactional_id(), records.clone()).await;
    records
}

async fn contradiction(running: Running) -> Undecidable {
    let error = running.relay.await.unwrap().unwrap_err();
    let said = service_kit::errors::chain(&error);
    assert!(said.contains("Do not end transactions by hand") && said.contains("order-engine topics"), "{said}");
    match error {
        RelayError::Start { source, .. } => match *source {
            StartError::Contradiction { contradiction, .. } => contradiction,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_above_the_checkpoint_is_aborted_and_published_once() {
    let (journey, _) = published_in_part().await;
    left_open(&journey).await;
    let running = journey.start().await;
    journey.published().await;
    assert_eq!(journey.check_topic().await.len(), 15);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_is_open_above_the_committed_one_is_aborted() {
    let (journey, _) = published_in_part().await;
    hang(&journey.transactional_id(), vec![journey.checkpoint_at(15).await]).await;
    let running = journey.start().await;
    journey.published().await;
    assert_eq!(journey.check_topic().await.len(), 15);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_up_to_the_checkpoint_counts_with_the_next_transaction_there() {
    let (journey, order) = published_in_part().await;
    left_open(&journey).await;
    journey.end_transaction(vec![journey.checkpoint_at(15).await], true).await;
    let running = journey.start().await;
    journey.append(&order, 15, 1, "{}").await;
    journey.published().await;
    assert_eq!(journey.check_topic().await.len(), 16);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_counted_and_was_aborted_by_hand_is_a_final_error_that_names_it() {
    let (journey, _) = published_in_part().await;
    let open = left_open(&journey).await;
    journey.end_transaction(vec![journey.checkpoint_at(15).await], true).await;
    let running = journey.start().await;
    // It goes on, and has nothing to publish.
    let keeps = async || {
        let epoch = "SELECT 1 FROM leases WHERE expires_at > clock_timestamp()";
        !journey.database.client().await.query(epoch, &[]).await.unwrap().is_empty()
    };
    wait_until(PATIENCE, LOOK, keeps).await.unwrap();
    running.stop().await;
    journey.end_transaction(vec![open[0].clone()], false).await;
    let taken_back = contradiction(journey.start().await).await;
    assert_eq!(taken_back, Undecidable::TakenBack { first: 11, last: 15, checkpoint: 15 });
    assert!(journey.status.check().is_err());
    assert!(journey.status.note().unwrap().contains("positions 11 to 15"));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_committed_than_the_checkpoint_says_is_final() {
    let (journey, _) = published_in_part().await;
    // The checkpoint of the five lost its marker.
    hang(&journey.transactional_id(), vec![journey.checkpoint_at(15).await]).await;
    journey.end_transaction(journey.records_after(10).await, true).await;
    let ahead = contradiction(journey.start().await).await;
    assert_eq!(ahead, Undecidable::Ahead { committed: 15, checkpoint: 10 });
    assert_eq!(journey.check_topic().await.len(), 15, "nothing is published twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn open_on_both_sides_of_the_checkpoint_is_final() {
    let (journey, _) = published_in_part().await;
    left_open(&journey).await;
    journey.end_transaction(vec![journey.checkpoint_at(12).await], true).await;
    let both = contradiction(journey.start().await).await;
    let Undecidable::BothSides { below, above, checkpoint, .. } = both else { panic!("{both:?}") };
    assert_eq!((below, checkpoint, above), (11, 12, 15));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_whose_events_are_not_there_is_final() {
    let (journey, _) = published_in_part().await;
    journey.end_transaction(vec![journey.checkpoint_at(15).await], true).await;
    let taken_back = contradiction(journey.start().await).await;
    assert_eq!(taken_back, Undecidable::TakenBack { first: 11, last: 15, checkpoint: 15 });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_leave_open_is_not_in_the_way() {
    let (journey, order) = published_in_part().await;
    let records = journey.records_after(10).await;
    let other_shard: Vec<_> = records.iter().map(|record| copied(record, GLOBAL_POSITION, "1.7")).collect();
    let other_log = records.iter().map(|record| copied(record, "ce_source", "/order-engine/orders/of-another"));
    hang(&unique("other"), other_shard.into_iter().chain(other_log).collect()).await;
    let running = journey.start().await;
    // Readers of the events are stuck behind what the others left; the checkpoint is in a partition of its own.
    journey.published().await;
    journey.append(&order, 15, 5, "{}").await;
    journey.published().await;
    let place = checkpoint::read(&brokers(), &journey.options.checkpoint_topic, 0).await.unwrap().unwrap();
    assert_eq!(place.position, 20);
    running.stop().await;
    // A successor looks behind what hides it, and finds that all is as it should be.
    let running = journey.start().await;
    journey.append(&order, 20, 5, "{}").await;
    journey.published().await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn void_records_of_a_producer_that_the_cluster_has_forgotten_are_aborted_too() {
    let (journey, _) = published_in_part().await;
    hang(&unique("forgotten"), journey.records_after(10).await).await;
    let running = journey.start().await;
    journey.published().await;
    assert_eq!(journey.check_topic().await.len(), 15);
    running.stop().await;
}

/// The same record with another value of a header.
fn copied(record: &EncodedRecord, name: &str, value: &str) -> EncodedRecord {
    let mut headers = messaging::HeaderList::default();
    headers.push(name, Some(value.as_bytes()));
    if name != GLOBAL_POSITION {
        headers.push(GLOBAL_POSITION, Some(b"0.12"));
    }
    let incoming = IncomingRecord {
        topic: record.topic.clone(),
        partition: 0,
        offset: 0,
        timestamp_ms: record.timestamp_ms,
        key: record.key.clone(),
        value: record.value.clone(),
        headers,
    };
    EncodedRecord { partition: record.partition, ..incoming.copy_for(record.topic.clone(), &[]) }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_records_say_which_log_they_come_from() {
    let (journey, _) = published_in_part().await;
    let source = messaging::headers::source_of(journey.store.identity().incarnation);
    let records = journey.check_topic_of(10).await;
    assert!(records.iter().all(|record| header(record, messaging::headers::SOURCE) == source));
}
