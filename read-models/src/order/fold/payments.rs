//! Events of payments.

use domain::Reason;
use domain::order::PaymentState;
use domain::order::contract::{ContractMoney, PublicEvent};
use uuid::Uuid;

use crate::fold::{Checked, FoldError};
use crate::{OrderView, PaymentView};

/// What an event changes in the payments of an order.
pub(super) fn step(
    view: &mut OrderView,
    event: &PublicEvent,
    checked: &Checked<'_, PublicEvent>,
) -> Result<(), FoldError> {
    use PublicEvent as E;
    let currency = view.currency.clone().unwrap_or_default();
    let state = view.state.as_str();
    let minor = |amount: &ContractMoney| minor(amount, &currency, checked);
    match event {
        E::PaymentActionRequired(event) => {
            payment(view, &event.payment, checked)?.state = PaymentState::RequiresAction;
        }
        E::PaymentAuthorized(event) => {
            let authorized = minor(&event.authorized)?;
            let expires_at = event.expires_at.map(|at| checked.moment("expires_at", at)).transpose()?;
            let payment = payment(view, &event.payment, checked)?;
            (payment.state, payment.authorized, payment.expires_at) =
                (PaymentState::Authorized, authorized.unwrap_or_default(), expires_at);
        }
        E::PaymentFailed(event) => {
            let code = checked.text("code", &event.code, |text| Reason::recorded(text))?;
            let payment = payment(view, &event.payment, checked)?;
            (payment.state, payment.failure) = (PaymentState::Failed, Some(code));
        }
        E::PaymentCaptured(event) => {
            let captured = minor(&event.captured)?;
            payment(view, &event.payment, checked)?.captured = captured.unwrap_or_default();
        }
        E::AuthorizationVoided(event) => {
            let voided = minor(&event.amount)?;
            let payment = payment(view, &event.payment, checked)?;
            payment.state = PaymentState::Voided;
            payment.voided = voided.map_or(0, |voided| payment.voided.saturating_add(voided));
        }
        E::RefundIssued(event) => {
            let refunded = minor(&event.refunded)?;
            payment(view, &event.payment, checked)?.refunded = refunded.unwrap_or_default();
        }
        E::ChargebackReceived(event) => {
            let charged_back = minor(&event.charged_back)?;
            payment(view, &event.payment, checked)?.charged_back = charged_back.unwrap_or_default();
        }
        _ => return Err(checked.unexpected(Some(state))),
    }
    Ok(())
}

/// An amount in minor units; `None` where it is of another currency than the order, which an exception tells of.
fn minor(amount: &ContractMoney, currency: &str, checked: &Checked<'_, PublicEvent>) -> Result<Option<i64>, FoldError> {
    if amount.minor < 0 {
        return Err(checked.invalid("amount", format!("{} is below zero", amount.minor)));
    }
    Ok((amount.currency == currency).then_some(amount.minor))
}

/// A payment of the order; a new one waits to be authorised.
fn payment<'a>(
    view: &'a mut OrderView,
    id: &str,
    checked: &Checked<'_, PublicEvent>,
) -> Result<&'a mut PaymentView, FoldError> {
    let payment_id: Uuid = checked.uuid("payment", id)?;
    let payments = &mut view.progress.get_or_insert_default().payments;
    let known = payments.iter().position(|known| known.payment_id == payment_id);
    let index = known.unwrap_or_else(|| {
        payments.push(PaymentView {
            payment_id,
            state: PaymentState::Pending,
            authorized: 0,
            voided: 0,
            captured: 0,
            refunded: 0,
            charged_back: 0,
            expires_at: None,
            failure: None,
        });
        payments.len() - 1
    });
    Ok(&mut payments[index])
}
