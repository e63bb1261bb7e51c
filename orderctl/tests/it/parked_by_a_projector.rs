//! `dlq` over what a real projector has parked.

use domain::order::contract::PublicEvent;
use std::sync::Arc;

use clap::Parser;
use domain::OrderId;
use messaging::testing::{TestTopic, brokers, cancelled, drafted, new_order, registry};
use messaging::{Encoder, OutgoingRecord};
use orderctl::cli::{Cli, Verb};
use orderctl::dlq;
use projection_service::{ProjectionService, ProjectionSettings, ProjectionSource};
use read_models::{ModelSet, Orders};
use service_kit::clock::SystemClock;
use service_kit::config::{MessagingSettings, Variables};
use service_kit::testing::TestDatabase;
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;

use crate::waits::holds;

/// A projector at work on a topic of its own.
struct World {
    read: TestDatabase,
    client: Client,
    topic: TestTopic,
    encoder: Encoder<PublicEvent>,
    stop: CancellationToken,
}

impl World {
    async fn start() -> Self {
        let read = TestDatabase::create().await;
        read_models::migrate(read.url(), &order_engine::model_sets(), |_| ()).await.unwrap();
        let topic = TestTopic::create(1).await;
        let dead_letters = TestTopic::create(1).await;
        let messaging =
            MessagingSettings { kafka_brokers: brokers(), schema_registry_url: registry().url().to_owned() };
        let source = ProjectionSource {
            group: Orders::GROUP.to_owned(),
            topic: topic.name.clone(),
            dead_letters: dead_letters.name,
        };
        let settings = ProjectionSettings::of(source, read.url().clone(), messaging);
        let service = ProjectionService::<Orders>::new(settings, Arc::new(SystemClock)).unwrap();
        let stop = CancellationToken::new();
        tokio::spawn({
            let stop = stop.clone();
            async move { service.run(stop).await }
        });
        let encoder = topic.encoder().await;
        let client = read.client().await;
        Self { read, client, topic, encoder, stop }
    }

    async fn publish(&self, records: &[OutgoingRecord<PublicEvent>]) {
        self.topic.publish(&self.encoder, records).await;
    }

    async fn wait_for_version(&self, order: OrderId, version: i64) {
        let there =
            "SELECT EXISTS (SELECT FROM order_summary_g1.order_summary WHERE order_id = 'ORDER' AND version = VERSION)";
        holds(&self.client, &there.replace("ORDER", &order.to_string()).replace("VERSION", &version.to_string())).await;
    }

    /// The number of the first parked record.
    async fn first(&self) -> i64 {
        self.client.query_one("SELECT min(id) FROM public.parked", &[]).await.unwrap().get(0)
    }

    /// Whether a command line finds all well.
    async fn dlq(&self, line: &str) -> Result<bool, String> {
        let variables = Variables::from_pairs([
            ("READ_DATABASE_URL", self.read.url().expose()),
            ("KAFKA_BROKERS", &brokers()),
            ("SCHEMA_REGISTRY_URL", registry().url()),
        ]);
        let Verb::Dlq(verb) = Cli::try_parse_from(format!("orderctl dlq {line}").split(' ')).unwrap().verb else {
            panic!("{line} is no line of dlq")
        };
        dlq::run(&variables, &verb).await.map_err(|error| service_kit::errors::chain(error.as_ref()))
    }
}

#[tokio::test]
async fn what_was_parked_is_applied_in_order_once_its_cause_is_gone_and_the_order_goes_on() {
    let world = World::start().await;
    let ill = new_order();
    let well = new_order();
    // A rule that only this order breaks.
    let rule = format!("ALTER TABLE order_timeline_g1.order_timeline ADD CONSTRAINT rule CHECK (order_id <> '{ill}')");
    world.client.batch_execute(&rule).await.unwrap();
    world.publish(&[drafted(ill, 1), drafted(well, 2)]).await;
    world.wait_for_version(well, 1).await;
    world.publish(&[cancelled(ill, 2, 3)]).await;
    holds(&world.client, "SELECT count(*) = 2 FROM public.parked").await;
    let id = world.first().await;
    assert_eq!(world.dlq("list").await, Ok(true));
    assert_eq!(world.dlq(&format!("show {id}")).await, Ok(true));
    let refused = world.dlq(&format!("redrive {id}")).await.unwrap_err();
    assert!(refused.contains("rule"), "{refused}");

    world.client.batch_execute("ALTER TABLE order_timeline_g1.order_timeline DROP CONSTRAINT rule").await.unwrap();
    assert_eq!(world.dlq(&format!("redrive --key {ill}")).await, Ok(true));
    world.wait_for_version(ill, 2).await;
    holds(&world.client, "SELECT count(*) = 0 FROM public.parked").await;
    // What comes later of the key is applied by the projector again: here as what is known already.
    world.publish(&[cancelled(ill, 2, 3), cancelled(well, 2, 4)]).await;
    world.wait_for_version(well, 2).await;
    holds(&world.client, "SELECT count(*) = 0 FROM public.parked").await;
    world.stop.cancel();
}

#[tokio::test]
async fn what_can_never_be_applied_is_given_up_with_a_reason() {
    let world = World::start().await;
    let torn = new_order();
    let well = new_order();
    // The first of its events is nowhere.
    world.publish(&[cancelled(torn, 2, 1), drafted(well, 2)]).await;
    world.wait_for_version(well, 1).await;
    let id = world.first().await;
    assert_eq!(world.dlq(&format!("redrive {id}")).await, Ok(false));
    assert_eq!(world.dlq(&format!("drop {id} --reason lost")).await, Ok(true));
    let kept = format!("SELECT count(*) = 1 FROM public.parked_dropped WHERE id = {id} AND dropped_because = 'lost'");
    holds(&world.client, &kept).await;
    let again = world.dlq(&format!("drop {id} --reason lost")).await.unwrap_err();
    assert!(again.contains("no parked record"), "{again}");
    world.stop.cancel();
}
