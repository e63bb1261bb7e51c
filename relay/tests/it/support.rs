//! A log, its topics, and relays that can be started and killed.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::contract::PublicEvents;
use domain::{EventId, StoredEvent, TenantId};
use event_store::{Append, NewEvent, Sequencer, Store, StoreOptions, StreamAppend, StreamId, migrations};
use messaging::checkpoint::Checkpoint;
use messaging::headers::{AGGREGATE_VERSION, GLOBAL_POSITION};
use messaging::producer::TransactionalProducer;
use messaging::testing::{Asker, AskerEvent, Noted, Task, TestTopic, brokers, unique};
use messaging::{EncodedRecord, IncomingRecord, partition_of};
use relay::{Deps, Kinds, RelayError, RelayOptions, RelayStatus, RelayedKind, Routes, run};
use service_kit::clock::{Ids, SystemClock, SystemIds};
use service_kit::poll::wait_until;
pub use service_kit::testing::PATIENCE;
use service_kit::testing::TestDatabase;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub const LOOK: Duration = Duration::from_millis(20);

pub struct Journey {
    pub database: TestDatabase,
    pub store: Store,
    pub topic: TestTopic,
    /// The topic of notes, where the log has such streams.
    pub notes: Option<TestTopic>,
    /// The topics of askers and of what they ask for, where the log has such streams.
    pub asks: Option<Asks>,
    pub checkpoints: TestTopic,
    pub options: RelayOptions,
    /// Bootstrap servers of its relays.
    pub brokers: String,
    /// The state that its relays report.
    pub status: RelayStatus,
}

/// Where askers' events go, and their requests.
pub struct Asks {
    pub events: TestTopic,
    pub requests: TestTopic,
}

impl Asks {
    pub async fn create() -> Self {
        Self { events: TestTopic::create(2).await, requests: TestTopic::create(2).await }
    }

    async fn kind(&self, incarnation: Uuid) -> RelayedKind {
        let routes =
            Routes::none()
                .and::<Task>(self.requests.encoder_of().await, incarnation, |_, event: &AskerEvent| event.request());
        RelayedKind::asking(self.events.encoder_of::<Asker>().await, incarnation, routes)
    }
}

/// A relay with its sequencer, as one process would run them.
pub struct Running {
    pub relay: JoinHandle<Result<(), RelayError>>,
    pub sequencer: JoinHandle<()>,
    pub stop: CancellationToken,
}

impl Running {
    /// Ends the relay as kill -9 would, in the middle of its work.
    pub fn kill(&self) {
        self.relay.abort();
        self.sequencer.abort();
    }

    pub async fn stop(self) {
        self.stop.cancel();
        self.relay.await.unwrap().unwrap();
    }
}

impl Journey {
    pub async fn begin() -> Self {
        let database = TestDatabase::migrated(migrations()).await;
        let store = Store::open(database.url(), StoreOptions::default()).await.unwrap();
        let topic = TestTopic::create(3).await;
        let checkpoints = TestTopic::create(1).await;
        let options = RelayOptions {
            checkpoint_topic: checkpoints.name.as_str().into(),
            transactional_id_prefix: unique("relay"),
            lease_ttl_s: 1.0,
            lease_renewal_ms: 200,
            standby_ms: 50,
            newer_release_standby_ms: 500,
            marker_wait_ms: 300,
            batch_events_max: 40,
            ..RelayOptions::new("", "")
        };
        Self {
            database,
            store,
            topic,
            notes: None,
            asks: None,
            checkpoints,
            options,
            brokers: brokers(),
            status: RelayStatus::default(),
        }
    }

    pub async fn start(&self) -> Running {
        let incarnation = self.store.identity().incarnation;
        let mut others = Vec::new();
        if let Some(notes) = &self.notes {
            others.push(RelayedKind::of(notes.encoder_of::<Noted>().await, incarnation));
        }
        if let Some(asks) = &self.asks {
            others.push(asks.kind(incarnation).await);
        }
        self.start_with(others).await
    }

