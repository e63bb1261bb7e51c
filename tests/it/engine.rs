//! The engine under test: every role in one process, as `make up` runs it.

use std::sync::OnceLock;
use std::time::Duration;

use order_engine::{Role, serve_until};
use service_kit::clock::SystemIds;
use service_kit::config::{DatabaseSettings, MessagingSettings, Settings, Variables};
use service_kit::poll::wait_until;
use tokio_util::sync::CancellationToken;

/// How long the engine may take to be ready.
const START: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);

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
    let keys = std::path::Path::new(state).join("keys");
    order_engine::keys(&keys, &SystemIds).unwrap();
    let mut settings = Settings::from_variables(&variables).unwrap();
    "error".clone_into(&mut settings.telemetry.filter);
    // Kept for as long as the process: the engine runs until its end.
    std::mem::forget(service_kit::telemetry::init("order-engine", &settings.telemetry).unwrap());
    order_engine::migrate(&DatabaseSettings::from_variables(&variables).unwrap()).await.unwrap();
    let messaging = MessagingSettings::from_variables(&variables).unwrap();
    order_engine::topics(&messaging).await.unwrap();
    order_engine::schemas(&messaging).await.unwrap();
    let url = format!("http://{}", settings.http.listen);
    let serving = serve_until(settings.clone(), &Role::ALL, CancellationToken::new());
    let running = tokio::spawn(serving);
    let ready = wait_until(START, LOOK, async || {
        assert!(!running.is_finished(), "the engine ended while it started");
        let answer = reqwest::get(format!("{url}/readyz")).await;
        answer.is_ok_and(|answer| answer.status().is_success())
    });
    ready.await.unwrap();
    let signing_key = std::fs::read_to_string(keys.join("signing.pem")).unwrap();
    Engine { url, settings, signing_key }
}
