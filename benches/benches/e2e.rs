//! Orders placed through HTTP until GraphQL shows them, every role in one process: rate, latencies, memory, disk.
//!
//! `BENCH_SECONDS` (60) of load after ten to warm up, by `BENCH_CONNECTIONS` (16). Prints name=value lines.

#![expect(clippy::disallowed_methods, reason = "a benchmark takes its settings and times from the machine")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use benches::whole::disk::Disk;
use benches::whole::load::{Seen, Target, customer};
use benches::whole::numbers::{mb, print, rate};
use benches::whole::{Engine, number, token};

/// A tenant of its own, so that orders of other benchmarks on the same stack are not counted.
const TENANT: &str = "bench-e2e";
/// Load before anything is measured.
const WARM_UP: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() {
    let seconds = number("BENCH_SECONDS", 60);
    let connections = number("BENCH_CONNECTIONS", 16);
    let engine = Engine::start();
    let target = Target { url: engine.url.clone(), token: token(TENANT), placed: Arc::new(AtomicU64::new(0)) };

    load(&target, connections, WARM_UP).await;
    let before = all_visible(&engine, &target).await;
    let (disk, (rss, _)) = (Disk::now().await, engine.memory_kb());

    let started = Instant::now();
    let half = Duration::from_secs(seconds) / 2;
    let mut seen = load(&target, connections, half).await;
    let (middle, _) = engine.memory_kb();
    let rest = load(&target, connections, half).await;
    seen.commands.extend(&rest.commands);
    seen.visible.extend(&rest.visible);
    let placed = all_visible(&engine, &target).await - before;
    let took = started.elapsed();

    print("connections", f64::from(u32::try_from(connections).unwrap_or(u32::MAX)));
    print("seconds", took.as_secs_f64());
    println!("orders={placed}");
    print("orders_per_s", rate(placed, took));
    seen.commands.print("command");
    seen.visible.print("visible");
    let (end, peak) = engine.memory_kb();
    for (name, kb) in [("start", rss), ("middle", middle), ("end", end), ("peak", peak)] {
        print(&format!("engine_rss_{name}_mb"), mb(kb));
    }
    let now = Disk::now().await;
    println!("disk_postgres_bytes_per_order={}", now.postgres.saturating_sub(disk.postgres) / placed);
    println!("disk_kafka_bytes_per_order={}", now.kafka.saturating_sub(disk.kafka) / placed);
}

async fn load(target: &Target, connections: u64, time: Duration) -> Seen {
    let end = Instant::now() + time;
    let customers = (0..connections).map(|name| tokio::spawn(customer(target.clone(), format!("c-{name}"), end)));
    let mut all = Seen::default();
    for customer in customers.collect::<Vec<_>>() {
        let seen = customer.await.expect("a customer ends well");
        all.commands.extend(&seen.commands);
        all.visible.extend(&seen.visible);
    }
    all
}

/// Waits until GraphQL counts every placed order; returns their number.
async fn all_visible(engine: &Engine, target: &Target) -> u64 {
    let http = reqwest::Client::new();
    let placed = target.placed.load(Ordering::Relaxed);
    engine.await_orders(&http, &target.token, TENANT, placed).await;
    placed
}
