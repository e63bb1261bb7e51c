//! Payments: made, confirmed, captured, cancelled, listed.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::errors::ApiError;
use crate::form::Parameters;
use crate::ledger::EntryKind;
use crate::methods::{Outcome, outcome};
use crate::objects;
use crate::records::{AUTHORIZATION_S, Charge, Dispute, Intent, Status};
use crate::world::World;

/// Least amount of a payment, in minor units.
const AMOUNT_MIN: i64 = 50;
/// Largest amount of a payment, in minor units.
const AMOUNT_MAX: i64 = 99_999_999;
/// Entries of a page where the request names no number.
const PAGE: usize = 10;
/// Most entries of a page.
const PAGE_MAX: usize = 100;

type Result = std::result::Result<Value, ApiError>;

impl World {
    pub(crate) fn create(&mut self, form: &Parameters) -> Result {
        let amount = amount_of(form, "amount")?.ok_or_else(|| missing_parameter("amount"))?;
        let currency = form.get("currency").ok_or_else(|| missing_parameter("currency"))?.to_owned();
        if currency.len() != 3 || currency.bytes().any(|letter| !letter.is_ascii_lowercase()) {
            return Err(ApiError::invalid("parameter_invalid_string", format!("Invalid currency: {currency}.")));
        }
        if amount < AMOUNT_MIN {
            return Err(ApiError::invalid("amount_too_small", "Amount must be at least 50 minor units.")
                .with("param", "amount"));
        }
        if amount > AMOUNT_MAX {
            return Err(ApiError::invalid("amount_too_large", "Amount must be no more than 999,999.99.")
                .with("param", "amount"));
        }
        let id = self.id("pi");
        let secret = self.id(&format!("{id}_secret"));
        let method = form.get("payment_method").map(str::to_owned);
        let status = if method.is_some() { Status::RequiresConfirmation } else { Status::RequiresPaymentMethod };
        let intent = Intent {
            secret,
            created: self.now(),
            amount,
            currency,
            is_manual: form.get("capture_method") == Some("manual"),
            status,
            method,
            metadata: metadata(form),
            received: 0,
            charge: None,
            last_error: None,
            canceled: None,
            id: id.clone(),
        };
        self.intents.insert(id.clone(), intent.clone());
        self.newest.push(id.clone());
        self.emit_intent("payment_intent.created", &intent);
        if form.get("confirm") == Some("true") { self.confirm(&id, form) } else { self.retrieve(&id, form) }
    }

    pub(crate) fn retrieve(&self, id: &str, form: &Parameters) -> Result {
        let intent = self.intents.get(id).ok_or_else(|| ApiError::missing("payment_intent", id))?;
        Ok(self.shown(intent, form.lists("expand", "latest_charge")))
    }

    fn shown(&self, intent: &Intent, expands_charge: bool) -> Value {
        let charge = intent.charge.as_ref().filter(|_| expands_charge).and_then(|id| self.charges.get(id));
        objects::intent(intent, charge)
    }

    /// Of all payments the newest first, in pages.
    pub(crate) fn list(&self, form: &Parameters) -> Value {
        let number = |name| form.get(name).and_then(|text| text.parse::<i64>().ok());
        let limit = number("limit").and_then(|limit| usize::try_from(limit).ok()).unwrap_or(PAGE).clamp(1, PAGE_MAX);
        let since = number("created[gte]").unwrap_or(i64::MIN);
        let newest = self.newest.iter().rev().filter_map(|id| self.intents.get(id));
        let after = form.get("starting_after");
        let behind = newest.skip_while(|intent| after.is_some_and(|after| intent.id != after));
        let rest: Vec<_> = behind.skip(usize::from(after.is_some())).filter(|intent| intent.created >= since).collect();
        let expands = form.lists("expand", "data.latest_charge");
        let data = rest.iter().take(limit).map(|intent| self.shown(intent, expands)).collect();
        objects::list("/v1/payment_intents", data, rest.len() > limit)
    }

