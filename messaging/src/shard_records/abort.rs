//! Ending what a producer has open that nobody is any more, as Kafka's own `kafka-transactions.sh abort` does.
//!
//! Does not: ask whether its records count. Who calls it knows that they are void.

use kafka_protocol::messages::describe_producers_request::TopicRequest;
use kafka_protocol::messages::write_txn_markers_request::{WritableTxnMarker, WritableTxnMarkerTopic};
use kafka_protocol::messages::{
    ApiKey, DescribeProducersRequest, DescribeProducersResponse, TopicName, WriteTxnMarkersRequest,
    WriteTxnMarkersResponse,
};
use kafka_protocol::protocol::StrBytes;

use super::LookError;
use super::read::Reader;
use crate::client;
use crate::wire::{Connection, WireError};

const DESCRIBE_PRODUCERS_VERSION: i16 = 0;
const WRITE_MARKERS_VERSION: i16 = 1;
/// What stands for the start of a transaction where none is open.
const NOTHING_OPEN: i64 = -1;

/// Writes the marker that aborts what a producer has open in a partition. Does nothing where it has nothing open.
///
/// # Errors
/// [`LookError`]; also where this client may not write markers, which takes the right to alter the cluster.
pub async fn abort_open(brokers: &str, topic: &str, partition: i32, producer_id: i64) -> Result<(), LookError> {
    let (brokers, topic) = (brokers.to_owned(), topic.to_owned());
    client::interruptible(move |interrupt| {
        let mut reader = Reader::connect(&brokers, &topic, interrupt)?;
        let aborted = abort(reader.leader(partition)?, &topic, partition, producer_id);
        aborted.map_err(|source| LookError::Leader { topic, partition, source })
    })
    .await
}

fn abort(leader: &mut Connection, topic: &str, partition: i32, producer_id: i64) -> Result<(), WireError> {
    let name = TopicName(StrBytes::from_string(topic.to_owned()));
    let wanted = TopicRequest::default().with_name(name.clone()).with_partition_indexes(vec![partition]);
    let request = DescribeProducersRequest::default().with_topics(vec![wanted]);
    let told: DescribeProducersResponse =
        leader.ask(ApiKey::DescribeProducers, DESCRIBE_PRODUCERS_VERSION, &request)?;
    let told = told.topics.into_iter().flat_map(|topic| topic.partitions).next();
    let told = told.ok_or_else(|| leader.protocol("the answer has no partition"))?;
    if told.error_code != 0 {
        return Err(leader.refused(told.error_code));
    }
    let open = told.active_producers.into_iter().find(|one| one.producer_id.0 == producer_id);
    let Some(open) = open.filter(|open| open.current_txn_start_offset != NOTHING_OPEN) else { return Ok(()) };
    let epoch = i16::try_from(open.producer_epoch).map_err(|error| leader.protocol(error))?;
    let marker = WritableTxnMarker::default()
        .with_producer_id(open.producer_id)
        .with_producer_epoch(epoch)
        .with_transaction_result(false)
        // A coordinator that has written no marker there yet has none.
        .with_coordinator_epoch(open.coordinator_epoch.max(0))
        .with_topics(vec![WritableTxnMarkerTopic::default().with_name(name).with_partition_indexes(vec![partition])]);
    let request = WriteTxnMarkersRequest::default().with_markers(vec![marker]);
    let written: WriteTxnMarkersResponse = leader.ask(ApiKey::WriteTxnMarkers, WRITE_MARKERS_VERSION, &request)?;
    let partitions = written.markers.iter().flat_map(|marker| &marker.topics).flat_map(|topic| &topic.partitions);
    let refused = partitions.map(|partition| partition.error_code).find(|code| *code != 0);
    refused.map_or(Ok(()), |code| Err(leader.refused(code)))
}
