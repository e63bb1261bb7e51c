//! Refunds and disputes, and what is read of them.

use serde_json::Value;

use crate::errors::ApiError;
use crate::form::Parameters;
use crate::intents::{amount_of, metadata, missing_parameter};
use crate::ledger::EntryKind;
use crate::objects;
use crate::records::Refund;
use crate::world::World;

impl World {
    /// Gives captured money back.
    pub(crate) fn refund(&mut self, form: &Parameters) -> Result<Value, ApiError> {
        let charge = match (form.get("charge"), form.get("payment_intent")) {
            (Some(charge), _) => charge.to_owned(),
            (None, Some(id)) => {
                let intent = self.intents.get(id).ok_or_else(|| ApiError::missing("payment_intent", id))?;
                intent.charge.clone().ok_or_else(|| {
                    ApiError::invalid("payment_intent_unexpected_state", "This PaymentIntent has no successful charge.")
                })?
            }
            (None, None) => return Err(missing_parameter("payment_intent")),
        };
        let known = self.charges.get_mut(&charge).ok_or_else(|| ApiError::missing("charge", &charge))?;
        let left = known.captured - known.refunded - known.disputed;
        let amount = amount_of(form, "amount")?.unwrap_or(left);
        if known.disputed > 0 {
            let message = format!("Charge {charge} has been charged back; cannot issue a refund.");
            return Err(ApiError::invalid("charge_disputed", message));
        }
        if known.captured > 0 && left == 0 {
            let message = format!("Charge {charge} has already been refunded.");
            return Err(ApiError::invalid("charge_already_refunded", message));
        }
        if amount < 1 || amount > left {
            let message = format!("Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).");
            return Err(ApiError::invalid("amount_too_large", message).with("param", "amount"));
        }
        known.refunded += amount;
        let known = known.clone();
        let refund = Refund {
            id: self.id("re"),
            charge,
            intent: known.intent.clone(),
            created: self.now(),
            amount,
            currency: known.currency.clone(),
            reason: form.get("reason").map(str::to_owned),
            metadata: metadata(form),
        };
        if let Some(intent) = self.intents.get(&known.intent).cloned() {
            self.book(EntryKind::Refunded, &intent, amount);
        }
        let object = objects::refund(&refund);
        self.refunds.push(refund);
        self.emit("refund.created", object.clone());
        self.emit("charge.refunded", objects::charge(&known));
        Ok(object)
    }

    /// The refunds of a payment.
    pub(crate) fn refunds_of(&self, form: &Parameters) -> Value {
        let intent = form.get("payment_intent");
        let meant = self.refunds.iter().rev().filter(|refund| intent.is_none_or(|intent| refund.intent == intent));
        objects::list("/v1/refunds", meant.map(objects::refund).collect(), false)
    }

    /// The disputes of a payment.
    pub(crate) fn disputes_of(&self, form: &Parameters) -> Value {
        let intent = form.get("payment_intent");
        let meant = self.disputes.iter().rev().filter(|dispute| intent.is_none_or(|intent| dispute.intent == intent));
        objects::list("/v1/disputes", meant.map(objects::dispute).collect(), false)
    }
}
