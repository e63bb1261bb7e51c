use std::collections::BTreeSet;
use std::time::Duration;

use messaging::IncomingRecord;
use messaging::consumer::{
    Assignment, BatchLimits, ConsumeError, ConsumerEvent, ConsumerSettings, GroupConsumer, ResumePosition,
    ResumePositionError, check_resume_positions,
};
use messaging::testing::{TestTopic, brokers, drafted, new_order, unique};
use service_kit::testing::PATIENCE;

const LIMITS: BatchLimits = BatchLimits { records_max: 10, bytes_max: usize::MAX, wait_max: Duration::from_millis(20) };

fn join(topic: &TestTopic, group: &str) -> GroupConsumer {
    let group = group.to_owned();
    let topic = topic.name.clone();
    GroupConsumer::join(ConsumerSettings { brokers: brokers(), group, topic, client_id: unique("member") }).unwrap()
}

async fn next(consumer: &mut GroupConsumer) -> ConsumerEvent {
    tokio::time::timeout(PATIENCE, consumer.next(&LIMITS)).await.unwrap().unwrap()
}

async fn assigned(consumer: &mut GroupConsumer) -> Assignment {
    loop {
        if let ConsumerEvent::Assigned(assignment) = next(consumer).await {
            return assignment;
        }
    }
}

async fn batch(consumer: &mut GroupConsumer) -> Vec<IncomingRecord> {
    loop {
        if let ConsumerEvent::Batch(records) = next(consumer).await {
            return records;
        }
    }
}

/// A topic of one partition with this many records.
async fn topic_with(records: i64) -> TestTopic {
    let topic = TestTopic::create(1).await;
    let encoder = topic.encoder().await;
    let records: Vec<_> = (1..=records).map(|position| drafted(new_order(), position)).collect();
    topic.publish(&encoder, &records).await;
    topic
}

#[tokio::test]
async fn reading_begins_where_the_owner_says_and_batches_are_bounded() {
    let topic = topic_with(25).await;
    let mut consumer = join(&topic, &unique("group"));
    let assignment = assigned(&mut consumer).await;
    assert!(consumer.start(&assignment, &[(0, 3)]).unwrap());
    let first = batch(&mut consumer).await;
    assert!(first.len() <= LIMITS.records_max);
    assert_eq!(first[0].offset, 3);
    let mut offsets: Vec<_> = first.iter().map(|record| record.offset).collect();
    while offsets.len() < 22 {
        offsets.extend(batch(&mut consumer).await.iter().map(|record| record.offset));
    }
    assert_eq!(offsets, (3..25).collect::<Vec<_>>());
    consumer.close().await;
}

#[tokio::test]
async fn a_transaction_marker_at_the_end_counts_as_delivered() {
    let topic = topic_with(5).await;
    let mut consumer = join(&topic, &unique("group"));
    let assignment = assigned(&mut consumer).await;
    consumer.start(&assignment, &[(0, 0)]).unwrap();
    let mut seen = 0;
    loop {
        match next(&mut consumer).await {
            ConsumerEvent::Batch(records) => seen += records.len(),
            ConsumerEvent::Positions(positions) if positions[0].delivered_to.is_some() => {
                assert_eq!(seen, 5, "counted as delivered before the records were handed out");
                // Five records and the marker of their transaction.
                assert_eq!((positions[0].delivered_to, positions[0].end), (Some(6), 6));
                break;
            }
            _ => {}
        }
    }
    consumer.close().await;
}

