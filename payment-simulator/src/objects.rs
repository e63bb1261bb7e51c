//! The objects as JSON, with the fields that Stripe's own have.

use serde_json::{Value, json};

use crate::records::{Charge, Dispute, Intent, Refund, Status};

/// The month and year until which every card is valid.
const EXPIRY: (u8, u16) = (12, 2034);

/// A `PaymentIntent`, with its charge in it where that is given.
pub(crate) fn intent(intent: &Intent, whole: Option<&Charge>) -> Value {
    let latest_charge = whole.map_or_else(|| intent.charge.clone().into(), charge);
    let capturable = if intent.status == Status::RequiresCapture { intent.amount } else { 0 };
    let next_action = (intent.status == Status::RequiresAction).then(|| {
        json!({
            "type": "redirect_to_url",
            "redirect_to_url": {"return_url": null, "url": format!("/_simulator/actions/{}/complete", intent.id)},
        })
    });
    json!({
        "id": intent.id,
        "object": "payment_intent",
        "amount": intent.amount,
        "amount_capturable": capturable,
        "amount_details": {"tip": {}},
        "amount_received": intent.received,
        "application": null,
        "application_fee_amount": null,
        "automatic_payment_methods": null,
        "canceled_at": intent.canceled.as_ref().map(|(at, _)| *at),
        "cancellation_reason": intent.canceled.as_ref().and_then(|(_, reason)| reason.clone()),
        "capture_method": if intent.is_manual { "manual" } else { "automatic" },
        "client_secret": intent.secret,
        "confirmation_method": "automatic",
        "created": intent.created,
        "currency": intent.currency,
        "customer": null,
        "description": null,
        "last_payment_error": intent.last_error,
        "latest_charge": latest_charge,
        "livemode": false,
        "metadata": intent.metadata,
        "next_action": next_action,
        "on_behalf_of": null,
        "payment_method": intent.method,
        "payment_method_configuration_details": null,
        "payment_method_options": {"card": {"installments": null, "mandate_options": null, "network": null,
            "request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "processing": null,
        "receipt_email": null,
        "review": null,
        "setup_future_usage": null,
        "shipping": null,
        "statement_descriptor": null,
        "statement_descriptor_suffix": null,
        "status": intent.status.name(),
        "transfer_data": null,
        "transfer_group": null,
    })
}

/// A charge.
pub(crate) fn charge(charge: &Charge) -> Value {
    let is_paid = charge.failure.is_none();
    json!({
        "id": charge.id,
        "object": "charge",
        "amount": charge.amount,
        "amount_captured": charge.captured,
        "amount_refunded": charge.refunded,
        "application": null,
        "application_fee": null,
        "application_fee_amount": null,
        "balance_transaction": null,
        "billing_details": {"address": null, "email": null, "name": null, "phone": null, "tax_id": null},
        "calculated_statement_descriptor": null,
        "captured": charge.captured > 0,
        "created": charge.created,
        "currency": charge.currency,
        "customer": null,
        "description": null,
        "disputed": charge.disputed > 0,
        "failure_balance_transaction": null,
        "failure_code": charge.failure.as_ref().map(|(code, _)| code.clone()),
        "failure_message": charge.failure.as_ref().map(|(_, message)| message.clone()),
        "fraud_details": {},
        "livemode": false,
        "metadata": charge.metadata,
        "on_behalf_of": null,
        "outcome": null,
        "paid": is_paid,
        "payment_intent": charge.intent,
        "payment_method": charge.method,
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242", "exp_month": EXPIRY.0,
            "exp_year": EXPIRY.1, "funding": "credit", "capture_before": charge.capture_before}},
        "receipt_email": null,
        "receipt_number": null,
        "receipt_url": null,
        "refunded": charge.refunded > 0 && charge.refunded == charge.captured,
        "review": null,
        "shipping": null,
        "source_transfer": null,
        "statement_descriptor": null,
        "statement_descriptor_suffix": null,
        "status": if is_paid { "succeeded" } else { "failed" },
        "transfer_data": null,
        "transfer_group": null,
    })
}

/// A method to pay with: a card, whatever its name is.
pub(crate) fn method(id: Option<&str>, created: i64) -> Value {
    json!({
        "id": id,
        "object": "payment_method",
        "type": "card",
        "billing_details": {"address": null, "email": null, "name": null, "phone": null, "tax_id": null},
        "card": {"brand": "visa", "last4": "4242", "exp_month": EXPIRY.0, "exp_year": EXPIRY.1, "funding": "credit"},
        "created": created,
        "customer": null,
        "livemode": false,
        "metadata": {},
    })
}

/// A refund.
pub(crate) fn refund(refund: &Refund) -> Value {
    json!({
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "balance_transaction": null,
        "charge": refund.charge,
        "created": refund.created,
        "currency": refund.currency,
        "metadata": refund.metadata,
        "payment_intent": refund.intent,
        "reason": refund.reason,
        "receipt_number": null,
        "source_transfer_reversal": null,
        "status": "succeeded",
        "transfer_reversal": null,
    })
}

/// A dispute.
pub(crate) fn dispute(dispute: &Dispute) -> Value {
    json!({
        "id": dispute.id,
        "object": "dispute",
        "amount": dispute.amount,
        "balance_transactions": [],
        "charge": dispute.charge,
        "created": dispute.created,
        "currency": dispute.currency,
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": {"due_by": null, "enhanced_eligibility": {}, "has_evidence": false, "past_due": false,
            "submission_count": 0},
        "is_charge_refundable": false,
        "livemode": false,
        "metadata": {},
        "payment_intent": dispute.intent,
        "reason": dispute.reason,
        "status": "needs_response",
    })
}

/// A page of a list.
pub(crate) fn list(url: &str, data: Vec<Value>, has_more: bool) -> Value {
    json!({"object": "list", "url": url, "has_more": has_more, "data": data})
}
