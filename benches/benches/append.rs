//! Appending: this store against its peers and against bare inserts, interleaved in one run.
//!
//! `BENCH_SECONDS` is the length of a cell, `BENCH_ROUNDS` how often each is run; medians are printed as `name=value`.

#![expect(clippy::unwrap_used, reason = "a benchmark ends at the first surprise")]
#![expect(clippy::disallowed_methods, reason = "its length comes from the environment, its ids from the machine")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

use std::sync::Arc;
use std::time::Duration;

use benches::bare::{BATCH, Bare};
use benches::cost::Cost;
use benches::drive::{Cell, closed_loops, median};
use benches::esrs_peer::Esrs;
use benches::ours::{Ours, place};
use benches::stock::Stock;
use uuid::Uuid;

const WRITERS: usize = 64;

#[derive(Default)]
struct Results {
    ours: Vec<(Cell, Cost)>,
    stock: Vec<(Cell, Cost)>,
    esrs: Vec<Cell>,
    bare: Vec<f64>,
    lone: Vec<Cell>,
    row: Vec<Cell>,
}

#[tokio::main]
async fn main() {
    let number =
        |name: &str, default: f64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let time = Duration::from_secs_f64(number("BENCH_SECONDS", 3.0));
    let rounds = number("BENCH_ROUNDS", 3.0);
    let mut results = Results::default();
    let mut round = 0.0;
    while round < rounds {
        round += 1.0;
        results.ours.push(ours(time, WRITERS).await);
        results.stock.push(stock(time).await);
        results.esrs.push(esrs(time).await);
        results.bare.push(bare(time, 1).await.max(bare(time, 2).await));
        results.lone.push(ours(time, 1).await.0);
        results.row.push(row(time).await);
        eprintln!("append: round {round} of {rounds} done");
    }
    report(&results);
}

fn report(results: &Results) {
    let rate = |cells: &[Cell]| median(cells.iter().map(Cell::rate).collect());
    let first = |pairs: &[(Cell, Cost)]| pairs.iter().map(|(cell, _)| cell.clone()).collect::<Vec<_>>();
    let ours = rate(&first(&results.ours));
    let stock = rate(&first(&results.stock));
    let esrs = rate(&results.esrs);
    let bare = median(results.bare.clone());
    let quantile = |cells: &[Cell], share| median(cells.iter().map(|cell| cell.quantile_ms(share)).collect());
    let lone = quantile(&results.lone, 0.5);
    let row = quantile(&results.row, 0.5);
    println!("append_commands_per_s={ours:.0}");
    println!("append_postgres_es_commands_per_s={stock:.0}");
    println!("append_esrs_commands_per_s={esrs:.0}");
    println!("append_bare_rows_per_s={bare:.0}");
    println!("append_vs_postgres_es={:.2}", ours / stock);
    println!("append_vs_esrs={:.2}", ours / esrs);
    println!("append_vs_limit={:.2}", ours / bare);
    println!("append1_p50_ms={lone:.3}");
    println!("append1_p50_vs_insert={:.2}", lone / row);
    println!("append_p50_ms={:.2}", quantile(&first(&results.ours), 0.5));
    println!("append_p99_ms={:.2}", quantile(&first(&results.ours), 0.99));
    for (name, cells) in [("append", &results.ours), ("append_postgres_es", &results.stock)] {
        let middle = |part: fn(&Cost) -> f64| median(cells.iter().map(|(_, cost)| part(cost)).collect());
        println!("{name}_cpu_us_per_event={:.0}", middle(|cost| cost.cpu_us));
        println!("{name}_fsyncs_per_event={:.4}", middle(|cost| cost.wal_flushes));
        println!("{name}_wal_bytes_per_event={:.0}", middle(|cost| cost.wal_bytes));
    }
}

async fn ours(time: Duration, writers: usize) -> (Cell, Cost) {
    let ours = Ours::start().await;
    let client = ours.database.client().await;
    let bus = Arc::clone(&ours.bus);
    let before = Cost::read(&client).await;
    let cell = closed_loops(writers, time, move |_, _| {
        let bus = Arc::clone(&bus);
        async move { place(&bus, &Uuid::new_v4().to_string()).await }
    })
    .await;
    ours.drained().await;
    let cost = Cost::read(&client).await.per(before, cell.done);
    assert_eq!((cell.failed, cell.done), (0, ours.events().await), "every acknowledged command is stored");
    (cell, cost)
}

async fn stock(time: Duration) -> (Cell, Cost) {
    let stock = Arc::new(Stock::start(u32::try_from(WRITERS).unwrap()).await);
    let client = stock.database.client().await;
    let contender = Arc::clone(&stock);
    let before = Cost::read(&client).await;
    let cell = closed_loops(WRITERS, time, move |_, _| {
        let contender = Arc::clone(&contender);
        async move {
            let id = Uuid::new_v4().to_string();
            contender.cqrs.execute(&id, id.clone()).await.is_ok()
        }
    })
    .await;
    let cost = Cost::read(&client).await.per(before, cell.done);
    assert_eq!(cell.failed, 0);
    (cell, cost)
}

async fn esrs(time: Duration) -> Cell {
    let esrs = Arc::new(Esrs::start(u32::try_from(WRITERS).unwrap()).await);
    let cell = closed_loops(WRITERS, time, move |_, _| {
        let esrs = Arc::clone(&esrs);
        async move { esrs.place(Uuid::new_v4()).await }
    })
    .await;
    assert_eq!(cell.failed, 0);
    cell
}

/// Rows a second of bare batches on some connections.
async fn bare(time: Duration, connections: usize) -> f64 {
    let bare = Arc::new(Bare::start(connections).await);
    let cell = closed_loops(connections, time, move |task, _| {
        let bare = Arc::clone(&bare);
        async move { bare.batch(task).await }
    })
    .await;
    assert_eq!(cell.failed, 0);
    cell.rate() * BATCH as f64
}

async fn row(time: Duration) -> Cell {
    let bare = Arc::new(Bare::start(1).await);
    closed_loops(1, time, move |_, _| {
        let bare = Arc::clone(&bare);
        async move { bare.row(0).await }
    })
    .await
}
