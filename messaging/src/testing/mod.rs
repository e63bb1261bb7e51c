//! Helpers for tests against a real Kafka and a real registry: topics of a test's own, and records for them.
//!
//! `make test` starts both and names them in `KAFKA_BROKERS` and `SCHEMA_REGISTRY_URL`.

mod asks;
mod hanging;
mod markers;
mod notes;
mod registered;

use std::collections::HashMap;
use std::time::Duration;

use domain::contract::{Position, RecordSet, Request, Requests};
use domain::order::contract::{CancelReason, ForeignEvent, OrderCancelled, OrderDrafted, PublicEvent, Published};
use domain::{EventId, OrderId, RequestId, TenantId, Timestamp};
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::{Message, Offset, TopicPartitionList};
use service_kit::clock::{Ids, Stopwatch, SystemIds};
use service_kit::poll::wait_until;

use crate::checkpoint::Checkpoint;
use crate::consumer::{BatchLimits, ConsumerEvent, ConsumerSettings, GroupConsumer};
use crate::producer::TransactionalProducer;
use crate::topics::{self, Declarations};
use crate::{EncodedRecord, Encoder, IncomingRecord, OutgoingRecord, OutgoingRequest, Registry};
use crate::{client, inspect};

pub use crate::codec::bare::{read_datum, write_datum};
pub use asks::{Asker, AskerEvent, Askers, NeverRefused, Task};
pub use hanging::hang;
pub use notes::{NoteEvent, Noted};
use registered::ids_of;
pub use registered::register_all;
use service_kit::testing::PATIENCE;

/// How often a condition is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// A moment to write into records.
const RECORDED_AT_MICROS: i64 = 1_790_000_000_123_456;

/// The test cluster's address.
///
/// # Panics
/// Without the variable.
pub fn brokers() -> String {
    variable("KAFKA_BROKERS")
}

/// The test registry.
///
/// # Panics
/// Without the variable.
pub fn registry() -> Registry {
    Registry::new(&variable("SCHEMA_REGISTRY_URL")).expect("a client can be made")
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests are configured by the environment alone, never by a running stack's file"
)]
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set; run `make test`"))
}

/// A name that no other test uses.
pub fn unique(prefix: &str) -> String {
    format!("{prefix}-{}", SystemIds.random().simple())
}

/// A topic of a test's own.
#[derive(Debug, Clone)]
pub struct TestTopic {
    pub name: String,
    pub partitions: i32,
}

impl TestTopic {
    /// Makes a topic.
    ///
    /// # Panics
    /// When the cluster refuses.
    pub async fn create(partitions: i32) -> Self {
        let name = unique("test");
        declare(&name, partitions).await;
        Self { name, partitions }
    }

    /// Deletes the topic and makes it again, empty and under its name.
    ///
    /// # Panics
    /// When the cluster refuses.
    pub async fn make_anew(&self) {
        let deleted = admin().delete_topics(&[&self.name], &AdminOptions::new()).await.expect("the cluster answers");
        assert!(deleted.iter().all(Result::is_ok), "{deleted:?}");
        let gone = async || inspect::first_offsets(&brokers(), &self.name).await.is_ok_and(|found| found.is_empty());
        wait_until(PATIENCE, LOOK, gone).await.expect("a deleted topic goes");
        declare(&self.name, self.partitions).await;
    }

    /// Removes the records of a partition before an offset, as retention does.
    ///
    /// # Panics
    /// When the cluster refuses.
    pub async fn trim(&self, partition: i32, before: i64) {
        let mut offsets = TopicPartitionList::new();
        offsets.add_partition_offset(&self.name, partition, Offset::Offset(before)).expect("an offset is no name");
        let trimmed = admin().delete_records(&offsets, &AdminOptions::new()).await.expect("the cluster answers");
        let errors = trimmed.elements().iter().filter(|element| element.error().is_err()).count();
        assert_eq!(errors, 0, "{trimmed:?}");
    }

    /// An encoder of events of orders for this topic.
    ///
    /// # Panics
    /// When the registry refuses.
    pub async fn encoder(&self) -> Encoder<PublicEvent> {
        self.encoder_of().await
    }

    /// The same for any kind, or any requests.
    ///
    /// # Panics
    /// When the registry refuses.
    pub async fn encoder_of<E: RecordSet>(&self) -> Encoder<E> {
        let registry = registry();
        let ids = ids_of::<E>(&registry).await;
        Encoder::with_ids(registry.url(), &self.name, |index| ids[index])
    }