    /// Starts a relay of orders and of these kinds.
    pub async fn start_with(&self, others: Vec<RelayedKind>) -> Running {
        let stop = CancellationToken::new();
        let store = Store::open(self.database.url(), StoreOptions::default()).await.unwrap();
        let (sequencer, head) = Sequencer::new(store.clone(), self.database.url().clone(), 0);
        let incarnation = store.identity().incarnation;
        let kinds = Kinds::new(RelayedKind::of(self.topic.encoder().await, incarnation), others);
        let deps = Deps {
            store,
            brokers: self.brokers.clone(),
            kinds,
            clock: Arc::new(SystemClock),
            holder: SystemIds.random(),
            status: self.status.clone(),
        };
        let sequencer = tokio::spawn(sequencer.run(stop.clone()));
        let relay = tokio::spawn(run(deps, self.options.clone(), 0, head, stop.clone()));
        Running { relay, sequencer, stop }
    }

    /// Appends rows that no release of ours wrote, which go out as foreign events.
    pub async fn append(&self, id: &str, after: i64, events: usize, payload: &str) {
        self.append_to(StreamId::new("order", id), after, events, payload).await;
    }

    /// Appends events of a note.
    pub async fn append_notes(&self, id: &str, after: i64, events: usize) {
        self.append_to(StreamId::new(Noted::KIND, id), after, events, "{\"Noted\":{}}").await;
    }

    /// Appends events of an asker. Each second one asks for a task.
    pub async fn append_asks(&self, id: &str, after: i64, events: usize) {
        let new = (0..events).map(|count| {
            let event = if count % 2 == 0 {
                AskerEvent::Asked { task: format!("task-{id}"), what: count.to_string() }
            } else {
                AskerEvent::Thought {}
            };
            NewEvent {
                id: EventId::new(SystemIds.ordered()),
                event_type: event.event_type().to_owned(),
                event_version: event.event_version().to_owned(),
                payload: serde_json::to_string(&event).unwrap(),
            }
        });
        self.append_events(StreamId::new(Asker::KIND, id), after, new.collect()).await;
    }

    async fn append_to(&self, stream: StreamId, after: i64, events: usize, payload: &str) {
        let new = (0..events).map(|_| NewEvent {
            id: EventId::new(SystemIds.ordered()),
            event_type: "Noted".to_owned(),
            event_version: "1.0".to_owned(),
            payload: payload.to_owned(),
        });
        self.append_events(stream, after, new.collect()).await;
    }

    pub async fn append_events(&self, stream: StreamId, after: i64, events: Vec<NewEvent>) {
        let first = StreamAppend::new(stream, after, events);
        let metadata = "{\"traceparent\":\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\"}".to_owned();
        let append = Append::new(TenantId::try_new("shop").unwrap(), metadata, first);
        self.store.append(append).await.unwrap();
    }

    /// Assigns positions to stored events, without a relay.
    pub async fn sequence(&self) {
        let stop = CancellationToken::new();
        let (sequencer, _head) = Sequencer::new(self.store.clone(), self.database.url().clone(), 0);
        let running = tokio::spawn(sequencer.run(stop.clone()));
        let done = async || self.store.unsequenced().await.unwrap() == 0;
        wait_until(PATIENCE, LOOK, done).await.unwrap();
        stop.cancel();
        running.await.unwrap();
    }

