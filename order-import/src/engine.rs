//! The engine as an import reaches it.

use std::sync::Arc;

use service_kit::BoxError;

/// Where the engine is, and how to get a token for it. Clones share the connections.
#[derive(Clone)]
pub struct Engine {
    /// Its address, without a slash at the end.
    pub url: String,
    pub(crate) http: reqwest::Client,
    token: Arc<dyn Fn() -> Result<String, BoxError> + Send + Sync>,
}

impl Engine {
    /// An engine by its address. `token` gives a bearer token for each request.
    pub fn new(url: String, token: impl Fn() -> Result<String, BoxError> + Send + Sync + 'static) -> Self {
        Self { url, http: reqwest::Client::new(), token: Arc::new(token) }
    }

    /// A token for one request.
    pub(crate) fn token(&self) -> Result<String, BoxError> {
        (self.token)()
    }
}
