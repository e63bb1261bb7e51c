//! The engine as it is shipped, in a process of its own beside the stack that `with-stack.sh` started.
//!
//! Guarantees: what is measured is the release binaries; the engine's memory is its own, without the load's. Does not: build
//! them; `make bench-e2e` and `make bench-import` do.

pub mod disk;
pub mod load;
pub mod numbers;

use std::path::PathBuf;
use std::process::Command;
use std::str::FromStr;
use std::time::Duration;

use serde_json::{Value, json};
use service_kit::clock::Stopwatch;
use service_kit::poll::pause;
use tokio_util::sync::CancellationToken;

/// Longest time without a new order before waiting is given up.
const STALLED: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(20);

/// The stack's engine, ready.
pub struct Engine {
    /// Base URL.
    pub url: String,
    pid: u32,
}

/// A setting of the stack.
///
/// # Panics
/// Where it is absent: the benchmark was not started by its make target.
pub fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set; run `make bench-e2e` or `make bench-import`"))
}

/// A release binary.
pub fn program(name: &str) -> PathBuf {
    let target = || {
        let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from).join("release")
    };
    std::env::var_os("ENGINE_BIN").map_or_else(target, PathBuf::from).join(name)
}

/// Runs a command to its end. Returns what it printed.
///
/// # Panics
/// When it fails.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Audits the stack's databases and topics with the release binary.
///
/// # Panics
/// When it finds anything.
pub fn audit() {
    run(Command::new(program("orderctl")).arg("audit"));
}

/// A number that the environment may set.
///
/// # Panics
/// Where it is none.
#[expect(clippy::disallowed_methods, reason = "what a benchmark measures comes from the environment")]
pub fn number<T: FromStr>(name: &str, default: T) -> T {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// A token of an admin of a tenant, for as long as any benchmark runs.
pub fn token(tenant: &str) -> String {
    run(Command::new(program("orderctl")).args(["token", "--role", "admin", "--tenant", tenant]))
}

/// Makes the keys, tables, topics and schemas of the stack.
///
/// # Panics
/// When any of it fails.
pub fn prepare() {
    let keys = PathBuf::from(variable("ORDERS_STATE")).join("keys");
    run(Command::new(program("order-engine")).args(["keys", "--dir"]).arg(keys));
    for verb in ["migrate", "topics", "schemas"] {
        run(Command::new(program("order-engine")).arg(verb));
    }
}

impl Engine {
    /// Prepares the stack, and starts every role in one process.
    ///
    /// # Panics
    /// When any of it fails.
    pub fn start() -> Self {
        prepare();
        let state = PathBuf::from(variable("ORDERS_STATE"));
        let binaries = program("order-engine");
        let folder = binaries.parent().expect("a program is in a folder");
        run(Command::new(variable("ENGINE_STACK")).args(["start", "engine"]).env("ENGINE_BIN", folder));
        let pid = std::fs::read_to_string(state.join("run/engine.pid")).expect("the stack notes its engine");
        Self { url: variable("ENGINE_URL"), pid: pid.trim().parse().expect("a process id is a number") }
    }

    /// Memory now and at most so far, in kB.
    pub fn memory_kb(&self) -> (u64, u64) {
        memory_kb(self.pid).expect("the engine runs")
    }

    /// Waits until GraphQL shows so many orders of a tenant, and not one more.
    ///
    /// # Panics
    /// When it shows more, or when the number stands still for [`STALLED`].
    pub async fn await_orders(&self, http: &reqwest::Client, token: &str, tenant: &str, orders: u64) {
        let mut shown = 0;
        let mut since = Stopwatch::start();
        loop {
            let seen = self.shown(http, token, tenant).await;
            assert!(seen <= orders, "GraphQL shows {seen} orders of {tenant}, and only {orders} were placed");
            if seen == orders {
                return;
            }
            if seen > shown {
                (shown, since) = (seen, Stopwatch::start());
            }
            assert!(
                since.elapsed() < STALLED,
                "GraphQL shows {seen} of {orders} orders of {tenant}, and no more for {} s",
                STALLED.as_secs()
            );
            pause(LOOK, &CancellationToken::new()).await;
        }
    }

    /// How many orders of a tenant GraphQL shows; none while it does not answer. It counts up to its bound; beyond, the read
    /// models that it answers from are counted.
    async fn shown(&self, http: &reqwest::Client, token: &str, tenant: &str) -> u64 {
        let query = json!({"query": "{ orders(first: 1) { totalCount totalCountCapped } }"});
        let answer = http.post(format!("{}/graphql", self.url)).bearer_auth(token).json(&query).send().await;
        let Ok(answer) = answer else { return 0 };
        let body: Value = answer.json().await.unwrap_or_default();
        let seen = &body["data"]["orders"];
        if seen["totalCountCapped"] == true {
            disk::rows(tenant).await
        } else {
            seen["totalCount"].as_u64().unwrap_or_default()
        }
    }
}

/// Resident memory of a process now and at most so far, in kB; none when it has ended.
pub fn memory_kb(pid: u32) -> Option<(u64, u64)> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    Some((field("VmRSS:")?, field("VmHWM:")?))
}
