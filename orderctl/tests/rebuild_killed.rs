//! `replay rebuild` killed by SIGKILL in its fill, while it catches up and within its switch: the live rows stay as they
//! were meanwhile, and the next run ends right.

#![expect(clippy::unwrap_used, reason = "a test ends at its first surprise")]

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use domain::contract::Published;
use domain::order::{ImportLine, ImportOrder, Order, OrderCommand, OrderKind};
use domain::{
    Currency, CustomerId, Decider, ExternalReference, ImportSource, OrderId, OrderNumber, Quantity, Sku, TenantId,
    Timestamp, UnitPrice,
};
use event_store::{CommandBus, Execution, Expectation, Metadata, Outcome, Sequencer, Store, StoreOptions};
use orderctl::replay::StoreLog;
use read_models::rebuild::Log;
use read_models::{Applier, Generations, Model, generation, migrate};
use service_kit::clock::{Ids, SystemIds};
use service_kit::poll::wait_until;
use service_kit::testing::TestDatabase;
use tokio::process::Command;
use tokio_postgres::Client;
use tokio_util::sync::{CancellationToken, DropGuard};

const LIMIT: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(10);
const SOMEBODY_WAITS: &str = "SELECT count(*) > 0 FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'";
const NOBODY_REBUILDS: &str = "SELECT count(*) = 0 FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'rebuild%'";

/// Where the rebuild is when it is killed.
#[derive(Debug, Clone, Copy)]
enum Stage {
    Fill,
    CatchUp,
    Switch,
}

struct World {
    orders: TestDatabase,
    read: TestDatabase,
    store: Store,
    bus: CommandBus<Order>,
    client: Client,
    _sequencing: DropGuard,
}

impl World {
    async fn new() -> Self {
        let orders = TestDatabase::migrated(event_store::migrations()).await;
        let store = Store::open(orders.url(), StoreOptions::default()).await.unwrap();
        let stop = CancellationToken::new();
        let (sequencer, _) = Sequencer::new(store.clone(), orders.url().clone(), 0);
        tokio::spawn(sequencer.run(stop.clone()));
        let read = TestDatabase::create().await;
        migrate(read.url(), |_| ()).await.unwrap();
        let bus = CommandBus::new(store.clone(), Arc::new(SystemIds));
        let client = read.client().await;
        Self { orders, read, store, bus, client, _sequencing: stop.drop_guard() }
    }

    /// Stores orders; answers their events as the projector would get them.
    async fn stored(&self, orders: i64) -> Vec<Published> {
        let before = self.store.head(0).await.unwrap();
        for number in before..before + orders {
            let id = OrderId::new(SystemIds.ordered());
            let (stream, command) = (id.to_string(), import(id, number));
            let decide = |_: i64, state: &_| Order::decide(state, command.clone());
            let outcome = self.bus.execute(Execution {
                id: &stream,
                tenant: TenantId::try_new("shop").unwrap(),
                metadata: Metadata::default(),
                expects: Expectation::New,
                idempotency: None,
                decide: &decide,
                claims: &|_| None,
                answer: &|_| None,
            });
            assert!(matches!(outcome.await, Ok(Outcome::Done(_))));
        }
        let placed = async || self.store.head(0).await.unwrap() == before + orders;
        wait_until(LIMIT, LOOK, placed).await.unwrap();
        StoreLog(self.store.clone()).page(0, before, orders).await.unwrap()
    }

    /// Applies events to what is live.
    async fn apply(&self, records: &[Published]) {
        let mut client = self.read.client().await;
        let applier = Applier::open(&client).await.unwrap();
        let transaction = client.transaction().await.unwrap();
        assert_eq!(applier.apply(&transaction, records).await.unwrap().applied, records.len());
        transaction.commit().await.unwrap();
    }

    fn orderctl(&self, verb: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orderctl"));
        command.args(["replay", verb, "--all"]).stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
        command.env("ORDERS_DATABASE_URL", self.orders.url().expose());
        command.env("READ_DATABASE_URL", self.read.url().expose());
        command
    }

    async fn live(&self) -> Generations {
        Generations::live(&self.client).await.unwrap()
    }