    pub(crate) fn confirm(&mut self, id: &str, form: &Parameters) -> Result {
        let intent = self.intent_in(
            id,
            &[Status::RequiresPaymentMethod, Status::RequiresConfirmation, Status::RequiresAction],
            "confirm",
        )?;
        let method = form.get("payment_method").map(str::to_owned).or_else(|| intent.method.clone());
        let method = method.ok_or_else(|| {
            let message = "You cannot confirm this PaymentIntent because it's missing a payment method.";
            ApiError::invalid("payment_intent_unexpected_state", message)
        })?;
        let outcome = outcome(&method).ok_or_else(|| ApiError::missing("PaymentMethod", &method))?;
        let intent = self.change(id, |intent| {
            intent.method = Some(method.clone());
            intent.last_error = None;
        })?;
        match outcome {
            Outcome::Works | Outcome::Disputed { .. } => self.authorize(id)?,
            Outcome::NeedsAction => {
                let waiting = self.change(id, |intent| intent.status = Status::RequiresAction)?;
                self.emit_intent("payment_intent.requires_action", &waiting);
            }
            Outcome::Declined { code, decline_code, message } => {
                return Err(self.decline(&intent, code, decline_code, message));
            }
        }
        self.retrieve(id, form)
    }

    /// The customer has authenticated, or has not.
    pub(crate) fn complete_action(&mut self, id: &str, works: bool) -> Result {
        self.intent_in(id, &[Status::RequiresAction], "authenticate")?;
        if works {
            self.authorize(id)?;
        } else {
            let method = self.intents.get(id).and_then(|intent| intent.method.as_deref());
            let error = json!({
                "type": "invalid_request_error",
                "code": "payment_intent_authentication_failure",
                "message": "The provided PaymentMethod has failed authentication.",
                "payment_method": objects::method(method, self.now()),
            });
            let failed = self.change(id, |intent| {
                intent.status = Status::RequiresPaymentMethod;
                intent.method = None;
                intent.last_error = Some(error);
            })?;
            self.emit_intent("payment_intent.payment_failed", &failed);
        }
        self.retrieve(id, &Parameters::default())
    }

    /// Sets the amount aside, and captures it where that is automatic.
    fn authorize(&mut self, id: &str) -> std::result::Result<(), ApiError> {
        let charge = self.id("ch");
        let intent = self.change(id, |intent| {
            intent.status = Status::RequiresCapture;
            intent.charge = Some(charge.clone());
        })?;
        let made = self.charge_of(&intent, charge.clone(), None);
        self.charges.insert(charge, made);
        self.book(EntryKind::Authorized, &intent, intent.amount);
        if intent.is_manual {
            self.emit_intent("payment_intent.amount_capturable_updated", &intent);
            return Ok(());
        }
        self.take(id, intent.amount)
    }

    fn charge_of(&self, intent: &Intent, id: String, failure: Option<(String, String)>) -> Charge {
        let created = self.now();
        Charge {
            id,
            intent: intent.id.clone(),
            created,
            amount: intent.amount,
            currency: intent.currency.clone(),
            method: intent.method.clone().unwrap_or_default(),
            metadata: intent.metadata.clone(),
            captured: 0,
            refunded: 0,
            disputed: 0,
            failure,
            capture_before: created + AUTHORIZATION_S,
        }
    }

    fn decline(&mut self, intent: &Intent, code: &str, decline_code: Option<&str>, message: &str) -> ApiError {
        let charge = self.id("ch");
        let failed = self.charge_of(intent, charge.clone(), Some((code.to_owned(), message.to_owned())));
        self.charges.insert(charge.clone(), failed);
        let mut error = ApiError::new(StatusCode::PAYMENT_REQUIRED, "card_error", message)
            .with("code", code)
            .with("charge", charge.clone())
            .with("payment_method", objects::method(intent.method.as_deref(), self.now()));
        if let Some(decline_code) = decline_code {
            error = error.with("decline_code", decline_code);
        }
        let told = error.clone().answer().1["error"].clone();
        let declined = self.change(&intent.id, |intent| {
            intent.status = Status::RequiresPaymentMethod;
            intent.method = None;
            intent.charge = Some(charge);
            intent.last_error = Some(told);
        });
        if let Ok(declined) = declined {
            self.book(EntryKind::Declined, &declined, declined.amount);
            self.emit_intent("payment_intent.payment_failed", &declined);
            error = error.with("payment_intent", objects::intent(&declined, None));
        }
        error
    }

