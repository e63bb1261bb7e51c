//! An engine with every role in the test's own process.

use order_engine::{Role, Surroundings, serve_in};
use service_kit::config::{Settings, Variables};
use service_kit::poll::wait_until;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::look::{LOOK, PATIENCE};
use crate::stack::Stack;

/// Held for as long as an engine runs, since the metrics of a process are those of one engine.
pub static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// Starts an engine where the stack's variables say that it listens, and waits until it is ready. It ends when the token is cancelled.
pub async fn starts_here(stack: &Stack, surroundings: Surroundings) -> (String, CancellationToken, JoinHandle<()>) {
    let settings = Settings::from_variables(&Variables::from_pairs(stack.variables.clone())).unwrap();
    let stopping = CancellationToken::new();
    let serving = serve_in(settings, &Role::ALL, surroundings, stopping.clone());
    let serving = tokio::spawn(async move { serving.await.unwrap() });
    let url = format!("http://{}", stack.variables["ENGINE_LISTEN"]);
    let ready = async || reqwest::get(format!("{url}/readyz")).await.is_ok_and(|it| it.status().is_success());
    wait_until(PATIENCE, LOOK, ready).await.unwrap();
    (url, stopping, serving)
}
