//! Aborts the open transaction of a producer that no longer exists, as Kafka's own `kafka-transactions.sh abort` does.
//!
//! Does not: check whether its records should count. The caller knows that they are void.

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
/// The start offset that a broker reports where no transaction is open.
const NOTHING_OPEN: i64 = -1;

/// Writes the marker that aborts a producer's open transaction in a partition. Does nothing where none is open.
///
/// # Errors
/// [`LookError`]; also where this client lacks the permission to alter the cluster, which writing markers needs.
pub async fn abort_open(brokers: &str, topic: &str, partition: i32, producer_id: i64) -> Result<(), LookError> {
    let brokers = brokers.to_owned();
    let topic = topic.to_owned();
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
    let described: DescribeProducersResponse =
        leader.ask(ApiKey::DescribeProducers, DESCRIBE_PRODUCERS_VERSION, &request)?;
    let producers = described.topics.into_iter().flat_map(|topic| topic.partitions).next();
    let producers = producers.ok_or_else(|| leader.protocol("the answer has no partition"))?;
    if producers.error_code != 0 {
        return Err(leader.refused(producers.error_code));
    }
    let open = producers.active_producers.into_iter().find(|one| one.producer_id.0 == producer_id);
    let Some(open) = open.filter(|open| open.current_txn_start_offset != NOTHING_OPEN) else { return Ok(()) };
    let epoch = i16::try_from(open.producer_epoch).map_err(|error| leader.protocol(error))?;
    let marker = WritableTxnMarker::default()
        .with_producer_id(open.producer_id)
        .with_producer_epoch(epoch)
        .with_transaction_result(false)
        // Negative where the coordinator has written no marker there yet.
        .with_coordinator_epoch(open.coordinator_epoch.max(0))
        .with_topics(vec![WritableTxnMarkerTopic::default().with_name(name).with_partition_indexes(vec![partition])]);
    let request = WriteTxnMarkersRequest::default().with_markers(vec![marker]);
    let written: WriteTxnMarkersResponse = leader.ask(ApiKey::WriteTxnMarkers, WRITE_MARKERS_VERSION, &request)?;
    let partitions = written.markers.iter().flat_map(|marker| &marker.topics).flat_map(|topic| &topic.partitions);
    let refused = partitions.map(|partition| partition.error_code).find(|code| *code != 0);
    refused.map_or(Ok(()), |code| Err(leader.refused(code)))
}
