//! `replay` over a log and read models in Postgres, and `dlq` over parked records.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use clap::Parser;
use domain::OrderId;
use domain::contract::PublicEvents;
use domain::order::contract::PublicEvent;
use domain::order::contract::Published;
use messaging::codec::Encoder;
use messaging::schemas;
use messaging::{Decoder, OutgoingRecord, Registry};
use orderctl::cli::{Cli, Verb};
use orderctl::dlq;
use orderctl::replay;
use projection_service::{Redriven, redrive};
use read_models::{Orders, migrate};
use service_kit::config::Variables;
use service_kit::testing::TestDatabase;
use tokio_postgres::Client;

use crate::log::{Log, apply};
use crate::waits::holds;

struct World {
    log: Log,
    records: Vec<Published>,
    read: TestDatabase,
    client: Client,
}

impl World {
    /// A log of imported orders, and read models that have all of them.
    async fn of(orders: i64) -> Self {
        let log = Log::start().await;
        let records = log.import(orders).await;
        let read = TestDatabase::create().await;
        migrate(read.url(), &order_engine::model_sets(), |_| ()).await.unwrap();
        apply(&read, &records).await;
        let client = read.client().await;
        Self { log, records, read, client }
    }

    /// The first order.
    fn first(&self) -> OrderId {
        self.records[0].event.order_id().parse().unwrap()
    }

    fn variables(&self) -> Variables {
        Variables::from_pairs([
            ("ORDERS_DATABASE_URL", self.log.database.url().expose()),
            ("READ_DATABASE_URL", self.read.url().expose()),
            ("KAFKA_BROKERS", "127.0.0.1:9"),
            ("SCHEMA_REGISTRY_URL", "http://127.0.0.1:9"),
        ])
    }

    /// Whether a command line finds all well.
    async fn orderctl(&self, line: &str) -> Result<bool, String> {
        let result = match Cli::try_parse_from(format!("orderctl {line}").split(' ')).unwrap().verb {
            Verb::Replay(verb) => replay::run(&self.variables(), &verb).await,
            Verb::Dlq(verb) => dlq::run(&self.variables(), &verb).await,
            verb => panic!("{verb:?} is of other tests"),
        };
        result.map_err(|error| service_kit::errors::chain(error.as_ref()))
    }
}

#[tokio::test]
async fn a_damaged_row_is_found_refused_and_repaired_by_command() {
    let world = World::of(12).await;
    assert_eq!(world.orderctl("replay verify --kind order").await, Ok(true));
    assert_eq!(world.orderctl("replay rebuild --kind order --json").await, Ok(true));
    let damage = "UPDATE order_summary_g3.order_summary SET customer = 'nobody' WHERE number = '3'";
    assert_eq!(world.client.execute(damage, &[]).await.unwrap(), 1);
    assert_eq!(world.orderctl("replay verify sku_sales").await, Ok(true), "another model is well");
    assert_eq!(world.orderctl("replay verify order_summary").await, Ok(false));
    assert_eq!(world.orderctl("replay rebuild order_summary").await, Ok(false));
    assert_eq!(world.orderctl("replay rebuild order_summary --accept-differences").await, Ok(true));
    assert_eq!(world.orderctl("replay verify --all --json").await, Ok(true));
    assert_eq!(world.orderctl("replay status").await, Ok(true));
    let back = world.orderctl("replay rollback order_summary").await.unwrap_err();
    assert!(back.contains("--all"), "{back}");
    let back = world.orderctl("replay rollback --all").await.unwrap_err();
    assert!(back.contains("not switched together"), "{back}");
}

#[tokio::test]
async fn an_order_is_shown_as_of_any_moment() {
    let world = World::of(1).await;
    let id = world.first();
    for line in ["replay show {}", "replay show {} --as-of 0.1", "replay diff {} --from 1 --to 1 --json"] {
        assert_eq!(world.orderctl(&line.replace("{}", &id.to_string())).await, Ok(true), "{line}");
    }
    let early = world.orderctl(&format!("replay show {id} --as-of 2000-01-01T00:00:00Z")).await;
    assert!(early.unwrap_err().contains("nothing had happened"));
}

