//! Requests to a carrier: JSON, with keys, within a time, few at once, and none while the carrier fails.

use std::time::Duration;

use reqwest::{Method, Request, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use service_kit::BoxError;
use service_kit::breaker::{Breaker, BreakerError, BreakerOptions};
use service_kit::config::Secret;
use tower::limit::ConcurrencyLimit;
use tower::load_shed::LoadShed;
use tower::{ServiceBuilder, ServiceExt};

use super::objects::ErrorBody;

/// How a carrier is called.
#[derive(Debug, Clone)]
pub struct CarrierOptions {
    /// Without a slash at the end.
    pub url: String,
    pub key: Secret,
    /// Longest request with its answer. What takes longer has an unknown outcome.
    pub answer_ms_max: u64,
    /// Most requests at once. One more is not sent.
    pub at_once_max: usize,
    /// The share of failing requests from which none is sent for a while.
    pub failing_share: f32,
    /// How many of the last requests that share is of.
    pub failing_of: usize,
    /// How long none is sent then.
    pub rest_ms: u64,
}

impl CarrierOptions {
    /// The carrier at a URL, with a key.
    pub fn new(url: impl Into<String>, key: Secret) -> Self {
        Self {
            url: url.into(),
            key,
            answer_ms_max: 8_000,
            at_once_max: 32,
            failing_share: 0.5,
            failing_of: 20,
            rest_ms: 5_000,
        }
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    /// The carrier has failed too often of late, so that it was not asked.
    #[error("the carrier is not asked for a while, since it fails")]
    Resting,
    #[error("too many requests are under way")]
    Overloaded,
    #[error("the carrier cannot be reached")]
    Connect(#[source] reqwest::Error),
    #[error("the carrier's answer did not come")]
    Lost(#[source] reqwest::Error),
    /// The carrier failed or is overloaded.
    #[error("the carrier answered {status}")]
    Failed { status: StatusCode },
    #[error("the carrier's answer cannot be read")]
    Unreadable(#[source] serde_json::Error),
    /// The carrier understood and refuses.
    #[error("the carrier answered {status}: {code}")]
    Refused { status: StatusCode, code: String },
    /// A request that cannot be made.
    #[error("the request cannot be made")]
    Request(#[source] BoxError),
}

impl CallError {
    /// Whether the carrier fails, by which it gets a rest.
    const fn is_failure(&self) -> bool {
        match self {
            Self::Connect(_) | Self::Lost(_) | Self::Failed { .. } => true,
            Self::Resting | Self::Overloaded | Self::Unreadable(_) | Self::Refused { .. } | Self::Request(_) => false,
        }
    }
}

/// A client of a carrier.
pub(super) struct Client {
    /// Makes requests.
    builder: reqwest::Client,
    /// Sends them.
    http: LoadShed<ConcurrencyLimit<reqwest::Client>>,
    breaker: Breaker,
    options: CarrierOptions,
}

impl Client {
    pub(super) fn new(options: CarrierOptions) -> Self {
        let client = reqwest::Client::builder().timeout(Duration::from_millis(options.answer_ms_max)).build();
        let client = client.expect("TLS is compiled in and needs nothing of the machine");
        let CarrierOptions { failing_share, failing_of, rest_ms, .. } = options;
        let breaker = Breaker::new(BreakerOptions { failing_share, failing_of, rest_ms });
        let http = ServiceBuilder::new().load_shed().concurrency_limit(options.at_once_max).service(client.clone());
        Self { builder: client, http, breaker, options }
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T, CallError> {
        let mut url = self.url(path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.send(self.builder.request(Method::GET, url)).await
    }

    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        key: &str,
        body: &impl Serialize,
    ) -> Result<T, CallError> {
        let builder = self.builder.request(Method::POST, self.url(path)?);
        self.send(builder.header("idempotency-key", key).json(body)).await
    }

    fn url(&self, path: &str) -> Result<Url, CallError> {
        format!("{}{path}", self.options.url).parse().map_err(|error| CallError::Request(Box::new(error)))
    }

    async fn send<T: DeserializeOwned>(&self, builder: reqwest::RequestBuilder) -> Result<T, CallError> {
        let request = builder.bearer_auth(self.options.key.expose()).build();
        let request = request.map_err(|error| CallError::Request(Box::new(error)))?;
        let called = self.breaker.call(CallError::is_failure, self.call(request)).await;
        let body = called.map_err(|error| match error {
            BreakerError::Open => CallError::Resting,
            BreakerError::Failed(error) => error,
        })?;
        serde_json::from_slice(&body).map_err(CallError::Unreadable)
    }

    /// The body of the answer to a request.
    async fn call(&self, request: Request) -> Result<Vec<u8>, CallError> {
        let answer = self.http.clone().oneshot(request).await.map_err(lost)?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(CallError::Lost)?;
        if status.is_success() {
            return Ok(body.into());
        }
        let is_failure = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
        match serde_json::from_slice::<ErrorBody>(&body) {
            Ok(ErrorBody { code }) if !is_failure => Err(CallError::Refused { status, code }),
            _ => Err(CallError::Failed { status }),
        }
    }
}

/// Why a request has no answer.
fn lost(error: BoxError) -> CallError {
    if error.is::<tower::load_shed::error::Overloaded>() {
        return CallError::Overloaded;
    }
    match error.downcast::<reqwest::Error>() {
        Ok(error) if error.is_connect() => CallError::Connect(*error),
        Ok(error) => CallError::Lost(*error),
        Err(error) => CallError::Request(error),
    }
}
