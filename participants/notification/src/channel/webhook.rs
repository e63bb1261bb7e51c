//! Webhooks to merchants, as Standard Webhooks describes them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::notification::Failure;
use domain::{Timestamp, WebhookEndpointId};
use reqwest::{StatusCode, Url};
use service_kit::errors::chain;
use service_kit::standard_webhooks::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, WebhookKey};

use super::addresses::{PublicOnly, has_private_address, is_public};

/// How webhooks are sent.
#[derive(Debug, Clone, Copy)]
pub struct WebhookOptions {
    /// Whether they may go to private addresses, and without encryption.
    pub allow_private: bool,
    /// Longest webhook with its answer.
    pub answer_ms_max: u64,
    /// Most webhooks at once, of all endpoints.
    pub at_once_max: usize,
    /// Most webhooks at once of one endpoint, so that a slow one does not keep the others waiting.
    pub at_once_per_endpoint_max: usize,
}

impl Default for WebhookOptions {
    fn default() -> Self {
        Self { allow_private: false, answer_ms_max: 15_000, at_once_max: 32, at_once_per_endpoint_max: 4 }
    }
}

/// Sends webhooks.
pub struct Webhooks {
    client: reqwest::Client,
    pub(crate) options: WebhookOptions,
    under_way: Arc<Mutex<HashMap<WebhookEndpointId, usize>>>,
}

/// A webhook's place among those under way.
pub(crate) struct Place {
    under_way: Arc<Mutex<HashMap<WebhookEndpointId, usize>>>,
    endpoint: WebhookEndpointId,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = under_way.get_mut(&self.endpoint) {
            *count -= 1;
            if *count == 0 {
                under_way.remove(&self.endpoint);
            }
        }
    }
}

impl Webhooks {
    /// Webhooks within bounds.
    pub fn new(options: WebhookOptions) -> Self {
        let builder = reqwest::Client::builder()
            .timeout(Duration::from_millis(options.answer_ms_max))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent("order-engine-webhooks/1");
        let builder = if options.allow_private { builder } else { builder.dns_resolver(Arc::new(PublicOnly)) };
        let client = builder.build().expect("TLS is compiled in and needs nothing of the machine");
        Self { client, options, under_way: Arc::default() }
    }

    /// A place among those under way; `None` where there is none.
    pub(crate) fn enter(&self, endpoint: WebhookEndpointId) -> Option<Place> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if under_way.values().sum::<usize>() >= self.options.at_once_max {
            return None;
        }
        let count = under_way.entry(endpoint).or_default();
        if *count >= self.options.at_once_per_endpoint_max {
            return None;
        }
        *count += 1;
        Some(Place { under_way: Arc::clone(&self.under_way), endpoint })
    }

    /// Sends one, and says what the endpoint answered.
    pub(crate) async fn post(&self, url: Url, id: &str, secret: &[u8], at: Timestamp, body: Vec<u8>) -> Answered {
        let second = at.micros().div_euclid(1_000_000);
        let signature = WebhookKey::of(secret).sign(id, second, &body);
        let request = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .header(ID_HEADER, id)
            .header(TIMESTAMP_HEADER, second)
            .header(SIGNATURE_HEADER, signature)
            .body(body);
        match request.send().await {
            Ok(answer) if !self.options.allow_private && answer.remote_addr().is_none_or(|to| !is_public(to.ip())) => {
                Answered::Private
            }
            Ok(answer) => Answered::Status(answer.status()),
            Err(error) if has_private_address(&error) => Answered::Private,
            Err(error) => {
                let failure = if error.is_connect() { Failure::NotTaken } else { Failure::Unknown };
                Answered::Nothing(failure, chain(&error.without_url()))
            }
        }
    }
}

/// What an endpoint answered.
pub(crate) enum Answered {
    Status(StatusCode),
    Private,
    Nothing(Failure, String),
}