/// A registry that knows record n of the contract as schema n + 1.
async fn registry() -> Registry {
    let schema = async |Path(id): Path<usize>| {
        serde_json::json!({ "schema": schemas::of::<PublicEvent>()[id - 1].text }).to_string()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/schemas/ids/{id}", get(schema));
    tokio::spawn(async { axum::serve(listener, router).await });
    Registry::new(&url).unwrap()
}

/// Parks records of one order; `None` is one that nobody can read.
async fn park(client: &Client, order: OrderId, records: &[Option<OutgoingRecord<PublicEvent>>]) {
    let encoder = Encoder::with_ids("http://127.0.0.1:9", "orders", |index| u32::try_from(index).unwrap() + 1);
    for record in records {
        let mut value = b"no Avro at all".to_vec();
        let mut headers = serde_json::json!({});
        if let Some(record) = record {
            value = encoder.encode(record).unwrap().value.unwrap();
            headers = headers_of(record);
        }
        let statement = "INSERT INTO public.parked (group_name, topic, partition, \"offset\", key, order_id, reason, record, headers) \
             SELECT 'read', 't', 0, count(*), $1, $2, 'a test', $3, $4 FROM public.parked";
        let key = order.to_string().into_bytes();
        client.execute(statement, &[&key, &order.uuid(), &value, &headers]).await.unwrap();
    }
}

fn headers_of(record: &OutgoingRecord<PublicEvent>) -> serde_json::Value {
    use base64::Engine;
    let text = |text: String| base64::engine::general_purpose::STANDARD.encode(text);
    let published = &record.published;
    serde_json::json!({
        "ce_id": text(published.event_id.to_string()),
        "ce_globalposition": text(published.position.to_string()),
        "ce_aggregateversion": text(published.event.version().to_string()),
        "ce_recordedtime": text(published.recorded_at.to_string()),
    })
}

#[tokio::test]
async fn parked_records_of_a_key_are_applied_in_order_as_far_as_they_can_be() {
    use messaging::testing::{cancelled, drafted, new_order};
    let mut world = World::of(1).await;
    let decoder = Decoder::new(registry().await);
    let well = new_order();
    let ill = new_order();
    let torn = new_order();
    park(&world.client, well, &[Some(drafted(well, 2)), Some(cancelled(well, 2, 3))]).await;
    park(&world.client, ill, &[Some(drafted(ill, 4)), None, Some(cancelled(ill, 2, 5))]).await;
    park(&world.client, torn, &[Some(cancelled(torn, 2, 6))]).await;
    let mut run = async |order: OrderId| {
        redrive::<Orders>(&mut world.client, &decoder, order.to_string().as_bytes()).await.unwrap()
    };

    assert_eq!(run(well).await, Redriven::Applied { records: 2, waiting: 0 });
    assert_eq!(run(ill).await, Redriven::Applied { records: 1, waiting: 2 });
    assert!(matches!(run(ill).await, Redriven::Refused { reason, .. } if reason.contains("0x6e")));
    assert!(matches!(run(torn).await, Redriven::Refused { reason, .. } if reason.contains("does not follow")));

    let versions = "SELECT version FROM order_summary_g1.order_summary WHERE order_id = ANY ($1) ORDER BY version";
    let rows = world.client.query(versions, &[&vec![well.uuid(), ill.uuid(), torn.uuid()]]).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.get(0)).collect::<Vec<i64>>(), [1, 2]);

    // The unreadable one is given up, and what waited behind it goes on.
    let poison = "SELECT id FROM public.parked WHERE order_id = $1 ORDER BY \"offset\" LIMIT 1";
    let poison: i64 = world.client.query_one(poison, &[&ill.uuid()]).await.unwrap().get(0);
    for line in ["dlq list", "dlq list --json", "dlq show {}", "dlq drop {} --reason unreadable"] {
        assert_eq!(world.orderctl(&line.replace("{}", &poison.to_string())).await, Ok(true), "{line}");
    }
    let mut run = async |order: OrderId| {
        redrive::<Orders>(&mut world.client, &decoder, order.to_string().as_bytes()).await.unwrap()
    };
    assert_eq!(run(ill).await, Redriven::Applied { records: 1, waiting: 0 });
    let dropped = "SELECT dropped_because FROM public.parked_dropped";
    assert_eq!(world.client.query_one(dropped, &[]).await.unwrap().get::<_, String>(0), "unreadable");
}

#[tokio::test]
async fn a_switch_waits_for_a_redrive_and_takes_its_rows_along() {
    let world = World::of(1).await;
    let published = world.records[0].clone();
    let forget = "TRUNCATE order_summary_g1.order_summary, order_lines_g1.order_lines, order_timeline_g1.order_timeline, \
         customer_summary_g1.customer_summary, sku_sales_g1.sku_sales, order_counts_g1.order_counts";
    world.client.batch_execute(forget).await.unwrap();
    park(&world.client, world.first(), &[Some(OutgoingRecord { published, payload_hash: [0; 32] })]).await;
    // The redrive has written its rows and cannot remove what was parked yet.
    let mut holder = world.read.client().await;
    let mut client = world.read.client().await;
    let holding = holder.transaction().await.unwrap();
    holding.batch_execute("LOCK TABLE public.parked IN SHARE MODE").await.unwrap();
    let key = world.first().to_string();
    let decoder = Decoder::new(registry().await);
    let redriving =
        tokio::spawn(async move { redrive::<Orders>(&mut client, &decoder, key.as_bytes()).await.unwrap() });
    let waiting = "SELECT count(*) = $ FROM pg_stat_activity \
         WHERE datname = current_database() AND wait_event_type = 'Lock'";
    holds(&world.client, &waiting.replace('$', "1")).await;
    let let_go = async {
        holds(&world.client, &waiting.replace('$', "2")).await;
        holding.rollback().await.unwrap();
    };
    let (rebuilt, ()) = tokio::join!(world.orderctl("replay rebuild --all"), let_go);
    assert_eq!(rebuilt, Ok(true));
    assert_eq!(redriving.await.unwrap(), Redriven::Applied { records: 1, waiting: 0 });
    holds(&world.client, "SELECT count(*) = 1 FROM order_summary_g2.order_summary").await;
    assert_eq!(world.orderctl("replay verify --all").await, Ok(true));
}
