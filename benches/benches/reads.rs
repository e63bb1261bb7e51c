//! GraphQL reads over a year of orders, against PostGraphile over the same tables and against one `json_agg` statement a
//! request by pgbench. Answers are compared first; cells are interleaved; medians are printed as `name=value`.
//!
//! Imports the real year where `ORDERS_DATA` names its folder, else a generated one. `BENCH_ROUNDS` (5), `BENCH_SECONDS` (10)
//! a cell, `BENCH_CONNECTIONS` (32), `BENCH_CASES` (`a b c d e`), `BENCH_PEERS` (`ours postgraphile json_agg`).
//! `BENCH_OTHERS_MAX`, if set, is how many percent of a core others on the machine may use during a cell: it is run again, at
//! most five times, while they use more, and the least disturbed run counts.

use std::process::ExitCode;

use benches::reads::client::Endpoint;
use benches::reads::contest::{Contest, Engine};
use benches::reads::keys::Keys;
use benches::reads::models::Models;
use benches::reads::pgbench::Pgbench;
use benches::reads::postgraphile::Postgraphile;
use benches::reads::settings::{Peer, Settings};
use benches::reads::{processes, year};
use benches::whole;

/// A tenant of its own, so that orders of other benchmarks on the same stack are not counted.
const TENANT: &str = "bench-reads";

// One thread, so that the clients take little from those whom they ask.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match Settings::from_environment() {
        Ok(settings) => measure(settings).await,
        Err(message) => {
            eprintln!("reads: {message}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

async fn measure(settings: Settings) {
    let engine = whole::Engine::start();
    let token = whole::token(TENANT);
    let orders = year::import(&engine, TENANT, &token).await;
    eprintln!("reads: {orders} orders are projected; vacuuming");
    let models = Models::live().await;
    models.vacuumed().await;
    let bytes = models.bytes().await;
    let keys = Keys::choose(&models, TENANT, orders).await;
    let mut postgraphile = None;
    if settings.has(Peer::Postgraphile) {
        postgraphile = Some(Postgraphile::start(&models).await);
    }
    let mut pgbench = None;
    if settings.has(Peer::JsonAgg) {
        keys.write(&models, TENANT).await;
        pgbench = Some(Pgbench::new(&models, &keys, TENANT));
    }
    let address = engine.url.trim_start_matches("http://").to_owned();
    let engine = Engine { endpoint: Endpoint { address, token: Some(token) }, pid: processes::part("engine") };
    let contest = Contest { settings, tenant: TENANT, models, keys, engine, postgraphile, pgbench };
    let bodies = contest.bodies().await;
    contest.compare(&bodies).await;
    let results = contest.run(&bodies).await;
    for case in &contest.settings.cases {
        results.print(*case);
    }
    results.print_others();
    contest.walk().await;
    println!("reads_orders={orders}");
    println!("reads_bytes_an_order={:.0}", bytes / f64::from(u32::try_from(orders).expect("a year of orders")));
}
