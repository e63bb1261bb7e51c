//! Webhooks to merchants, as Standard Webhooks describes them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::notification::{Failure, Kind, NotificationDetails, SkipReason};
use domain::{NotificationId, Timestamp, WebhookEndpointId};
use reqwest::{StatusCode, Url};
use serde::Serialize;
use service_kit::BoxError;
use service_kit::errors::chain;

use super::addresses::{PublicOnly, RefusedUrl, check_url, has_private_address, is_public};
use super::{Attempt, cause};
use crate::context::Notifications;
use crate::endpoints::Target;

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

/// Pause before a webhook is tried that was one too many.
const BUSY_PAUSE_MS: i64 = 2_000;

/// Sends webhooks.
pub struct Webhooks {
    client: reqwest::Client,
    pub(crate) options: WebhookOptions,
    under_way: Arc<Mutex<HashMap<WebhookEndpointId, usize>>>,
}

/// A webhook's place among those under way.
struct Place {
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

    fn enter(&self, endpoint: WebhookEndpointId) -> Option<Place> {
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
    async fn post(&self, url: Url, id: &str, secret: &[u8], at: Timestamp, body: Vec<u8>) -> Answered {
        let seconds = at.micros().div_euclid(1_000_000).to_string();
        let signature = signature(secret, id, &seconds, &body);
        let request = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", signature)
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

enum Answered {
    Status(StatusCode),
    Private,
    Nothing(Failure, String),
}

/// The signature of a webhook: `v1,` and the HMAC of its id, its moment and its body.
fn signature(secret: &[u8], id: &str, seconds: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let mut signed = format!("{id}.{seconds}.").into_bytes();
    signed.extend_from_slice(body);
    format!("v1,{}", STANDARD.encode(hmac::sign(&key, &signed)))
}

/// The body of a webhook. The same in every attempt.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    r#type: &'static str,
    timestamp: String,
    data: Data,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    order_id: String,
    /// What is told of.
    event_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<domain::Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    carrier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracking: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// What a kind is called in webhooks.
pub(crate) const fn event_type(kind: Kind) -> &'static str {
    match kind {
        Kind::OrderConfirmed => "order.confirmed",
        Kind::PaymentReceived => "payment.received",
        Kind::PaymentActionRequired => "payment.action_required",
        Kind::PaymentDeclined => "payment.declined",
        Kind::Preparation => "order.preparing",
        Kind::Shipment => "order.shipped",
        Kind::Delivery => "order.delivered",
        Kind::Delay => "order.delayed",
        Kind::Cancellation => "order.cancelled",
        Kind::Refund => "payment.refunded",
    }
}

fn body_of(details: &NotificationDetails) -> Vec<u8> {
    let told = &details.told;
    let body = Body {
        r#type: event_type(details.kind),
        timestamp: details.occurred_at.to_rfc3339(),
        data: Data {
            order_id: details.order.to_string(),
            event_id: details.event.to_string(),
            amount: told.amount,
            carrier: told.carrier.as_ref().map(ToString::to_string),
            tracking: told.tracking.as_ref().map(ToString::to_string),
            reason: told.reason.as_ref().map(ToString::to_string),
        },
    };
    serde_json::to_vec(&body).expect("a body is made of strings and numbers")
}

impl Notifications {
    pub(super) async fn send_webhook(
        &self,
        id: NotificationId,
        details: &NotificationDetails,
    ) -> Result<Attempt, BoxError> {
        let webhooks = &self.channels.webhooks;
        let Some(endpoint) = details.endpoint else { return Ok(Attempt::Skip(SkipReason::EndpointGone)) };
        let Some(_place) = webhooks.enter(endpoint) else { return Ok(Attempt::PutOff { pause_ms: BUSY_PAUSE_MS }) };
        let Some(Target { url, secret }) = self.endpoints.target(&details.tenant, endpoint).await? else {
            return Ok(Attempt::Skip(SkipReason::EndpointGone));
        };
        let url = match check_url(&url, webhooks.options.allow_private) {
            Ok(url) => url,
            Err(refused) => {
                return Ok(Attempt::Failed { failure: Failure::Refused, cause: cause(&refused.to_string()) });
            }
        };
        if !self.start(id, details).await? {
            return Ok(Attempt::NotOurs);
        }
        let failed = |failure, text: &str| Attempt::Failed { failure, cause: cause(text) };
        Ok(match webhooks.post(url, &id.to_string(), &secret, self.now(), body_of(details)).await {
            Answered::Status(status) if status.is_success() => {
                Attempt::Sent { reference: Some(cause(status.as_str())) }
            }
            Answered::Status(StatusCode::GONE) => {
                // So an endpoint says that it wants nothing more.
                self.endpoints.switch_off(&details.tenant, endpoint, "the endpoint answered 410 Gone").await?;
                failed(Failure::Refused, "the endpoint answered 410 Gone")
            }
            Answered::Status(status) => failed(Failure::NotTaken, &format!("the endpoint answered {status}")),
            Answered::Private => failed(Failure::Refused, &RefusedUrl::Private.to_string()),
            Answered::Nothing(failure, text) => failed(failure, &text),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_that_of_the_specification() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = br#"{"test": 2432232314}"#;
        let signature = signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