    pub(crate) fn capture(&mut self, id: &str, form: &Parameters) -> Result {
        let intent = self.intent_in(id, &[Status::RequiresCapture], "capture")?;
        let amount = amount_of(form, "amount_to_capture")?.unwrap_or(intent.amount);
        if amount < 1 || amount > intent.amount {
            let message = format!("The amount to capture must be between 1 and {}.", intent.amount);
            return Err(ApiError::invalid("amount_too_large", message).with("param", "amount_to_capture"));
        }
        self.take(id, amount)?;
        self.retrieve(id, form)
    }

    /// Takes money and gives back the rest of what was set aside.
    fn take(&mut self, id: &str, amount: i64) -> std::result::Result<(), ApiError> {
        let intent = self.change(id, |intent| {
            intent.status = Status::Succeeded;
            intent.received = amount;
        })?;
        let charge = intent.charge.as_ref().and_then(|id| self.charges.get_mut(id));
        let method = charge.map(|charge| {
            charge.captured = amount;
            (charge.id.clone(), charge.method.clone())
        });
        self.book(EntryKind::Captured, &intent, amount);
        if amount < intent.amount {
            self.book(EntryKind::Released, &intent, intent.amount - amount);
        }
        self.emit_intent("payment_intent.succeeded", &intent);
        if let Some((charge, method)) = method
            && let Some(Outcome::Disputed { reason }) = outcome(&method)
        {
            self.dispute(&intent, &charge, amount, reason);
        }
        Ok(())
    }

    fn dispute(&mut self, intent: &Intent, charge: &str, amount: i64, reason: &str) {
        let dispute = Dispute {
            id: self.id("dp"),
            charge: charge.to_owned(),
            intent: intent.id.clone(),
            created: self.now(),
            amount,
            currency: intent.currency.clone(),
            reason: reason.to_owned(),
        };
        if let Some(charge) = self.charges.get_mut(charge) {
            charge.disputed += amount;
        }
        self.book(EntryKind::Disputed, intent, amount);
        let object = objects::dispute(&dispute);
        self.disputes.push(dispute);
        self.emit("charge.dispute.created", object);
    }

    pub(crate) fn cancel(&mut self, id: &str, form: &Parameters) -> Result {
        self.intent_in(
            id,
            &[
                Status::RequiresPaymentMethod,
                Status::RequiresConfirmation,
                Status::RequiresAction,
                Status::RequiresCapture,
            ],
            "cancel",
        )?;
        self.release(id, form.get("cancellation_reason"));
        self.retrieve(id, form)
    }

    /// A payment, if it is in one of some states.
    fn intent_in(&self, id: &str, allowed: &[Status], verb: &str) -> std::result::Result<Intent, ApiError> {
        let intent = self.intents.get(id).ok_or_else(|| ApiError::missing("payment_intent", id))?;
        if allowed.contains(&intent.status) {
            return Ok(intent.clone());
        }
        let message =
            format!("You cannot {verb} this PaymentIntent because it has a status of {}.", intent.status.name());
        Err(ApiError::invalid("payment_intent_unexpected_state", message)
            .with("payment_intent", objects::intent(intent, None)))
    }

    fn change(&mut self, id: &str, change: impl FnOnce(&mut Intent)) -> std::result::Result<Intent, ApiError> {
        let intent = self.intents.get_mut(id).ok_or_else(|| ApiError::missing("payment_intent", id))?;
        change(intent);
        Ok(intent.clone())
    }
}

pub(crate) fn metadata(form: &Parameters) -> Map<String, Value> {
    form.nested("metadata").map(|(key, value)| (key.to_owned(), value.into())).collect()
}

/// An amount in minor units; `None` where there is none.
pub(crate) fn amount_of(form: &Parameters, name: &'static str) -> std::result::Result<Option<i64>, ApiError> {
    let Some(text) = form.get(name) else { return Ok(None) };
    let invalid =
        || ApiError::invalid("parameter_invalid_integer", format!("Invalid integer: {text}")).with("param", name);
    text.parse().map(Some).map_err(|_| invalid())
}

pub(crate) fn missing_parameter(name: &'static str) -> ApiError {
    ApiError::invalid("parameter_missing", format!("Missing required param: {name}.")).with("param", name)
}
