//! Commands through HTTP, with tokens and idempotency keys, the sequencer and the relay at work, against stock postgres-es
//! in process. Cells are interleaved; medians are printed as `name=value`.

#![expect(clippy::unwrap_used, reason = "a benchmark ends at the first surprise")]
#![expect(clippy::disallowed_methods, reason = "its length comes from the environment, its ids from the machine")]

use std::sync::Arc;
use std::time::Duration;

use benches::drive::{Cell, closed_loops, median};
use benches::engine::Engine;
use benches::http::Connection;
use benches::stock::Stock;
use order_engine::Role;
use tokio::sync::Mutex;
use uuid::Uuid;

const CONNECTIONS: usize = 64;
const DRAFT: &str = "{\"customer\":\"customer-000042\",\"currency\":\"EUR\"}";

#[tokio::main]
async fn main() {
    let number =
        |name: &str, default: f64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let time = Duration::from_secs_f64(number("BENCH_SECONDS", 3.0));
    let rounds = number("BENCH_ROUNDS", 3.0);
    let engine = Engine::start(&[Role::Command, Role::Relay]).await;
    let mut ours = Vec::new();
    let mut stock = Vec::new();
    let mut round = 0.0;
    while round < rounds {
        round += 1.0;
        ours.push(http(&engine, time).await);
        stock.push(stock_cell(time).await);
        eprintln!("http: round {round} of {rounds} done");
    }
    let rate = |cells: &[Cell]| median(cells.iter().map(Cell::rate).collect());
    println!("http_commands_per_s={:.0}", rate(&ours));
    println!("http_vs_postgres_es={:.2}", rate(&ours) / rate(&stock));
    println!("http_p50_ms={:.2}", median(ours.iter().map(|cell| cell.quantile_ms(0.5)).collect()));
    println!("http_p99_ms={:.2}", median(ours.iter().map(|cell| cell.quantile_ms(0.99)).collect()));
}

async fn http(engine: &Engine, time: Duration) -> Cell {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(Mutex::new(Connection::open(&engine.address, &engine.token).await));
    }
    let connections = Arc::new(connections);
    let cell = closed_loops(CONNECTIONS, time, move |task, _| {
        let connections = Arc::clone(&connections);
        async move {
            let key = Uuid::new_v4().to_string();
            connections[task].lock().await.post("/v1/orders", &key, DRAFT).await.0 == 201
        }
    })
    .await;
    assert_eq!(cell.failed, 0);
    cell
}

async fn stock_cell(time: Duration) -> Cell {
    let stock = Arc::new(Stock::start(u32::try_from(CONNECTIONS).unwrap()).await);
    closed_loops(CONNECTIONS, time, move |_, _| {
        let stock = Arc::clone(&stock);
        async move {
            let id = Uuid::new_v4().to_string();
            stock.cqrs.execute(&id, id.clone()).await.is_ok()
        }
    })
    .await
}