    /// Publishes records in one transaction.
    ///
    /// # Panics
    /// When that fails.
    pub async fn publish(&self, encoder: &Encoder<PublicEvent>, records: &[OutgoingRecord<PublicEvent>]) {
        let mut producer =
            TransactionalProducer::connect(&brokers(), &unique("test")).await.expect("the cluster answers");
        producer.begin().expect("no transaction is open");
        for record in records {
            let record = encoder.encode(record).expect("a test's records can be encoded");
            producer.produce(record).await.expect("the queue takes it");
        }
        producer.commit().await.expect("the cluster commits");
    }

    /// Publishes a request's record and returns the request's id.
    ///
    /// # Panics
    /// When that fails.
    pub async fn ask<R: Requests>(&self, encoder: &Encoder<R>, body: R) -> RequestId {
        let id = RequestId::new(SystemIds.ordered());
        self.ask_as(encoder, id, "shop", body).await;
        id
    }

    /// The same with an id and a tenant.
    ///
    /// # Panics
    /// When that fails.
    pub async fn ask_as<R: Requests>(&self, encoder: &Encoder<R>, id: RequestId, tenant: &str, body: R) {
        let record = encoder.encode_request(&asked(id, tenant, body)).expect("a test's request can be encoded");
        self.produce([record]).await;
    }

    /// Publishes records as they are, in one transaction.
    ///
    /// # Panics
    /// When that fails.
    pub async fn produce(&self, records: impl IntoIterator<Item = EncodedRecord>) {
        let mut producer =
            TransactionalProducer::connect(&brokers(), &unique("test")).await.expect("the cluster answers");
        producer.begin().expect("no transaction is open");
        for record in records {
            producer.produce(record).await.expect("the queue takes it");
        }
        producer.commit().await.expect("the cluster commits");
    }

    /// All committed records, in order for each partition.
    ///
    /// # Panics
    /// When reading fails or does not end in time.
    pub async fn read_all(&self) -> Vec<IncomingRecord> {
        tokio::time::timeout(PATIENCE, self.read_to_end()).await.expect("the topic has an end")
    }

    async fn read_to_end(&self) -> Vec<IncomingRecord> {
        let settings = ConsumerSettings {
            brokers: brokers(),
            group: unique("reader"),
            topic: self.name.clone(),
            client_id: "test".to_owned(),
        };
        let limits = BatchLimits { records_max: 1_000, bytes_max: usize::MAX, wait_max: Duration::ZERO };
        let mut consumer = GroupConsumer::join(settings).expect("the cluster answers");
        let mut records = Vec::new();
        let mut ends = HashMap::new();
        while i32::try_from(ends.len()).expect("partitions are few") < self.partitions {
            match consumer.next(&limits).await.expect("the topic can be read") {
                ConsumerEvent::Assigned(assignment) => {
                    let starts: Vec<_> = assignment.partitions.iter().map(|partition| (*partition, 0)).collect();
                    consumer.start(&assignment, &starts).expect("the partitions exist");
                }
                ConsumerEvent::Revoked => (),
                ConsumerEvent::Batch(batch) => records.extend(batch),
                ConsumerEvent::Positions(positions) => {
                    let finished = positions.iter().filter(|position| position.delivered_to == Some(position.end));
                    ends.extend(finished.map(|position| (position.partition, position.end)));
                }
            }
        }
        consumer.close().await;
        records
    }
}

/// Reads the checkpoints of a topic as they are committed.
pub struct Follower(BaseConsumer);

impl Follower {
    /// Reads to the end of a topic's only partition, so that later checkpoints are seen without delay.
    ///
    /// # Panics
    /// When the cluster does not answer in time.
    pub async fn at_end_of(topic: &str) -> Self {
        let topic = topic.to_owned();
        client::blocking(move || {
            let consumer: BaseConsumer = client::config(&brokers())
                .set("group.id", "test")
                .set("enable.auto.commit", "false")
                .set("enable.partition.eof", "true")
                .set("isolation.level", "read_committed")
                .set("fetch.wait.max.ms", "5")
                .create()
                .expect("a consumer is made");
            let mut start = TopicPartitionList::new();
            start.add_partition_offset(&topic, 0, Offset::End).expect("an offset is set");
            consumer.assign(&start).expect("a partition is assigned");
            let waiting = Stopwatch::start();
            while !matches!(consumer.poll(LOOK), Some(Err(KafkaError::PartitionEOF(_)))) {
                assert!(waiting.elapsed() < PATIENCE, "the end of {topic} is found");
            }
            Self(consumer)
        })
        .await
    }

