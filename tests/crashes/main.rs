//! `kill -9` of the engine, the importer, Postgres and Kafka in the middle of an import, followed by a second run: nothing is lost,
//! nothing is twice. Then a projector is stopped within a transaction, replaced, and goes on. Reservations of too little stock are taken
//! while relay, inventory, Postgres and Kafka are killed; orders are paid, sent and cancelled while relay, coordinator, inventory, payment,
//! Postgres and Kafka are; orders are cooked, carried and told of while fulfilment, kitchen, shipping and notification are.
//!
//! In its short form, which `make test` runs, there are no imports and no parcels, all parts of a list are killed in turn in one run, and
//! the audit looks once at what all of them left. With `CRASH_FULL=1`, which `make crashes` and `make test-long` set, each part has a
//! larger run and an audit of its own.
//!
//! Every test of the workspace shares one stack, which none may kill; so this one starts its own. The program runs itself: with
//! no words it starts a stack and itself as `drill` beside it; `engine …` and `ctl …` are the engine and its tool, built from
//! the same sources, in processes that can be killed. `CRASH_FILE` names a file of "Online Retail" to import instead of a
//! generated one.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod buyer;
mod drill;
mod look;
mod parcels;
mod parts;
mod reservations;
mod sagas;
mod stopped;

use std::path::Path;
use std::process::{Command, ExitCode};

use clap::Parser;

/// As the test is named to those who ask for some tests only.
const NAME: &str = "kill_9_of_every_part_loses_and_doubles_nothing";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.first().map(String::as_str) {
        Some("engine" | "ctl" | "drill") => runtime().block_on(part(&words)),
        _ if is_wanted(&words) => on_a_stack(),
        _ => ExitCode::SUCCESS,
    }
}

/// Whether the words that `cargo test` passes on ask for this test.
fn is_wanted(words: &[String]) -> bool {
    let mut filters = words.iter().filter(|word| !word.starts_with('-')).peekable();
    let lists = words.iter().any(|word| word == "--list");
    !lists && (filters.peek().is_none() || filters.any(|filter| NAME.contains(filter.as_str())))
}

fn on_a_stack() -> ExitCode {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/local/with-stack.sh");
    let program = std::env::current_exe().unwrap();
    let status = Command::new(script).arg(program).arg("drill").status().unwrap();
    println!("test {NAME} ... {}", if status.success() { "ok" } else { "FAILED" });
    if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn part(words: &[String]) -> ExitCode {
    match words[0].as_str() {
        "engine" => order_engine::cli::run(order_engine::cli::Cli::parse_from(words))
            .await
            .map_or_else(failed, |()| ExitCode::SUCCESS),
        "ctl" => orderctl::run(orderctl::cli::Cli::parse_from(words)).await.report(),
        _ => {
            drill::every_part().await;
            ExitCode::SUCCESS
        }
    }
}

fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> ExitCode {
    eprintln!("{}", service_kit::errors::chain(&*error));
    ExitCode::FAILURE
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}
