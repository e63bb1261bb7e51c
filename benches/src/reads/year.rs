//! The orders: imported, projected, and their tables vacuumed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::whole::{Engine, program, run, variable};

const YEAR: &str = "online-retail-2010-2011.csv.gz";
/// Lines of a generated file, about as many as the real year has.
const SAMPLE_LINES: &str = "500000";

/// Imports the real year, or a generated one where there is none, and waits until GraphQL shows all of it. Returns the
/// number of orders.
pub async fn import(engine: &Engine, tenant: &str, token: &str) -> u64 {
    let state = PathBuf::from(variable("ORDERS_STATE"));
    let report = state.join("report.json");
    let file = file(&state);
    eprintln!("reads: importing {}", file.display());
    // Lines that are refused by rule end it with 1, so that the report decides.
    Command::new(program("orderctl"))
        .args(["import", "online-retail", "--tenant", tenant, "--report"])
        .args([&report, &file])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("orderctl starts");
    let report: Value = serde_json::from_slice(&std::fs::read(report).expect("there is a report")).unwrap();
    let orders = report["orders"]["imported"].as_u64().expect("it counts orders");
    engine.await_orders(&reqwest::Client::new(), token, tenant, orders).await;
    orders
}

fn file(state: &Path) -> PathBuf {
    match std::env::var_os("ORDERS_DATA") {
        Some(folder) => {
            let file = PathBuf::from(folder).join(YEAR);
            assert!(file.exists(), "ORDERS_DATA must name the folder that has {YEAR}; {} is not there", file.display());
            file
        }
        None => sample(state),
    }
}

fn sample(state: &Path) -> PathBuf {
    eprintln!(
        "reads: ORDERS_DATA is not set, so there is no real year; going on with {SAMPLE_LINES} generated lines, whose \
         figures are not those of the real year. For it: ORDERS_DATA=FOLDER make bench-reads, with {YEAR} in FOLDER"
    );
    let path = state.join("sample.csv");
    let lines = run(Command::new(program("orderctl")).args(["sample", "--lines", SAMPLE_LINES]));
    std::fs::write(&path, lines + "\n").expect("the stack's folder takes files");
    path
}
