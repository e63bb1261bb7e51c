//! Asking a running engine whether it is ready, for container health checks.

use std::net::SocketAddr;
use std::time::Duration;

/// Longest wait for the answer.
const TIMEOUT_MS: u64 = 3_000;

/// Why an engine does not count as ready.
#[derive(Debug, thiserror::Error)]
pub enum HealthError {
    /// It does not answer.
    #[error("the engine does not answer on {listen}")]
    Silent {
        /// Where it should listen.
        listen: SocketAddr,
        #[source]
        source: reqwest::Error,
    },
    /// It answers that it is not ready.
    #[error("the engine on {listen} is not ready: {body}")]
    NotReady { listen: SocketAddr, body: String },
}

/// Asks `/readyz`.
///
/// # Errors
/// [`HealthError`] unless the answer is 200.
pub async fn health(listen: SocketAddr) -> Result<(), HealthError> {
    let silent = |source| HealthError::Silent { listen, source };
    let client =
        reqwest::Client::builder().timeout(Duration::from_millis(TIMEOUT_MS)).no_proxy().build().map_err(silent)?;
    // A process that listens everywhere is asked on its own loopback.
    let host = if listen.ip().is_unspecified() { "127.0.0.1".to_owned() } else { listen.ip().to_string() };
    let answer = client.get(format!("http://{host}:{}/readyz", listen.port())).send().await.map_err(silent)?;
    if answer.status().is_success() {
        return Ok(());
    }
    Err(HealthError::NotReady { listen, body: answer.text().await.map_err(silent)? })
}
