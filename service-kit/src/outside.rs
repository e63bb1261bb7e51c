//! Requests to a server of somebody else's, such as a payment provider or a carrier.
//!
//! Guarantees: each request has a time; only so many are under way at once, and one more waits for its turn, a second at most; none is
//! sent for a while to a server that fails; whether a request without an answer may have had an effect is told. Does not: send anything again.

use std::time::Duration;

use reqwest::{Method, Request, RequestBuilder, StatusCode, Url};
use serde::de::DeserializeOwned;
use tower::limit::ConcurrencyLimit;
use tower::{Service, ServiceBuilder, ServiceExt};

use crate::BoxError;
use crate::breaker::{Breaker, BreakerError, BreakerOptions};
use crate::config::Secret;

/// Longest wait of a request for its turn. A burst passes within it; a server that is too slow for what it is asked does not.
const TURN_MS_MAX: u64 = 1_000;

/// How a server is called.
#[derive(Debug, Clone)]
pub struct OutsideOptions {
    /// Without a slash at the end.
    pub url: String,
    /// Sent as a bearer token.
    pub key: Secret,
    /// Longest request with its answer. What takes longer has an unknown outcome.
    pub answer_ms_max: u64,
    /// Most requests at once. One more waits for its turn, and is not sent if that does not come within a second.
    pub at_once_max: usize,
    /// When none is sent for a while.
    pub breaker: BreakerOptions,
}

impl OutsideOptions {
    /// The server at a URL, with a key.
    pub fn new(url: impl Into<String>, key: Secret) -> Self {
        let breaker = BreakerOptions { failing_share: 0.5, failing_of: 20, rest_ms: 5_000 };
        Self { url: url.into(), key, answer_ms_max: 8_000, at_once_max: 64, breaker }
    }
}

/// Why there is no answer, or none that helps. `R` is what a server says when it refuses.
#[derive(Debug, thiserror::Error)]
pub enum CallError<R> {
    /// Too many requests have failed of late, so that it was not sent.
    #[error("no request is sent for a while, since too many have failed")]
    Resting,
    #[error("too many requests are under way")]
    Overloaded,
    #[error("the server cannot be reached")]
    Connect(#[source] reqwest::Error),
    #[error("the answer did not come")]
    Lost(#[source] reqwest::Error),
    /// The server failed or is overloaded.
    #[error("the server answered {status}")]
    Failed { status: StatusCode },
    #[error("the answer cannot be read")]
    Unreadable(#[source] serde_json::Error),
    /// The server understood and refuses.
    #[error("the server answered {status}")]
    Refused { status: StatusCode, refusal: R },
    /// A request that cannot be made.
    #[error("the request cannot be made")]
    Request(#[source] BoxError),
}

impl<R> CallError<R> {
    /// Whether the server fails, by which it gets a rest.
    const fn is_failure(&self) -> bool {
        match self {
            Self::Connect(_) | Self::Lost(_) | Self::Failed { .. } => true,
            Self::Resting | Self::Overloaded | Self::Unreadable(_) | Self::Refused { .. } | Self::Request(_) => false,
        }
    }

    /// Whether the request certainly had no effect, and a later one may: it was not sent, or not looked at since there are too many, or
    /// our key is wrong or may not do it.
    pub fn is_without_effect(&self) -> bool {
        match self {
            Self::Resting | Self::Overloaded | Self::Connect(_) | Self::Request(_) => true,
            Self::Failed { status } => *status == StatusCode::TOO_MANY_REQUESTS,
            Self::Refused { status, .. } => [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(status),
            Self::Lost(_) | Self::Unreadable(_) => false,
        }
    }
}

/// A client of one server.
pub struct OutsideClient {
    /// Beneath the limits of `http`, which cannot build requests.
    builder: reqwest::Client,
    /// Sends no more than so many at once.
    http: ConcurrencyLimit<reqwest::Client>,
    breaker: Breaker,
    url: String,
    key: Secret,
}

impl OutsideClient {
    /// The client of some options.
    pub fn new(options: OutsideOptions) -> Self {
        let OutsideOptions { url, key, answer_ms_max, at_once_max, breaker } = options;
        let client = reqwest::Client::builder().timeout(Duration::from_millis(answer_ms_max)).build();
        let client = client.expect("TLS is compiled in and needs nothing of the machine");
        let http = ServiceBuilder::new().concurrency_limit(at_once_max).service(client.clone());
        Self { builder: client, http, breaker: Breaker::new(breaker), url, key }
    }

    /// A request to a path, with a query and our key.
    ///
    /// # Errors
    /// [`CallError::Request`] where the path is none.
    pub fn request<R>(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<RequestBuilder, CallError<R>> {
        let mut url: Url =
            format!("{}{path}", self.url).parse().map_err(|error| CallError::Request(Box::new(error)))?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(self.builder.request(method, url).bearer_auth(self.key.expose()))
    }

    /// The answer to a request. Where the server refuses, its body is read as `R`; one that is none counts as a failure.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn send<T: DeserializeOwned, R: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Result<T, CallError<R>> {
        let request = request.build().map_err(|error| CallError::Request(Box::new(error)))?;
        let called = self.breaker.call(CallError::is_failure, self.call(request)).await;
        let body = called.map_err(|error| match error {
            BreakerError::Open => CallError::Resting,
            BreakerError::Failed(error) => error,
        })?;
        serde_json::from_slice(&body).map_err(CallError::Unreadable)
    }

    /// The body of the answer to a request.
    async fn call<R: DeserializeOwned>(&self, request: Request) -> Result<Vec<u8>, CallError<R>> {
        let mut http = self.http.clone();
        let turn = tokio::time::timeout(Duration::from_millis(TURN_MS_MAX), http.ready()).await;
        let turn = turn.map_err(|_elapsed| CallError::Overloaded)?.map_err(lost)?;
        let answer = turn.call(request).await.map_err(lost)?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(CallError::Lost)?;
        if status.is_success() {
            return Ok(body.into());
        }
        let is_failure = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
        match serde_json::from_slice(&body) {
            Ok(refusal) if !is_failure => Err(CallError::Refused { status, refusal }),
            _ => Err(CallError::Failed { status }),
        }
    }
}

/// Why a request has no answer.
fn lost<R>(error: reqwest::Error) -> CallError<R> {
    if error.is_connect() { CallError::Connect(error) } else { CallError::Lost(error) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::routing::get;
    use axum::{Json, Router};
    use tokio::net::TcpListener;
    use tokio::sync::{Semaphore, mpsc};

    use super::*;

    #[tokio::test]
    async fn a_request_beyond_those_under_way_waits_for_its_turn() {
        let (come, mut arrivals) = mpsc::unbounded_channel();
        let let_go = Arc::new(Semaphore::new(0));
        let gate = Arc::clone(&let_go);
        let answer = get(async move || {
            come.send(()).unwrap();
            gate.acquire().await.unwrap().forget();
            Json("answered")
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, Router::new().route("/", answer)).await });
        let options = OutsideOptions { at_once_max: 1, ..OutsideOptions::new(url, Secret::new("key")) };
        let client = OutsideClient::new(options);
        let ask = async || {
            let request = client.request::<String>(Method::GET, "/", &[]).unwrap();
            client.send::<String, String>(request).await.unwrap()
        };
        let server = async {
            arrivals.recv().await.unwrap();
            assert!(arrivals.try_recv().is_err(), "one at once");
            let_go.add_permits(2);
        };
        let (first, second, ()) = futures::future::join3(ask(), ask(), server).await;
        assert_eq!([first, second], ["answered", "answered"]);
    }
}
