//! A file of orders from the importer's start until GraphQL shows the last: rate, memory of both, disk.
//!
//! Imports the real year where `ORDERS_DATA` names its folder, else a generated file of `BENCH_LINES` (100,000) lines. Prints
//! name=value lines.

#![expect(clippy::disallowed_methods, reason = "a benchmark takes its settings and times from the machine")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use benches::whole::disk::Disk;
use benches::whole::numbers::{mb, print, rate};
use benches::whole::{Engine, memory_kb, program, run, token, variable};
use serde_json::Value;
use service_kit::poll::wait_until;

/// A tenant of its own, so that orders of other benchmarks on the same stack are not counted.
const TENANT: &str = "bench-import";
const YEAR: &str = "online-retail-2010-2011.csv.gz";
/// How long the import may take; the real year takes some seconds.
const PATIENCE: Duration = Duration::from_secs(900);
const LOOK: Duration = Duration::from_millis(50);

#[tokio::main]
async fn main() {
    let state = PathBuf::from(variable("ORDERS_STATE"));
    let file = file(&state);
    let report = state.join("report.json");
    let engine = Engine::start();
    let http = reqwest::Client::new();
    let token = token(TENANT);
    let disk = Disk::now().await;

    let started = Instant::now();
    let mut importer = Command::new(program("orderctl"))
        .args(["import", "online-retail", "--tenant", TENANT, "--report"])
        .args([&report, &file])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("orderctl starts");
    let mut peak = 0;
    let ended = wait_until(PATIENCE, LOOK, async || {
        peak = memory_kb(importer.id()).map_or(peak, |(_, most)| most);
        importer.try_wait().expect("a child can be asked").is_some()
    });
    ended
        .await
        .expect("the import takes longer than a quarter of an hour; the engine's log in ORDERS_STATE/logs tells why");
    let ended_after = started.elapsed();
    let report: Value = serde_json::from_slice(&std::fs::read(report).expect("there is a report")).expect("it is JSON");
    let orders = report["orders"]["imported"].as_u64().expect("it counts orders");
    engine.await_orders(&http, &token, TENANT, orders).await;
    let took = started.elapsed();

    let lines = report["lines"]["read"].as_u64().expect("it counts lines");
    println!("file={}", file.file_name().unwrap_or_default().display());
    println!("lines={lines}");
    println!("orders={orders}");
    print("import_s", ended_after.as_secs_f64());
    print("visible_s", took.as_secs_f64());
    print("import_lines_per_s", rate(lines, took));
    print("importer_peak_mb", mb(peak));
    print("engine_peak_mb", mb(engine.memory_kb().1));
    let now = Disk::now().await;
    println!("disk_postgres_bytes_per_order={}", now.postgres.saturating_sub(disk.postgres) / orders);
    println!("disk_kafka_bytes_per_order={}", now.kafka.saturating_sub(disk.kafka) / orders);
}

fn file(state: &Path) -> PathBuf {
    if let Some(folder) = std::env::var_os("ORDERS_DATA") {
        return PathBuf::from(folder).join(YEAR);
    }
    let lines = std::env::var("BENCH_LINES").unwrap_or_else(|_| "100000".to_owned());
    let path = state.join("sample.csv");
    let sample = run(Command::new(program("orderctl")).args(["sample", "--lines", &lines]));
    std::fs::write(&path, sample + "\n").expect("the stack's folder takes files");
    path
}
