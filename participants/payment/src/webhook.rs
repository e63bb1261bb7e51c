//! Webhooks of the provider: hints, after which the payment is read.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use command_kit::Refusal;
use command_kit::http::method_not_allowed;
use domain::ProviderReference;
use serde_json::Value;
use service_kit::config::Secret;

use crate::code::{WEBHOOK_MALFORMED, WEBHOOK_NOT_SIGNED};
use crate::context::Payments;
use crate::provider::stripe::{SIGNATURE_HEADER, hinted_payment, verify};

/// Largest webhook, in bytes.
const BODY_BYTES_MAX: usize = 256 * 1024;

#[derive(Clone)]
struct Webhooks {
    payments: Arc<Payments>,
    secret: Option<Secret>,
}

pub(crate) fn routes(payments: Arc<Payments>, secret: Option<Secret>) -> Router {
    Router::new()
        .route("/v1/webhooks/stripe", post(take))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(Webhooks { payments, secret })
}

/// Answers 204 to what was taken, or is about nothing of ours; the provider sends anything else again.
async fn take(State(webhooks): State<Webhooks>, headers: HeaderMap, body: Bytes) -> Result<StatusCode, Refusal> {
    let signature = headers.get(SIGNATURE_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let not_signed = |detail: String| Refusal::new(WEBHOOK_NOT_SIGNED, detail);
    let secret = webhooks.secret.as_ref().ok_or_else(|| not_signed("no webhooks are expected here".to_owned()))?;
    verify(signature, &body, secret, webhooks.payments.now()).map_err(|error| not_signed(error.to_string()))?;
    let event: Value =
        serde_json::from_slice(&body).map_err(|error| Refusal::new(WEBHOOK_MALFORMED, error.to_string()))?;
    let result = webhooks.payments.hinted(&event).await;
    let label = if result.is_ok() { "taken" } else { "failed" };
    metrics::counter!("payment_webhooks_total", "result" => label).increment(1);
    result.map(|()| StatusCode::NO_CONTENT)
}

impl Payments {
    /// Reads the payment that a webhook is about, and records what it shows.
    async fn hinted(&self, event: &Value) -> Result<(), Refusal> {
        let Some(reference) = hinted_payment(event).and_then(|id| ProviderReference::try_new(id).ok()) else {
            return Ok(());
        };
        self.look_at(&reference).await
    }
}