    /// All live rows, as a text a model.
    async fn rows(&self) -> Vec<String> {
        let live = self.live().await;
        let mut rows = Vec::new();
        for model in Model::ALL {
            let table = format!("{}.{}", generation::schema(model, live.of(model).unwrap()), model.name());
            let statement =
                format!("SELECT coalesce(string_agg(t::text, '\n' ORDER BY t::text), '') FROM {table} AS t");
            rows.push(self.client.query_one(&statement, &[]).await.unwrap().get(0));
        }
        rows
    }

    /// Waits until the rebuild tells a stage and waits for a lock of this test's.
    async fn held(&self, stage: &str, within: &TestDatabase) {
        let stage = format!("SELECT stage IS NOT DISTINCT FROM '{stage}' FROM public.model_rebuild");
        holds(&self.client, &stage).await;
        holds(&within.client().await, SOMEBODY_WAITS).await;
    }

    /// Starts a rebuild, applies what is late while it fills, and kills it; what is live is the same before and after.
    async fn kill_at(&self, stage: Stage, late: &[Published]) -> Vec<String> {
        let (mut holder, mut second) = (self.orders.client().await, self.read.client().await);
        let in_fill = holder.transaction().await.unwrap();
        in_fill.batch_execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE").await.unwrap();
        let mut rebuild = self.orderctl("rebuild").spawn().unwrap();
        self.held("fill", &self.orders).await;
        self.apply(late).await;
        let (live, rows) = (self.live().await, self.rows().await);
        let later = second.transaction().await.unwrap();
        let (told, lock) = match stage {
            Stage::Fill => (None, "SELECT".to_owned()),
            Stage::CatchUp => {
                let schema = generation::schema(Model::OrderSummary, live.of(Model::OrderSummary).unwrap());
                (Some("catch up"), format!("LOCK TABLE {schema}.order_summary IN ACCESS EXCLUSIVE MODE"))
            }
            // What moves the pointer has moved none yet; nobody else sees the stage that its transaction tells.
            Stage::Switch => {
                (Some("compare and switch"), "LOCK TABLE public.model_generation IN SHARE MODE".to_owned())
            }
        };
        later.batch_execute(&lock).await.unwrap();
        if let Some(told) = told {
            in_fill.rollback().await.unwrap();
            self.held(told, &self.read).await;
            rebuild.kill().await.unwrap();
        } else {
            rebuild.kill().await.unwrap();
            in_fill.rollback().await.unwrap();
        }
        later.rollback().await.unwrap();
        holds(&self.client, NOBODY_REBUILDS).await;
        assert_eq!((self.live().await, self.rows().await), (live, rows.clone()), "killed at {stage:?}");
        rows
    }
}

async fn holds(client: &Client, sql: &str) {
    let holds = async || client.query_one(sql, &[]).await.unwrap().get::<_, bool>(0);
    assert!(wait_until(LIMIT, LOOK, holds).await.is_ok(), "never true: {sql}");
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
        customer: Some(CustomerId::try_new(format!("c{}", number % 3)).unwrap()),
        country: None,
        currency: Currency::GBP,
        lines: vec![ImportLine {
            sku: Sku::try_new(format!("SKU-{}", number % 5)).unwrap(),
            description: None,
            quantity: Quantity::try_new(6).unwrap(),
            unit_price: UnitPrice::try_new("2.55").unwrap(),
        }],
        placed_at: at,
        at,
    })
}

#[tokio::test]
async fn killed_in_fill_catch_up_or_switch_it_changes_nothing_and_the_next_run_ends_right() {
    let world = World::new().await;
    world.apply(&world.stored(20).await).await;
    for stage in [Stage::Fill, Stage::CatchUp, Stage::Switch] {
        let late = world.stored(3).await;
        let rows = world.kill_at(stage, &late).await;
        let live = world.live().await;
        // As if the time of the dead process's lease were over.
        world.client.execute("UPDATE public.model_rebuild SET expires_at = now()", &[]).await.unwrap();
        assert!(world.orderctl("rebuild").status().await.unwrap().success(), "after a kill at {stage:?}");
        assert_ne!(world.live().await, live, "after a kill at {stage:?}");
        assert_eq!(world.rows().await, rows, "after a kill at {stage:?}");
        assert!(world.orderctl("verify").status().await.unwrap().success(), "after a kill at {stage:?}");
        let schemas = "SELECT count(*) = 10 FROM pg_namespace WHERE nspname ~ '_g[0-9]+$'";
        holds(&world.client, schemas).await;
    }
}
