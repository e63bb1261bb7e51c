//! Reservations of one hot SKU and of a thousand, by 64 buyers, in one process and in three, against a row lock: the same sale as one
//! conditional UPDATE with an INSERT by 64 connections. Cells are interleaved; medians are printed as `name=value`, with what limits each: processor time of
//! the engine and of Postgres, how many of the machine's cores both kept busy, and how many transactions stored the reservations.
//!
//! `BENCH_SECONDS` is the length of a cell, `BENCH_ROUNDS` how often each is run. A process is a store of its own, with its own
//! connections, queues and memory.

#![expect(clippy::unwrap_used, reason = "a benchmark ends at the first surprise")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]
#![expect(clippy::disallowed_methods, reason = "its length comes from the environment, its ids from the machine")]

use std::sync::Arc;
use std::time::Duration;

use benches::cost::Spent;
use benches::drive::{Cell, closed_loops, median};
use domain::reservation::{RequestedLine, ReservationEvent};
use domain::{LocationId, OrderId, Quantity, RequestId, ReservationId, Sku, TenantId, Timestamp};
use event_store::{ExecuteError, Metadata, Store, StoreOptions};
use inventory::Inventory;
use inventory::reservation::{AskError, Asked, AskedBy};
use inventory::stock::OpeningStock;
use service_kit::clock::{Clock, SystemClock, SystemIds};
use service_kit::testing::TestDatabase;
use tokio_postgres::Client;
use uuid::Uuid;

const BUYERS: usize = 64;
const SKUS: usize = 1_000;
const PIECES: u64 = 1_000_000_000;
const LOCATION: &str = "zrh-1";

#[tokio::main]
async fn main() {
    let number =
        |name: &str, default: f64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let time = Duration::from_secs_f64(number("BENCH_SECONDS", 3.0));
    let rounds = number("BENCH_ROUNDS", 3.0);
    let mut results: [Vec<Sold>; 4] = Default::default();
    let mut round = 0.0;
    while round < rounds {
        round += 1.0;
        for (cells, (skus, processes)) in results.iter_mut().zip([(1, 1), (1, 3), (SKUS, 1)]) {
            cells.push(ours(time, skus, processes).await);
        }
        results[3].push(row_lock(time).await);
        eprintln!("reservations: round {round} of {rounds} done");
    }
    let middle = |sold: &[Sold], figure: fn(&Sold) -> f64| median(sold.iter().map(figure).collect());
    let rate = |sold: &[Sold]| middle(sold, |sold| sold.cell.rate());
    let names = ["reservations_hot", "reservations_hot_three_processes", "reservations_thousand_skus", "row_lock_hot"];
    for (name, sold) in names.iter().zip(&results) {
        println!("{name}_per_s={:.0}", rate(sold));
        println!("{name}_p50_ms={:.2}", middle(sold, |sold| sold.cell.quantile_ms(0.5)));
        println!("{name}_p99_ms={:.2}", middle(sold, |sold| sold.cell.quantile_ms(0.99)));
        println!("{name}_cpu_us={:.0}", middle(sold, |sold| sold.spent.own_us));
        println!("{name}_postgres_cpu_us={:.0}", middle(sold, |sold| sold.spent.postgres_us));
        println!("{name}_cores_busy={:.2}", middle(sold, Sold::cores_busy));
        println!("{name}_per_transaction={:.1}", middle(sold, |sold| sold.per_transaction));
    }
    println!("reservations_hot_vs_row_lock={:.2}", rate(&results[0]) / rate(&results[3]));
}

/// A cell with what it took.
struct Sold {
    cell: Cell,
    /// For each reservation.
    spent: Spent,
    /// Reservations that one transaction stored.
    per_transaction: f64,
}

impl Sold {
    async fn measured(cell: impl Future<Output = Cell>, database: &TestDatabase, table: &str) -> Self {
        let transactions = async || -> f64 {
            let count = format!("SELECT count(DISTINCT xmin::text)::float8 FROM {table}");
            database.client().await.query_one(&count, &[]).await.unwrap().get(0)
        };
        let (before, spent) = (transactions().await, Spent::now());
        let cell = cell.await;
        let spent = Spent::now().per(spent, cell.done as f64);
        assert_eq!(cell.failed, 0);
        let per_transaction = cell.done as f64 / (transactions().await - before);
        Self { cell, spent, per_transaction }
    }

    fn cores_busy(&self) -> f64 {
        self.cell.rate() * (self.spent.own_us + self.spent.postgres_us) / 1_000_000.0
    }
}