    /// Reads until a checkpoint has reached the position `until`. Returns the position of the first checkpoint after
    /// `after`, and the time from that one to the last.
    pub async fn until(self, after: i64, until: i64) -> (i64, Duration) {
        client::blocking(move || {
            let mut first = None;
            loop {
                let Some(Ok(message)) = self.0.poll(PATIENCE) else { continue };
                let checkpoint = message.payload().and_then(|value| serde_json::from_slice::<Checkpoint>(value).ok());
                let Some(checkpoint) = checkpoint.filter(|checkpoint| checkpoint.position > after) else { continue };
                let (from, since) = first.get_or_insert_with(|| (checkpoint.position, Stopwatch::start()));
                if checkpoint.position >= until {
                    return (*from, since.elapsed());
                }
            }
        })
        .await
    }
}

async fn declare(name: &str, partitions: i32) {
    // Kept for ever: a test's records may bear any timestamp, and a broker deletes old ones within minutes.
    let text = format!(
        "[defaults]\npartitions = {partitions}\nreplication_factor_max = 1\n\
         [[topic]]\nname = \"{name}\"\ndoc = \"A test's.\"\n\
         [topic.config]\n\"retention.ms\" = \"-1\"\n"
    );
    let declarations = Declarations::parse(&text).expect("the declaration is sound");
    topics::apply(&brokers(), &declarations, |_| ()).await.expect("the test cluster makes topics");
}

fn admin() -> AdminClient<DefaultClientContext> {
    client::config(&brokers()).create().expect("the settings are sound")
}

/// The first event of an order.
pub fn drafted(order: OrderId, position: i64) -> OutgoingRecord<PublicEvent> {
    outgoing(position, |at| {
        PublicEvent::OrderDrafted(OrderDrafted {
            order_id: order.to_string(),
            version: 1,
            tenant: "shop".to_owned(),
            at,
            customer: Some("C-1".to_owned()),
            currency: "GBP".to_owned(),
        })
    })
}

/// A cancellation as the given version of an order.
pub fn cancelled(order: OrderId, version: i64, position: i64) -> OutgoingRecord<PublicEvent> {
    outgoing(position, |at| {
        PublicEvent::OrderCancelled(OrderCancelled {
            order_id: order.to_string(),
            version,
            tenant: "shop".to_owned(),
            at,
            reason: CancelReason::Discarded,
            note: None,
        })
    })
}

/// A row of another program with a body of this many bytes.
pub fn foreign(order: OrderId, position: i64, bytes: usize) -> OutgoingRecord<PublicEvent> {
    outgoing(position, |at| {
        PublicEvent::ForeignEvent(ForeignEvent {
            order_id: order.to_string(),
            version: 1,
            tenant: "shop".to_owned(),
            at,
            aggregate_type: "note".to_owned(),
            event_type: "Noted".to_owned(),
            event_version: "1.0".to_owned(),
            body: Some("x".repeat(bytes)),
        })
    })
}

fn outgoing(position: i64, event: impl FnOnce(i64) -> PublicEvent) -> OutgoingRecord<PublicEvent> {
    let published = Published {
        event: event(RECORDED_AT_MICROS),
        event_id: EventId::new(SystemIds.ordered()),
        position: Position { shard: 0, position },
        recorded_at: Timestamp::try_from_micros(RECORDED_AT_MICROS).expect("a moment of our days"),
        correlation_id: Some(format!("test-{position}")),
        causation_id: None,
        traceparent: None,
    };
    OutgoingRecord { published, payload_hash: [0; 32] }
}

/// A request as the relay would send it.
pub fn asked<R: Requests>(id: RequestId, tenant: &str, body: R) -> OutgoingRequest<R> {
    let at = Timestamp::try_from_micros(RECORDED_AT_MICROS).expect("a moment of our days");
    let tenant = TenantId::try_new(tenant).expect("a test's tenant is a slug");
    OutgoingRequest {
        request: Request { id, tenant, at, body },
        position: Position { shard: 0, position: 1 },
        recorded_at: at,
        correlation_id: None,
        causation_id: None,
        traceparent: None,
        payload_hash: [0; 32],
    }
}

/// A new order's id.
pub fn new_order() -> OrderId {
    OrderId::new(SystemIds.ordered())
}
