//! Requests to the API: form-encoded, with keys, within a time, few at once, and none while the provider fails.

use std::time::Duration;

use reqwest::{Method, Request, StatusCode, Url};
use serde::de::DeserializeOwned;
use service_kit::BoxError;
use service_kit::breaker::{Breaker, BreakerError, BreakerOptions};
use service_kit::config::Secret;
use tower::limit::ConcurrencyLimit;
use tower::load_shed::LoadShed;
use tower::{ServiceBuilder, ServiceExt};

use super::objects::{ApiError, ErrorBody};

/// The version of the API whose shapes are read. Stripe answers in it whatever the account's own version is.
const API_VERSION: &str = "2025-09-30.clover";

/// How the API is called.
#[derive(Debug, Clone)]
pub struct StripeOptions {
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

impl StripeOptions {
    /// The API at a URL, with a secret key.
    pub fn new(url: impl Into<String>, key: Secret) -> Self {
        Self {
            url: url.into(),
            key,
            answer_ms_max: 8_000,
            at_once_max: 64,
            failing_share: 0.5,
            failing_of: 20,
            rest_ms: 5_000,
        }
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    /// The provider has failed too often of late, so that it was not asked.
    #[error("the provider is not asked for a while, since it fails")]
    Resting,
    #[error("too many requests are under way")]
    Overloaded,
    #[error("the provider cannot be reached")]
    Connect(#[source] reqwest::Error),
    #[error("the provider's answer did not come")]
    Lost(#[source] reqwest::Error),
    /// The provider failed or is overloaded.
    #[error("the provider answered {status}")]
    Failed { status: StatusCode },
    #[error("the provider's answer cannot be read")]
    Unreadable(#[source] serde_json::Error),
    /// The provider understood and refuses.
    #[error("the provider answered {status}")]
    Refused { status: StatusCode, error: Box<ApiError> },
    /// A request that cannot be made.
    #[error("the request cannot be made")]
    Request(#[source] BoxError),
}

impl CallError {
    /// Whether the provider fails, by which it gets a rest.
    const fn is_failure(&self) -> bool {
        match self {
            Self::Connect(_) | Self::Lost(_) | Self::Failed { .. } => true,
            Self::Resting | Self::Overloaded | Self::Unreadable(_) | Self::Refused { .. } | Self::Request(_) => false,
        }
    }
}

/// A client of the API.
pub(super) struct Client {
    /// Makes requests.
    builder: reqwest::Client,
    /// Sends them.
    http: LoadShed<ConcurrencyLimit<reqwest::Client>>,
    breaker: Breaker,
    options: StripeOptions,
}

impl Client {
    pub(super) fn new(options: StripeOptions) -> Self {
        let client = reqwest::Client::builder().timeout(Duration::from_millis(options.answer_ms_max)).build();
        let client = client.expect("TLS is compiled in and needs nothing of the machine");
        let StripeOptions { failing_share, failing_of, rest_ms, .. } = options;
        let breaker = Breaker::new(BreakerOptions { failing_share, failing_of, rest_ms });
        let http = ServiceBuilder::new().load_shed().concurrency_limit(options.at_once_max).service(client.clone());
        Self { builder: client, http, breaker, options }
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        parameters: &[(&str, &str)],
    ) -> Result<T, CallError> {
        self.send(Method::GET, path, None, parameters).await
    }

    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        key: &str,
        parameters: &[(&str, &str)],
    ) -> Result<T, CallError> {
        self.send(Method::POST, path, Some(key), parameters).await
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        parameters: &[(&str, &str)],
    ) -> Result<T, CallError> {
        let request = self.request(method, path, key, parameters)?;
        let called = self.breaker.call(CallError::is_failure, self.call(request)).await;
        let body = called.map_err(|error| match error {
            BreakerError::Open => CallError::Resting,
            BreakerError::Failed(error) => error,
        })?;
        serde_json::from_slice(&body).map_err(CallError::Unreadable)
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        parameters: &[(&str, &str)],
    ) -> Result<Request, CallError> {
        let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        let mut url: Url =
            format!("{}{path}", self.options.url).parse().map_err(|error| CallError::Request(Box::new(error)))?;
        let is_get = method == Method::GET;
        if is_get {
            url.set_query(Some(&encoded));
        }
        let builder = self.builder.request(method, url);
        let builder = builder.bearer_auth(self.options.key.expose()).header("stripe-version", API_VERSION);
        let builder = key.into_iter().fold(builder, |builder, key| builder.header("idempotency-key", key));
        let builder = if is_get {
            builder
        } else {
            builder.header("content-type", "application/x-www-form-urlencoded").body(encoded)
        };
        builder.build().map_err(|error| CallError::Request(Box::new(error)))
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
            Ok(ErrorBody { error }) if !is_failure => Err(CallError::Refused { status, error: Box::new(error) }),
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
