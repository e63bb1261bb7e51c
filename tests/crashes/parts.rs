//! The processes of the drill.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

use service_kit::config::Variables;
use service_kit::poll::wait_until;
use service_kit::testing::PATIENCE;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

const LOOK: Duration = Duration::from_millis(50);

/// What is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Victim {
    Engine,
    Importer,
    Postgres,
    Kafka,
}

/// What signs the webhooks of the drill's provider.
const WEBHOOK_SECRET: &str = "whsec_drill";

/// Settings that every part has besides those of the stack, such as where the drill's carriers are.
static SETTINGS: OnceLock<Vec<(&'static str, String)>> = OnceLock::new();

/// Gives settings to all parts that start from now on. To be called once.
pub fn set_for_all(settings: Vec<(&'static str, String)>) {
    SETTINGS.set(settings).unwrap();
}

/// How orders are driven, as a file.
pub fn policies() -> PathBuf {
    PathBuf::from(variable("ORDERS_STATE")).join("policies.toml")
}

/// This program as one of its parts, with the drill's provider of payments.
pub fn this(words: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env("STRIPE_API_KEY", "sk_test_drill").env("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET);
    command.env("SAGA_POLICIES_FILE", policies());
    command.envs(SETTINGS.get().into_iter().flatten().map(|(name, value)| (*name, value)));
    command.args(words).env("RUST_LOG", "error").stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Whether each part is killed in a run of its own.
pub fn is_full() -> bool {
    std::env::var_os("CRASH_FULL").is_some_and(|value| value == "1")
}

/// The victims of each run: one each, or all of them in one.
pub fn runs<V: Copy>(victims: &[V]) -> Vec<&[V]> {
    if is_full() { victims.chunks(1).collect() } else { vec![victims] }
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
    until_ready(this(&["engine", "serve"]), &variable("ENGINE_URL")).await
}

/// Starts the engine with some roles.
pub async fn start_engine_with(roles: &str) -> Child {
    until_ready(this(&["engine", "serve", "--only", roles]), &variable("ENGINE_URL")).await
}

/// Starts the engine with some roles, and does not wait until it is ready: others go on meanwhile.
pub fn begin_engine_with(roles: &str) -> Child {
    this(&["engine", "serve", "--only", roles]).spawn().unwrap()
}

/// Starts a relay in the same way.
pub async fn begin_relay() -> Child {
    on_own_address(this(&["engine", "serve", "--only", "relay"])).await.0.spawn().unwrap()
}

/// Starts what does the work of some participants in the same way.
pub async fn begin_worker(participants: &str) -> Child {
    let worker = this(&["engine", "serve", "--only", "worker", "--participants", participants]);
    on_own_address(worker).await.0.spawn().unwrap()
}

/// Starts a projector on an address of its own.
pub async fn start_projector() -> Child {
    start_apart("projection").await
}

/// Starts a relay on an address of its own.
pub async fn start_relay() -> Child {
    start_apart("relay").await
}

/// Starts what does the work of some participants, on an address of its own.
pub async fn start_worker(participants: &str) -> Child {
    apart(this(&["engine", "serve", "--only", "worker", "--participants", participants])).await
}

async fn start_apart(roles: &str) -> Child {
    apart(this(&["engine", "serve", "--only", roles])).await
}

async fn apart(engine: Command) -> Child {
    let (engine, free) = on_own_address(engine).await;
    until_ready(engine, &format!("http://{free}")).await
}

/// The same on an address of its own.
async fn on_own_address(mut engine: Command) -> (Command, String) {
    let free = free_address().await;
    engine.env("ENGINE_LISTEN", &free).env("ENGINE_METRICS_LISTEN", "127.0.0.1:0");
    (engine, free)
}

/// An address where nobody listens.
pub async fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string()
}

async fn until_ready(mut engine: Command, url: &str) -> Child {
    let mut engine = engine.spawn().unwrap();
    let url = format!("{url}/readyz");
    let ready = wait_until(PATIENCE, LOOK, async || {
        assert!(engine.try_wait().unwrap().is_none(), "the engine ended while it started");
        reqwest::get(&url).await.is_ok_and(|answer| answer.status().is_success())
    });
    ready.await.unwrap();
    engine
}

/// Does something that needs a process, which must not end meanwhile.
pub async fn while_runs<T>(process: &mut Child, work: impl Future<Output = T>) -> T {
    tokio::select! {
        biased;
        done = work => done,
        ended = process.wait() => panic!("the engine has ended by itself: {ended:?}"),
    }
}

/// Sends a signal to a process.
pub async fn signal(name: &str, process: &Child) {
    let mut kill = Command::new("kill");
    kill.args(["-s", name, &process.id().unwrap().to_string()]);
    run(kill).await;
}

/// Kills a part of the stack outright and starts it again.
pub async fn kill_and_start(part: &str) {
    for verb in ["kill", "start"] {
        let mut command = Command::new(variable("ENGINE_STACK"));
        command.args([verb, part]);
        run(command).await;
    }
}

/// Runs an import of a file that has lines to refuse, which it says by its exit status.
pub async fn run_import(mut command: Command) {
    let output = command.stderr(Stdio::piped()).stdout(Stdio::piped()).output().await.unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(is_import_done(output.status), "{command:?}: {}\n{stderr}", output.status);
}

/// Whether an import has come to its end, be it with refused lines.
pub fn is_import_done(status: std::process::ExitStatus) -> bool {
    matches!(status.code(), Some(0 | 1))
}

/// Runs a command that must succeed; answers what it printed.
pub async fn run(mut command: Command) -> String {
    let output = command.stderr(Stdio::piped()).stdout(Stdio::piped()).output().await.unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{command:?}: {}\n{stderr}\n{stdout}", output.status);
    String::from_utf8(output.stdout).unwrap()
}