#[tokio::test]
async fn two_members_share_the_partitions_and_one_takes_over() {
    let topic = TestTopic::create(4).await;
    let group = unique("group");
    let mut first = join(&topic, &group);
    let all = assigned(&mut first).await;
    assert_eq!(all.partitions.len(), 4);
    let from_the_start =
        |assignment: &Assignment| -> Vec<_> { assignment.partitions.iter().map(|partition| (*partition, 0)).collect() };
    assert!(first.start(&all, &from_the_start(&all)).unwrap());
    let mut second = join(&topic, &group);
    while !matches!(next(&mut first).await, ConsumerEvent::Revoked) {}
    assert!(!first.start(&all, &[(0, 0)]).unwrap(), "a past assignment was started");
    let (mine, theirs) = tokio::join!(assigned(&mut first), assigned(&mut second));
    let shared: BTreeSet<_> = mine.partitions.iter().chain(&theirs.partitions).copied().collect();
    assert_eq!((mine.partitions.len(), theirs.partitions.len(), shared.len()), (2, 2, 4));
    assert!(first.start(&mine, &from_the_start(&mine)).unwrap());
    assert!(second.start(&theirs, &from_the_start(&theirs)).unwrap());
    first.close().await;
    assert_eq!(assigned(&mut second).await.partitions.len(), 4);
    second.close().await;
}

#[tokio::test]
async fn an_offset_out_of_range_is_reported_and_never_reset() {
    let topic = topic_with(2).await;
    let mut consumer = join(&topic, &unique("group"));
    let assignment = assigned(&mut consumer).await;
    consumer.start(&assignment, &[(0, 1_000)]).unwrap();
    let error = loop {
        match tokio::time::timeout(PATIENCE, consumer.next(&LIMITS)).await.unwrap() {
            Err(error) => break error,
            Ok(ConsumerEvent::Batch(records)) => panic!("read {} records from nowhere", records.len()),
            Ok(_) => {}
        }
    };
    assert!(matches!(error, ConsumeError::OutOfRange { .. }), "{error}");
}

#[tokio::test]
async fn resume_positions_tell_a_topic_from_one_made_anew() {
    let topic = TestTopic::create(1).await;
    let encoder = topic.encoder().await;
    let records = [drafted(new_order(), 1), drafted(new_order(), 2)];
    topic.publish(&encoder, &records).await;
    topic.has_markers().await;
    let position = |next_offset, last| vec![ResumePosition { partition: 0, next_offset, last }];
    let check = |positions| {
        let name = topic.name.clone();
        async move { check_resume_positions(&brokers(), &name, positions).await }
    };
    let one = records[0].published.event_id;
    let two = records[1].published.event_id;
    check(position(0, None)).await.unwrap();
    check(position(2, Some((1, two)))).await.unwrap();
    check(position(3, Some((1, two)))).await.unwrap();
    let other = check(position(2, Some((1, one)))).await.unwrap_err();
    assert!(matches!(other, ResumePositionError::Recreated { offset: 1, .. }), "{other}");
    let marker = check(position(3, Some((2, two)))).await.unwrap_err();
    assert!(matches!(marker, ResumePositionError::Recreated { offset: 2, .. }), "{marker}");
    let beyond = check(position(9, Some((8, two)))).await.unwrap_err();
    assert!(matches!(beyond, ResumePositionError::OutOfRange { low: 0, high: 3, .. }), "{beyond}");
}

#[tokio::test]
async fn a_slow_owner_keeps_its_membership_and_loses_nothing() {
    // Records of half the room each, so that few of them fill it.
    const RECORDS: usize = 40;
    let topic = TestTopic::create(1).await;
    let encoder = topic.encoder().await;
    let large: Vec<_> = (1..=RECORDS)
        .map(|position| messaging::testing::foreign(new_order(), i64::try_from(position).unwrap(), 900_000))
        .collect();
    topic.publish(&encoder, &large).await;
    let mut consumer = join(&topic, &unique("group"));
    let assignment = assigned(&mut consumer).await;
    consumer.start(&assignment, &[(0, 0)]).unwrap();
    let mut offsets = Vec::new();
    while offsets.len() < RECORDS {
        match next(&mut consumer).await {
            ConsumerEvent::Batch(records) => offsets.extend(records.iter().map(|record| record.offset)),
            ConsumerEvent::Revoked => panic!("the membership was lost"),
            _ => {}
        }
        // The owner is busy for longer than the poller waits for it.
        if offsets.len() == LIMITS.records_max {
            tokio::time::timeout(Duration::from_millis(2_500), std::future::pending::<()>()).await.unwrap_err();
        }
    }
    assert_eq!(offsets, (0..40).collect::<Vec<_>>());
    consumer.close().await;
}
