//! The processes of the drill.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use service_kit::config::Variables;
use service_kit::poll::wait_until;
use tokio::process::{Child, Command};

const LOOK: Duration = Duration::from_millis(50);
/// How long a part may take to be back.
const START: Duration = Duration::from_secs(60);

/// What is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Victim {
    Engine,
    Importer,
    Postgres,
    Kafka,
}

/// This program as one of its parts.
pub fn this(words: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(words).env("RUST_LOG", "error").stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// A variable of the stack.
pub fn variable(name: &'static str) -> String {
    Variables::load().unwrap().required(name).unwrap().to_owned()
}

/// Prepares the databases, topics and schemas, and starts the engine.
pub async fn first_engine() -> Child {
    let keys = PathBuf::from(variable("ORDERS_STATE")).join("keys");
    run(this(&["engine", "keys", "--dir", keys.to_str().unwrap()])).await;
    for verb in ["migrate", "topics", "schemas"] {
        run(this(&["engine", verb])).await;
    }
    start_engine().await
}

/// Starts the engine and waits until it is ready.
pub async fn start_engine() -> Child {
    let mut engine = this(&["engine", "serve"]).spawn().unwrap();
    let url = format!("{}/readyz", variable("ENGINE_URL"));
    let ready = wait_until(START, LOOK, async || {
        assert!(engine.try_wait().unwrap().is_none(), "the engine ended while it started");
        reqwest::get(&url).await.is_ok_and(|answer| answer.status().is_success())
    });
    ready.await.unwrap();
    engine
}

/// Kills a part of the stack outright and starts it again.
pub async fn kill_and_start(part: &str) {
    for verb in ["kill", "start"] {
        let mut command = Command::new(variable("ENGINE_STACK"));
        command.args([verb, part]);
        run(command).await;
    }
}

/// Runs a command that must succeed; answers what it printed.
pub async fn run(mut command: Command) -> String {
    let output = command.stderr(Stdio::piped()).stdout(Stdio::piped()).output().await.unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{stderr}", output.status);
    String::from_utf8(output.stdout).unwrap()
}