fn sku(index: usize) -> Sku {
    Sku::try_new(format!("sku-{index}")).unwrap()
}

async fn process(database: &TestDatabase) -> (Store, Arc<Inventory>) {
    let store = Store::open(database.url(), StoreOptions::default()).await.unwrap();
    let inventory = Inventory::new(store.clone(), Arc::new(SystemClock), Arc::new(SystemIds), &[7; 32]);
    (store, Arc::new(inventory))
}

async fn ours(time: Duration, skus: usize, processes: usize) -> Sold {
    let database = TestDatabase::migrated(event_store::migrations()).await;
    let tenant = TenantId::try_new("shop").unwrap();
    let location = LocationId::try_new(LOCATION).unwrap();
    let mut inventories = Vec::new();
    for _ in 0..processes {
        inventories.push(process(&database).await.1);
    }
    let rows: Vec<OpeningStock> = (0..skus)
        .map(|index| OpeningStock {
            location: location.clone(),
            sku: sku(index),
            on_hand: domain::Pieces::try_new(PIECES).unwrap(),
            safety_stock: None,
            allows_backorder: None,
        })
        .collect();
    for rows in rows.chunks(400) {
        inventories[0].import_opening_stock(&staff(&tenant), rows.to_vec()).await.unwrap();
    }
    let expires_at = Timestamp::try_from_micros(SystemClock.now().micros() + 86_400_000_000).unwrap();
    let inventories = Arc::new(inventories);
    let sale = closed_loops(BUYERS, time, move |task, count| {
        let inventories = Arc::clone(&inventories);
        let (tenant, location) = (tenant.clone(), location.clone());
        let wanted = sku((task * 7_919 + usize::try_from(count).unwrap() * 104_729) % skus);
        async move {
            let lines = vec![RequestedLine { sku: wanted, quantity: Quantity::try_new(1).unwrap() }];
            let by = AskedBy {
                request: RequestId::new(Uuid::now_v7()),
                tenant,
                order: OrderId::new(Uuid::now_v7()),
                metadata: Metadata::default(),
            };
            let asked = Asked::Reserve { location, lines, expires_at };
            let id = ReservationId::new(Uuid::now_v7());
            let inventory = &inventories[task % inventories.len()];
            loop {
                // Whoever lost too many races asks again, as the handler of messages does.
                match inventory.answer(id, &asked, &by).await {
                    Err(AskError::Store { source: ExecuteError::Contended { .. }, .. }) => {}
                    answer => break matches!(answer.as_deref(), Ok([ReservationEvent::ReservationGranted(_)])),
                }
            }
        }
    });
    Sold::measured(sale, &database, "events").await
}

fn staff(tenant: &TenantId) -> command_kit::Caller {
    command_kit::Caller {
        principal: service_kit::auth::Principal {
            subject: "bench".into(),
            tenant: tenant.clone(),
            customer: None,
            scopes: service_kit::auth::Role::Admin.scopes(),
        },
        correlation: service_kit::telemetry::CorrelationId::from_uuid(Uuid::now_v7()),
        key: None,
        expected: None,
        is_dry_run: false,
    }
}

/// The sale as a table with a row for each SKU does it.
async fn row_lock(time: Duration) -> Sold {
    let database = TestDatabase::create().await;
    let tables = "CREATE TABLE stock (sku text PRIMARY KEY, on_hand bigint NOT NULL, reserved bigint NOT NULL);
                  CREATE TABLE reservation (id uuid PRIMARY KEY, sku text NOT NULL, quantity bigint NOT NULL);
                  INSERT INTO stock VALUES ('hot', 1000000000, 0)";
    database.client().await.batch_execute(tables).await.unwrap();
    let mut clients: Vec<Client> = Vec::new();
    for _ in 0..BUYERS {
        clients.push(database.client().await);
    }
    let clients = Arc::new(clients);
    let sale = closed_loops(BUYERS, time, move |task, _| {
        let clients = Arc::clone(&clients);
        async move {
            let sale = "WITH taken AS (UPDATE stock SET reserved = reserved + 1
                                       WHERE sku = 'hot' AND on_hand - reserved >= 1 RETURNING sku)
                        INSERT INTO reservation SELECT $1, sku, 1 FROM taken";
            clients[task].execute(sale, &[&Uuid::now_v7()]).await.is_ok_and(|rows| rows == 1)
        }
    });
    Sold::measured(sale, &database, "reservation").await
}
