//! Hanging transactions: their records exist, and no coordinator knows the transaction, as after a lost marker.
//!
//! A broker verifies that the coordinator knows a transaction before it accepts the first record, unless that is
//! switched off. Then a bare Produce request leaves records open for good.

use std::collections::HashMap;

use bytes::{Bytes, BytesMut};
use kafka_protocol::indexmap::IndexMap;
use kafka_protocol::messages::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::{
    ApiKey, IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse, InitProducerIdRequest,
    InitProducerIdResponse, ProduceRequest, ProduceResponse, TopicName, TransactionalId,
};
use kafka_protocol::protocol::StrBytes;
use kafka_protocol::records::{Compression, Record, RecordBatchEncoder, RecordEncodeOptions, TimestampType};
use rdkafka::message::Headers;
use service_kit::clock::Stopwatch;
use service_kit::testing::PATIENCE;

use super::brokers;
use crate::record::EncodedRecord;
use crate::wire::Connection;
use crate::{Producing, client};

const BROKER_RESOURCE: i8 = 4;
const INIT_PRODUCER_ID_VERSION: i16 = 4;
const PRODUCE_VERSION: i16 = 8;
const ALTER_CONFIGS_VERSION: i16 = 1;
/// The coordinator is still busy with the id, or has not loaded it yet. Source: org.apache.kafka.common.protocol.Errors.
const PASSING: [i16; 3] = [14, 16, 51];

/// The broker still verifies, since its new setting takes a moment to take effect.
const NOT_IN_TRANSACTION: i16 = 48;

/// Leaves records open under the producer of a transactional id, which is fenced by it. Each record names its partition.
/// Works against a cluster of one broker, the first of [`brokers`].
///
/// # Panics
/// When the broker refuses.
pub async fn hang(transactional_id: &str, records: Vec<EncodedRecord>) -> Producing {
    let id = transactional_id.to_owned();
    client::blocking(move || {
        let address = brokers().split(',').next().expect("there is a broker").to_owned();
        let mut broker = Connection::open(&address).expect("the broker listens");
        verify_no_transactions(&mut broker);
        let producing = init_producer(&mut broker, &id);
        let mut sequences: HashMap<_, i32> = HashMap::new();
        for record in records {
            let sequence = sequences.entry((record.topic.clone(), record.partition)).or_default();
            produce(&mut broker, &id, producing, *sequence, record);
            *sequence += 1;
        }
        producing
    })
    .await
}

fn verify_no_transactions(broker: &mut Connection) {
    let setting = AlterableConfig::default()
        .with_name(StrBytes::from_static_str("transaction.partition.verification.enable"))
        .with_value(Some(StrBytes::from_static_str("false")));
    let resource = AlterConfigsResource::default().with_resource_type(BROKER_RESOURCE).with_configs(vec![setting]);
    let request = IncrementalAlterConfigsRequest::default().with_resources(vec![resource]);
    let answer: IncrementalAlterConfigsResponse =
        broker.ask(ApiKey::IncrementalAlterConfigs, ALTER_CONFIGS_VERSION, &request).expect("the broker answers");
    assert!(answer.responses.iter().all(|one| one.error_code == 0), "{answer:?}");
}

fn init_producer(broker: &mut Connection, id: &str) -> Producing {
    let request = InitProducerIdRequest::default()
        .with_transactional_id(Some(TransactionalId(StrBytes::from_string(id.to_owned()))))
        .with_transaction_timeout_ms(60_000)
        .with_producer_id((-1).into())
        .with_producer_epoch(-1);
    let waiting = Stopwatch::start();
    loop {
        let answer: InitProducerIdResponse =
            broker.ask(ApiKey::InitProducerId, INIT_PRODUCER_ID_VERSION, &request).expect("the broker answers");
        if answer.error_code == 0 {
            return Producing { id: answer.producer_id.0, epoch: answer.producer_epoch };
        }
        assert!(PASSING.contains(&answer.error_code) && waiting.elapsed() < PATIENCE, "{answer:?}");
        std::thread::yield_now();
    }
}

/// Puts a record into its partition, in a batch of a transaction that the coordinator does not know.
fn produce(broker: &mut Connection, id: &str, producing: Producing, sequence: i32, record: EncodedRecord) {
    let bytes = |value: Vec<u8>| Bytes::from(value);
    let headers = record
        .headers
        .iter()
        .map(|header| (StrBytes::from_string(header.key.to_owned()), header.value.map(|value| bytes(value.to_vec()))));
    let batched = Record {
        transactional: true,
        control: false,
        delete_horizon: false,
        partition_leader_epoch: -1,
        producer_id: producing.id,
        producer_epoch: producing.epoch,
        timestamp_type: TimestampType::Creation,
        offset: 0,
        sequence,
        timestamp: record.timestamp_ms.unwrap_or_default(),
        key: record.key.map(bytes),
        value: record.value.map(bytes),
        headers: headers.collect::<IndexMap<_, _>>(),
    };
    let mut batch = BytesMut::new();
    let options = RecordEncodeOptions { version: 2, compression: Compression::None };
    RecordBatchEncoder::encode(&mut batch, [&batched], &options).expect("a record can be encoded");
    let partition = record.partition.expect("the record names its partition");
    let data = PartitionProduceData::default().with_index(partition).with_records(Some(batch.freeze()));
    let topic = TopicProduceData::default()
        .with_name(TopicName(StrBytes::from_string(record.topic.to_string())))
        .with_partition_data(vec![data]);
    let request = ProduceRequest::default()
        .with_transactional_id(Some(TransactionalId(StrBytes::from_string(id.to_owned()))))
        .with_acks(-1)
        .with_timeout_ms(10_000)
        .with_topic_data(vec![topic]);
    let waiting = Stopwatch::start();
    loop {
        let answer: ProduceResponse =
            broker.ask(ApiKey::Produce, PRODUCE_VERSION, &request).expect("the broker answers");
        let partitions = answer.responses.iter().flat_map(|topic| &topic.partition_responses);
        let codes: Vec<_> = partitions.map(|one| one.error_code).collect();
        if codes == [0] {
            return;
        }
        assert!(codes == [NOT_IN_TRANSACTION] && waiting.elapsed() < PATIENCE, "the broker takes it: {answer:?}");
    }
}