    /// The records that the relay makes of the events after a position, each with its partition.
    pub async fn records_after(&self, position: i64) -> Vec<EncodedRecord> {
        let incarnation = self.store.identity().incarnation;
        let encoder = self.topic.encoder().await.of_log(incarnation);
        let notes = match &self.notes {
            Some(notes) => Some((notes.partitions, notes.encoder_of::<Noted>().await.of_log(incarnation))),
            None => None,
        };
        let page = self.store.read_log(0, position, 1_000).await.unwrap();
        let records = page.rows.into_iter().map(|(position, row)| {
            let (partitions, mut record) = match &notes {
                Some((partitions, encoder)) if &*row.stream.kind == Noted::KIND => {
                    (*partitions, encoder.encode(&relay::outgoing(position, row).unwrap()).unwrap())
                }
                _ => (self.topic.partitions, encoder.encode(&relay::outgoing(position, row).unwrap()).unwrap()),
            };
            let partition = partition_of(record.key.as_deref().unwrap(), usize::try_from(partitions).unwrap()).unwrap();
            record.partition = Some(i32::try_from(partition).unwrap());
            record
        });
        records.collect()
    }

    /// The checkpoint of a position.
    pub async fn checkpoint_at(&self, position: i64) -> EncodedRecord {
        let page = self.store.read_log(0, position - 1, 1).await.unwrap();
        let incarnation = self.store.identity().incarnation;
        let event_id = page.rows[0].1.event_id;
        Checkpoint { incarnation, shard: 0, position, event_id }.to_record(&self.options.checkpoint_topic)
    }

    /// The transactional id of the relay of the log's only shard.
    pub fn transactional_id(&self) -> String {
        format!("{}-0", self.options.transactional_id_prefix)
    }

    /// Commits or aborts records under the relay's own name.
    pub async fn end_transaction(&self, records: Vec<EncodedRecord>, commit: bool) {
        let mut producer = TransactionalProducer::connect(&brokers(), &self.transactional_id()).await.unwrap();
        producer.begin().unwrap();
        for record in records {
            producer.produce(record).await.unwrap();
        }
        if commit { producer.commit().await.unwrap() } else { producer.abort().await.unwrap() }
    }

    /// Waits until the checkpoint says that everything stored is published.
    pub async fn published(&self) {
        let checkpoints = self.options.checkpoint_topic.to_string();
        wait_until(PATIENCE, LOOK, async || {
            if self.store.unsequenced().await.unwrap() > 0 {
                return false;
            }
            let place = messaging::checkpoint::read(&brokers(), &checkpoints, 0).await.unwrap();
            place.map_or(0, |place| place.position) == self.store.head(0).await.unwrap()
        })
        .await
        .unwrap();
    }

    /// Reads the whole topic, and that of notes, and checks what other teams are promised: each position once, each stream's
    /// versions in order.
    pub async fn check_topic(&self) -> Vec<IncomingRecord> {
        self.check_topic_of(self.store.head(0).await.unwrap()).await
    }

    /// The same, where only so many positions are published.
    pub async fn check_topic_of(&self, head: i64) -> Vec<IncomingRecord> {
        let mut records = self.topic.read_all().await;
        if let Some(notes) = &self.notes {
            records.extend(notes.read_all().await);
        }
        if let Some(asks) = &self.asks {
            records.extend(asks.events.read_all().await);
        }
        let mut last = HashMap::new();
        let mut positions = Vec::new();
        for record in &records {
            let key = String::from_utf8(record.key.clone().unwrap()).unwrap();
            let version: i64 = header(record, AGGREGATE_VERSION).parse().unwrap();
            let before = last.insert(key, version).unwrap_or(0);
            assert_eq!(version, before + 1, "a stream's versions are contiguous and in order");
            let (_, position) = header(record, GLOBAL_POSITION).split_once('.').unwrap();
            positions.push(position.parse::<i64>().unwrap());
        }
        positions.sort_unstable();
        assert_eq!(positions, (1..=head).collect::<Vec<_>>(), "every position is there once");
        records
    }
}

pub fn header<'a>(record: &'a IncomingRecord, name: &str) -> &'a str {
    std::str::from_utf8(record.headers.last(name).unwrap()).unwrap()
}

pub fn new_order() -> String {
    SystemIds.ordered().to_string()
}
