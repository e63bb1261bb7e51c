//! `replay` over a log and read models in Postgres, and `dlq` over parked records.

#![expect(clippy::unwrap_used, reason = "a test ends at its first surprise")]

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use clap::Parser;
use domain::order::{ImportLine, ImportOrder, Order, OrderCommand, OrderKind};
use domain::{
    Currency, Decider, ExternalReference, ImportSource, OrderId, OrderNumber, Quantity, Sku, TenantId, Timestamp,
    UnitPrice,
};
use event_store::{CommandBus, Execution, Expectation, Metadata, Outcome, Sequencer, Store, StoreOptions};
use messaging::codec::Encoder;
use messaging::schemas::CONTRACT;
use messaging::{Decoder, OutgoingRecord, Registry};
use orderctl::cli::{Cli, Verb};
use orderctl::dlq::{self, Redriven, redrive};
use orderctl::replay::{self, StoreLog};
use read_models::rebuild::Log;
use read_models::{Applier, migrate};
use service_kit::clock::{Ids, SystemIds};
use service_kit::config::Variables;
use service_kit::poll::wait_until;
use service_kit::testing::TestDatabase;
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;

struct World {
    orders: TestDatabase,
    read: TestDatabase,
    client: Client,
    ids: Vec<OrderId>,
}

impl World {
    /// A log of imported orders, and read models that have all of them.
    async fn of(orders: i64) -> Self {
        let (database, store, ids) = filled_log(orders).await;
        let read = TestDatabase::create().await;
        migrate(read.url(), |_| ()).await.unwrap();
        let mut client = read.client().await;
        let applier = Applier::open(&client).await.unwrap();
        let records = StoreLog(store).page(0, 0, 1_000).await.unwrap();
        let transaction = client.transaction().await.unwrap();
        assert_eq!(applier.apply(&transaction, &records).await.unwrap().applied, records.len());
        transaction.commit().await.unwrap();
        Self { orders: database, read, client, ids }
    }

    fn variables(&self) -> Variables {
        Variables::from_pairs([
            ("ORDERS_DATABASE_URL", self.orders.url().expose()),
            ("READ_DATABASE_URL", self.read.url().expose()),
            ("KAFKA_BROKERS", "127.0.0.1:9"),
            ("SCHEMA_REGISTRY_URL", "http://127.0.0.1:9"),
        ])
    }

    async fn wait_for(&self, sql: &str) {
        let holds = async || self.client.query_one(sql, &[]).await.unwrap().get::<_, bool>(0);
        assert!(
            wait_until(Duration::from_secs(30), Duration::from_millis(10), holds).await.is_ok(),
            "never true: {sql}"
        );
    }

    /// Whether a command line finds all well.
    async fn orderctl(&self, line: &str) -> Result<bool, String> {
        let told = match Cli::try_parse_from(format!("orderctl {line}").split(' ')).unwrap().verb {
            Verb::Replay(verb) => replay::run(&self.variables(), &verb).await,
            Verb::Dlq(verb) => dlq::run(&self.variables(), &verb).await,
            verb => panic!("{verb:?} is of other tests"),
        };
        told.map_err(|error| service_kit::errors::chain(error.as_ref()))
    }
}

async fn filled_log(orders: i64) -> (TestDatabase, Store, Vec<OrderId>) {
    let database = TestDatabase::migrated(event_store::migrations()).await;
    let store = Store::open(database.url(), StoreOptions::default()).await.unwrap();
    let stop = CancellationToken::new();
    let (sequencer, _) = Sequencer::new(store.clone(), database.url().clone(), 0);
    tokio::spawn(sequencer.run(stop.clone()));
    let bus: CommandBus<Order> = CommandBus::new(store.clone(), Arc::new(SystemIds));
    let mut ids = Vec::new();
    for number in 0..orders {
        let id = OrderId::new(SystemIds.ordered());
        let (stream, command) = (id.to_string(), import(id, number));
        let decide = |_: i64, state: &_| Order::decide(state, command.clone());
        let outcome = bus.execute(Execution {
            id: &stream,
            tenant: TenantId::try_new("shop").unwrap(),
            metadata: Metadata { correlation_id: None, causation_id: None, traceparent: None, principal: None },
            expects: Expectation::New,
            idempotency: None,
            decide: &decide,
            claims: &|_| None,
            answer: &|_| None,
        });
        assert!(matches!(outcome.await, Ok(Outcome::Done(_))));
        ids.push(id);
    }
    let (limit, interval) = (Duration::from_secs(60), Duration::from_millis(10));
    wait_until(limit, interval, async || store.head(0).await.unwrap() == orders).await.unwrap();
    stop.cancel();
    (database, store, ids)
}

