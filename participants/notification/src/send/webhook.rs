//! Sending webhooks.

use domain::notification::{Failure, Kind, NotificationDetails, SkipReason};
use domain::{NotificationId, Timestamp};
use reqwest::StatusCode;
use serde::Serialize;
use service_kit::BoxError;

use crate::channel::{Answered, Attempt, RefusedUrl, cause, check_url};
use crate::context::Notifications;
use crate::endpoints::Target;

/// Pause before a webhook is tried that was one too many.
const BUSY_PAUSE_MS: i64 = 2_000;

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
    expected_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// What a kind is called in webhooks.
const fn event_type(kind: Kind) -> &'static str {
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
            expected_at: told.expected_at.map(Timestamp::to_rfc3339),
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
