//! A topic that two kinds of streams are published to: each set of models takes its own records and passes over the other's.

use std::sync::Arc;
use std::time::Duration;

use domain::contract::{PublicEvents, Published};
use messaging::producer::IdempotentProducer;
use messaging::testing::{TestTopic, brokers, registry, unique};
use messaging::{Encoder, OutgoingRecord};
use projection_service::{ProjectionService, ProjectionSettings, ProjectionSource};
use read_models::{ModelSet, ReservationHistory, Reservations, Stock, StockHistory};
use service_kit::clock::SystemClock;
use service_kit::config::MessagingSettings;
use service_kit::poll::wait_until;
use service_kit::testing::PATIENCE;
use service_kit::testing::TestDatabase;
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

/// Time between two checks of a condition.
const LOOK: Duration = Duration::from_millis(20);

struct World {
    topic: TestTopic,
    dead_letters: TestTopic,
    database: TestDatabase,
}

impl World {
    async fn new() -> Self {
        let database = TestDatabase::create().await;
        read_models::migrate(database.url(), &[Stock::MODELS, Reservations::MODELS], |_| ()).await.unwrap();
        Self { topic: TestTopic::create(1).await, dead_letters: TestTopic::create(1).await, database }
    }

    /// Starts a projector of a set; it stops when the guard is dropped.
    fn start<M: ModelSet>(&self) -> DropGuard {
        let messaging =
            MessagingSettings { kafka_brokers: brokers(), schema_registry_url: registry().url().to_owned() };
        let source = ProjectionSource {
            group: unique(M::GROUP),
            topic: self.topic.name.clone(),
            dead_letters: self.dead_letters.name.clone(),
        };
        let settings = ProjectionSettings::of(source, self.database.url().clone(), messaging);
        let service = ProjectionService::<M>::new(settings, Arc::new(SystemClock)).unwrap();
        let stop = CancellationToken::new();
        tokio::spawn({
            let stop = stop.clone();
            async move { service.run(stop).await }
        });
        stop.drop_guard()
    }

    async fn publish<E: PublicEvents>(&self, encoder: &Encoder<E>, records: Vec<Published<E>>) {
        let producer = IdempotentProducer::new(&brokers()).unwrap();
        for published in records {
            let record = encoder.encode(&OutgoingRecord { published, payload_hash: [0; 32] }).unwrap();
            producer.produce(record).await.unwrap();
        }
        producer.flush().await.unwrap();
    }

    async fn wait_for(&self, condition: &str) {
        let client = self.database.client().await;
        let holds = async || client.query_one(condition, &[]).await.unwrap().get::<_, bool>(0);
        wait_until(PATIENCE, LOOK, holds).await.unwrap_or_else(|_| panic!("{condition}"));
    }
}

#[tokio::test]
async fn each_set_takes_the_records_of_its_kind_and_parks_none_of_the_others() {
    let world = World::new().await;
    let (stock, reservations) = (world.topic.encoder_of().await, world.topic.encoder_of().await);
    let _projectors = [world.start::<Stock>(), world.start::<Reservations>()];
    let item = StockHistory::of("shop", "zrh-1", "A").added().received(5);
    let reserved = item.clone().reserved(Uuid::from_u128(1), Uuid::from_u128(2), 3);
    let granted = ReservationHistory::new(1, "shop", 2).granted("zrh-1", &[("A", 3, 0)]);
    world.publish(&stock, item.records()).await;
    world.publish(&reservations, granted.records()).await;
    world.publish(&stock, reserved.since(3)).await;
    world.publish(&reservations, granted.released().records().split_off(1)).await;
    world.wait_for("SELECT EXISTS (SELECT FROM stock_g1.stock WHERE version = 3 AND available = 2)").await;
    world
        .wait_for("SELECT EXISTS (SELECT FROM reservation_g1.reservation WHERE version = 2 AND state = 'RELEASED')")
        .await;
    // Both groups pass all records, their own and those of the other kind.
    world.wait_for("SELECT count(*) = 2 FROM public.projector_offset WHERE next_offset >= 5").await;
    world.wait_for("SELECT count(*) = 0 FROM public.parked").await;
}

#[tokio::test]
async fn what_belongs_to_no_kind_of_the_topic_is_parked() {
    let world = World::new().await;
    let (stock, orders) = (world.topic.encoder_of().await, world.topic.encoder().await);
    let _projector = world.start::<Stock>();
    let order = super::support::placed(Uuid::from_u128(3));
    world.publish(&orders, order[..1].to_vec()).await;
    world.publish(&stock, StockHistory::of("shop", "zrh-1", "A").added().records()).await;
    world.wait_for("SELECT EXISTS (SELECT FROM stock_g1.stock WHERE version = 1)").await;
    world.wait_for("SELECT count(*) = 1 FROM public.parked WHERE reason LIKE '%no record of this contract'").await;
}
