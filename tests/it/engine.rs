//! The engine under test: every role in one process, as `make up` runs it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use order_engine::{Role, serve_until};
use service_kit::clock::SystemIds;
use service_kit::config::{DatabaseSettings, MessagingSettings, Settings, TopicSettings, Variables};
use service_kit::poll::wait_until;
use service_kit::telemetry::init_with_writer;
use service_kit::testing::{PATIENCE, wait_for_turn_with_engine};
use tokio_util::sync::CancellationToken;
use tracing::Level;
use tracing_subscriber::fmt::writer::MakeWriterExt;

const LOOK: Duration = Duration::from_millis(50);
/// What the engine logs, in the stack's folder of logs.
pub const LOG_FILE: &str = "journeys.log";

/// What tests know of the engine.
pub struct Engine {
    pub url: String,
    pub settings: Settings,
    pub signing_key: String,
}

static ENGINE: OnceLock<Engine> = OnceLock::new();

/// The engine, started by whoever asks first.
pub fn engine() -> &'static Engine {
    ENGINE.get_or_init(|| {
        // A runtime of its own, since every test's ends with the test.
        let starting = std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            let engine = runtime.block_on(start());
            std::mem::forget(runtime);
            engine
        });
        starting.join().unwrap()
    })
}

async fn start() -> Engine {
    let variables = Variables::load().unwrap();
    let state = variables.required("ORDERS_STATE").expect("run `make test`");
    wait_for_turn_with_engine(std::path::Path::new(state));
    let keys = std::path::Path::new(state).join("keys");
    order_engine::keys(&keys, &SystemIds).unwrap();
    let settings = Settings::from_variables(&variables).unwrap();
    // All of it goes to a file that tests look into; errors are also shown with the tests' output.
    let log = std::fs::File::create(std::path::Path::new(state).join("logs").join(LOG_FILE)).unwrap();
    let writer = std::io::stderr.with_max_level(Level::ERROR).and(Arc::new(log));
    // Kept for as long as the process: the engine runs until its end.
    std::mem::forget(init_with_writer("order-engine", &settings.telemetry, writer).unwrap());
    let databases = DatabaseSettings::from_variables(&variables).unwrap();
    order_engine::migrate(&databases).await.unwrap();
    let messaging = MessagingSettings::from_variables(&variables).unwrap();
    let topics = TopicSettings::from_variables(&variables).unwrap();
    order_engine::topics(&databases, &messaging, &topics).await.unwrap();
    order_engine::schemas(&messaging).await.unwrap();
    let url = format!("http://{}", settings.http.listen);
    let serving = serve_until(settings.clone(), &Role::ALL, CancellationToken::new());
    let running = tokio::spawn(serving);
    let ready = wait_until(PATIENCE, LOOK, async || {
        let answer = reqwest::get(format!("{url}/readyz")).await;
        answer.is_ok_and(|answer| answer.status().is_success())
    });
    tokio::select! {
        ended = running => panic!("the engine ended while it started: {ended:?}"),
        ready = ready => ready.unwrap(),
    }
    let signing_key = std::fs::read_to_string(keys.join("signing.pem")).unwrap();
    Engine { url, settings, signing_key }
}
