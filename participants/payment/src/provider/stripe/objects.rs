//! The objects of the API, as far as they are read.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// A `PaymentIntent`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) status: Status,
    #[serde(default)]
    pub(super) amount_capturable: i64,
    #[serde(default)]
    pub(super) amount_received: i64,
    pub(super) currency: String,
    #[serde(default)]
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) client_secret: Option<String>,
    pub(super) latest_charge: Option<LatestCharge>,
    pub(super) last_payment_error: Option<ApiError>,
    pub(super) cancellation_reason: Option<String>,
}

/// Where a `PaymentIntent` stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    Processing,
    RequiresCapture,
    Canceled,
    Succeeded,
}

/// A charge, whole where that was asked for.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum LatestCharge {
    #[expect(dead_code, reason = "it only has to be told from a whole one")]
    Id(String),
    Whole(Box<Charge>),
}

/// A charge.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Charge {
    #[serde(default)]
    pub(super) amount_refunded: i64,
    #[serde(default)]
    pub(super) disputed: bool,
    pub(super) payment_method_details: Option<MethodDetails>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct MethodDetails {
    pub(super) card: Option<CardDetails>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct CardDetails {
    /// Seconds since 1970.
    pub(super) capture_before: Option<i64>,
}

/// A refund, or a dispute: an amount with a state.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Movement {
    pub(super) amount: i64,
    pub(super) status: Option<String>,
}

/// A page of a list.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct List<T> {
    pub(super) data: Vec<T>,
    #[serde(default)]
    pub(super) has_more: bool,
}

/// The body of a refusal.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ErrorBody {
    pub(super) error: ApiError,
}

/// Why something was refused.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ApiError {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) code: Option<String>,
    pub(super) decline_code: Option<String>,
    /// The id of the charge that failed.
    pub(super) charge: Option<String>,
    pub(super) payment_method: Option<Referred>,
    pub(super) payment_intent: Option<Box<Intent>>,
}

/// An object of which only the id is read.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Referred {
    pub(super) id: Option<String>,
}

impl ApiError {
    /// What programs tell it by: the bank's reason where there is one.
    pub(super) fn code(&self) -> &str {
        let named = self.decline_code.as_deref().or(self.code.as_deref()).or(self.kind.as_deref());
        named.unwrap_or("unknown")
    }
}

/// The id of the `PaymentIntent` that a webhook is about; `None` where it is about something else.
pub fn hinted_payment(event: &Value) -> Option<&str> {
    let object = event.pointer("/data/object")?;
    let id = match object.get("object").and_then(Value::as_str)? {
        "payment_intent" => object.get("id"),
        "charge" | "refund" | "dispute" => object.get("payment_intent"),
        _ => None,
    };
    id.and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_webhook_hints_at_a_payment_whatever_it_is_about() {
        let event = |object| json!({"type": "x", "data": {"object": object}});
        assert_eq!(hinted_payment(&event(json!({"object": "payment_intent", "id": "pi_1"}))), Some("pi_1"));
        assert_eq!(
            hinted_payment(&event(json!({"object": "charge", "id": "ch_1", "payment_intent": "pi_2"}))),
            Some("pi_2")
        );
        assert_eq!(hinted_payment(&event(json!({"object": "dispute", "payment_intent": "pi_3"}))), Some("pi_3"));
        assert_eq!(hinted_payment(&event(json!({"object": "payout", "id": "po_1"}))), None);
        assert_eq!(hinted_payment(&json!({})), None);
    }
}
