//! Helpers that the tests share.

use domain::order::contract::PublicEvent;
use std::sync::Arc;
use std::time::Duration;

use domain::order::contract::Published;
use messaging::producer::IdempotentProducer;
use messaging::testing::{TestTopic, brokers, registry, unique};
use messaging::{EncodedRecord, Encoder, OutgoingRecord};
use projection_service::{ProjectionService, ProjectionSettings, ProjectionSource};
use read_models::testing::EventHistory;
use read_models::{ModelSet, Orders};
use service_kit::clock::{Ids, SystemClock, SystemIds};
use service_kit::config::MessagingSettings;
use service_kit::poll::wait_until;
use service_kit::testing::PATIENCE;
use service_kit::testing::TestDatabase;
use tokio::task::JoinHandle;
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Time between two checks of a condition.
const LOOK: Duration = Duration::from_millis(20);

/// A topic, a database, and everything else that a projector needs.
pub struct World {
    pub topic: TestTopic,
    pub dead_letters: TestTopic,
    pub database: TestDatabase,
    pub client: Client,
    pub settings: ProjectionSettings,
    encoder: Encoder<PublicEvent>,
}

impl World {
    pub async fn new(partitions: i32) -> Self {
        let database = TestDatabase::create().await;
        read_models::migrate(database.url(), &[Orders::MODELS], |_| ()).await.unwrap();
        let topic = TestTopic::create(partitions).await;
        let dead_letters = TestTopic::create(1).await;
        let messaging =
            MessagingSettings { kafka_brokers: brokers(), schema_registry_url: registry().url().to_owned() };
        let source = ProjectionSource {
            group: unique("group"),
            topic: topic.name.clone(),
            dead_letters: dead_letters.name.clone(),
        };
        let settings = ProjectionSettings::of(source, database.url().clone(), messaging);
        let (encoder, client) = (topic.encoder().await, database.client().await);
        Self { topic, dead_letters, database, client, settings, encoder }
    }

    pub fn start(&self) -> Running {
        let service = ProjectionService::new(self.settings.clone(), Arc::new(SystemClock)).unwrap();
        let service = Arc::new(service);
        let stop = CancellationToken::new();
        let task = tokio::spawn({
            let (service, stop) = (Arc::clone(&service), stop.clone());
            async move { service.run(stop).await }
        });
        Running { service, stop, task }
    }

    pub async fn publish(&self, records: Vec<Published>) {
        let records: Vec<_> = records.into_iter().map(outgoing).collect();
        self.topic.publish(&self.encoder, &records).await;
    }

    pub fn encode(&self, published: Published) -> EncodedRecord {
        self.encoder.encode(&outgoing(published)).unwrap()
    }

    pub async fn send(&self, records: Vec<EncodedRecord>) {
        let producer = IdempotentProducer::new(&brokers()).unwrap();
        for record in records {
            producer.produce(record).await.unwrap();
        }
        producer.flush().await.unwrap();
    }

    /// The applied version of an order; 0 where there is none.
    pub async fn version(&self, order: Uuid) -> i64 {
        let sql = "SELECT version FROM order_summary_g1.order_summary WHERE order_id = $1";
        self.client.query_opt(sql, &[&order]).await.unwrap().map_or(0, |row| row.get(0))
    }

    pub async fn wait_for_version(&self, order: Uuid, version: i64) {
        let arrived = wait_until(PATIENCE, LOOK, async || self.version(order).await == version).await;
        assert!(arrived.is_ok(), "order {order} is at {} instead of {version}", self.version(order).await);
    }

    /// Waits until a query answers `true`.
    pub async fn wait_for(&self, sql: &str) {
        let holds = async || self.client.query_one(sql, &[]).await.unwrap().get::<_, bool>(0);
        assert!(wait_until(PATIENCE, LOOK, holds).await.is_ok(), "never true: {sql}");
    }

    /// Every row of every read model.
    pub async fn rows(&self) -> Vec<String> {
        let tables =
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname LIKE '%\\_g1' ORDER BY 1";
        let mut rows = Vec::new();
        for table in self.client.query(tables, &[]).await.unwrap() {
            let table: String = table.get(0);
            let sql = format!("SELECT to_jsonb(r)::text FROM {table} AS r ORDER BY 1");
            let found = self.client.query(&sql, &[]).await.unwrap();
            rows.extend(found.iter().map(|row| format!("{table} {}", row.get::<_, String>(0))));
        }
        rows
    }
}

/// Whether a session waits for a lock that another one holds.
pub const SOMEBODY_WAITS: &str =
    "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

/// A projector at work.
pub struct Running {
    pub service: Arc<ProjectionService<Orders>>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    pub async fn stop(self) {
        self.stop.cancel();
        tokio::time::timeout(PATIENCE, self.task).await.unwrap().unwrap();
    }

    /// Ends it abruptly, as a crash does: nothing is finished or reported.
    pub async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }

    /// Waits until this many sessions have failed.
    pub async fn refused(&self, sessions: u64) {
        let failed = wait_until(PATIENCE, LOOK, async || self.service.sessions_failed() >= sessions).await;
        assert!(failed.is_ok(), "no session has failed");
    }

    pub async fn ready(&self) {
        let ready = wait_until(PATIENCE, LOOK, async || self.service.ready().is_ok()).await;
        assert!(ready.is_ok(), "{:?}", self.service.ready());
    }
}

pub fn outgoing(published: Published) -> OutgoingRecord<PublicEvent> {
    OutgoingRecord { published, payload_hash: [0; 32] }
}

pub fn new_id() -> Uuid {
    SystemIds.ordered()
}

/// An order of three events.
pub fn placed(order: Uuid) -> Vec<Published> {
    let address = || read_models::testing::address("GB", "customer:C-1", "c2VhbGVk");
    EventHistory::of(order, "shop", Some("C-1"))
        .drafted()
        .line(0, "A", 2, 150)
        .addressed(domain::order::contract::AddressRole::Shipping, address())
        .placed(&order.to_string())
        .records()
}