fn import(order_id: OrderId, number: i64) -> OrderCommand {
    let at = Timestamp::try_from_micros(1_291_191_960_000_000).unwrap();
    OrderCommand::ImportOrder(ImportOrder {
        order_id,
        tenant: TenantId::try_new("shop").unwrap(),
        source: ImportSource::try_new("test").unwrap(),
        reference: ExternalReference::try_new(number.to_string()).unwrap(),
        number: OrderNumber::try_new(number.to_string()).unwrap(),
        kind: OrderKind::Sale,
        credit_of: None,
        customer: None,
        country: None,
        currency: Currency::GBP,
        lines: vec![ImportLine {
            sku: Sku::try_new("85123A").unwrap(),
            description: None,
            quantity: Quantity::try_new(6).unwrap(),
            unit_price: UnitPrice::try_new("2.55").unwrap(),
        }],
        placed_at: at,
        at,
    })
}

#[tokio::test]
async fn a_damaged_row_is_found_refused_and_repaired_by_command() {
    let world = World::of(12).await;
    assert_eq!(world.orderctl("replay verify --all").await, Ok(true));
    assert_eq!(world.orderctl("replay rebuild --all --json").await, Ok(true));
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
    let id = world.ids[0];
    for line in ["replay show {}", "replay show {} --as-of 0.1", "replay diff {} --from 1 --to 1 --json"] {
        assert_eq!(world.orderctl(&line.replace("{}", &id.to_string())).await, Ok(true), "{line}");
    }
    let early = world.orderctl(&format!("replay show {id} --as-of 2000-01-01T00:00:00Z")).await;
    assert!(early.unwrap_err().contains("nothing had happened"));
}

/// A registry that knows record n of the contract as schema n + 1.
async fn registry() -> Registry {
    let schema = async |Path(id): Path<usize>| serde_json::json!({ "schema": CONTRACT[id - 1].text }).to_string();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/schemas/ids/{id}", get(schema));
    tokio::spawn(async { axum::serve(listener, router).await });
    Registry::new(&url).unwrap()
}

/// Parks records of one order; `None` is one that nobody can read.
async fn park(client: &Client, order: OrderId, records: &[Option<OutgoingRecord>]) {
    let encoder =
        Encoder::with_ids("http://127.0.0.1:9", "orders", std::array::from_fn(|n| u32::try_from(n).unwrap() + 1));
    for record in records {
        let (mut value, mut headers) = (b"no Avro at all".to_vec(), serde_json::json!({}));
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

fn headers_of(record: &OutgoingRecord) -> serde_json::Value {
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
    let (well, ill, torn) = (new_order(), new_order(), new_order());
    park(&world.client, well, &[Some(drafted(well, 2)), Some(cancelled(well, 2, 3))]).await;
    park(&world.client, ill, &[Some(drafted(ill, 4)), None, Some(cancelled(ill, 2, 5))]).await;
    park(&world.client, torn, &[Some(cancelled(torn, 2, 6))]).await;
    let mut run =
        async |order: OrderId| redrive(&mut world.client, &decoder, order.to_string().as_bytes()).await.unwrap();

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
    let mut run =
        async |order: OrderId| redrive(&mut world.client, &decoder, order.to_string().as_bytes()).await.unwrap();
    assert_eq!(run(ill).await, Redriven::Applied { records: 1, waiting: 0 });
    let dropped = "SELECT dropped_because FROM public.parked_dropped";
    assert_eq!(world.client.query_one(dropped, &[]).await.unwrap().get::<_, String>(0), "unreadable");
}

#[tokio::test]
async fn a_switch_waits_for_a_redrive_and_takes_its_rows_along() {
    let world = World::of(1).await;
    let store = Store::open(world.orders.url(), StoreOptions::default()).await.unwrap();
    let published = StoreLog(store).page(0, 0, 1).await.unwrap().remove(0);
    let forget = "TRUNCATE order_summary_g1.order_summary, order_lines_g1.order_lines, order_timeline_g1.order_timeline, \
         customer_summary_g1.customer_summary, sku_sales_g1.sku_sales";
    world.client.batch_execute(forget).await.unwrap();
    park(&world.client, world.ids[0], &[Some(OutgoingRecord { published, payload_hash: [0; 32] })]).await;
    // The redrive has written its rows and cannot remove what was parked yet.
    let (mut holder, mut client) = (world.read.client().await, world.read.client().await);
    let holding = holder.transaction().await.unwrap();
    holding.batch_execute("LOCK TABLE public.parked IN SHARE MODE").await.unwrap();
    let (key, decoder) = (world.ids[0].to_string(), Decoder::new(registry().await));
    let redriving = tokio::spawn(async move { redrive(&mut client, &decoder, key.as_bytes()).await.unwrap() });
    let waiting = "SELECT count(*) = $ FROM pg_stat_activity \
         WHERE datname = current_database() AND wait_event_type = 'Lock'";
    world.wait_for(&waiting.replace('$', "1")).await;
    let let_go = async {
        world.wait_for(&waiting.replace('$', "2")).await;
        holding.rollback().await.unwrap();
    };
    let (rebuilt, ()) = tokio::join!(world.orderctl("replay rebuild --all"), let_go);
    assert_eq!(rebuilt, Ok(true));
    assert_eq!(redriving.await.unwrap(), Redriven::Applied { records: 1, waiting: 0 });
    world.wait_for("SELECT count(*) = 1 FROM order_summary_g2.order_summary").await;
    assert_eq!(world.orderctl("replay verify --all").await, Ok(true));
}
