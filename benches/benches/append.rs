//! Appending: this store against stock postgres-es and against bare inserts, interleaved in one run.

#![expect(clippy::unwrap_used, reason = "a benchmark ends at the first surprise")]

use std::sync::Arc;
use std::time::Duration;

use benches::drive::{Cell, closed_loops, median};
use benches::ours::{Ours, place};
use benches::stock::Stock;
use uuid::Uuid;

const WRITERS: usize = 64;

#[tokio::main]
async fn main() {
    let seconds = std::env::var("BENCH_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3.0);
    let rounds: usize = std::env::var("BENCH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    let time = Duration::from_secs_f64(seconds);
    let (mut our_cells, mut stock_cells) = (Vec::new(), Vec::new());
    for round in 1..=rounds {
        our_cells.push(ours(time).await);
        stock_cells.push(stock(time).await);
        eprintln!(
            "round {round}/{rounds}: ours {:.0}/s, postgres-es {:.0}/s",
            our_cells[round - 1].rate(),
            stock_cells[round - 1].rate()
        );
    }
    let rate = |cells: &[Cell]| median(cells.iter().map(Cell::rate).collect());
    let (our_rate, stock_rate) = (rate(&our_cells), rate(&stock_cells));
    println!("append_commands_per_s={our_rate:.0}");
    println!("append_postgres_es_commands_per_s={stock_rate:.0}");
    println!("append_vs_postgres_es={:.2}", our_rate / stock_rate);
    println!("append_p50_ms={:.2}", median(our_cells.iter().map(|cell| cell.quantile_ms(0.5)).collect()));
    println!("append_p99_ms={:.2}", median(our_cells.iter().map(|cell| cell.quantile_ms(0.99)).collect()));
}

async fn ours(time: Duration) -> Cell {
    let ours = Ours::start().await;
    let bus = Arc::clone(&ours.bus);
    let cell = closed_loops(WRITERS, time, move |_, _| {
        let bus = Arc::clone(&bus);
        async move { place(&bus, &Uuid::new_v4().to_string()).await }
    })
    .await;
    ours.drained().await;
    assert_eq!((cell.failed, cell.done), (0, ours.events().await), "every acknowledged command is stored");
    cell
}

async fn stock(time: Duration) -> Cell {
    let stock = Arc::new(Stock::start(u32::try_from(WRITERS).unwrap()).await);
    let contender = Arc::clone(&stock);
    let cell = closed_loops(WRITERS, time, move |_, _| {
        let contender = Arc::clone(&contender);
        async move {
            let id = Uuid::new_v4().to_string();
            contender.cqrs.execute(&id, id.clone()).await.is_ok()
        }
    })
    .await;
    assert_eq!(cell.failed, 0);
    cell
}
