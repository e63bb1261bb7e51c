//! A payment, folded from its stream and therefore strongly consistent.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use command_kit::http::{MoneyView, Unkeyed, versioned};
use command_kit::{Caller, Refusal};
use domain::payment::{Payment, PaymentDetails, PaymentState, Stage};
use domain::{OrderId, PaymentId, Scope, Timestamp};
use event_store::Loaded;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::{OrderPath, PaymentPath};
use super::transfer::BankTransferView;
use crate::code::{self, not_found};
use crate::context::{AppState, Payments};

/// Most payments of an order. Another one follows where the one before it can no longer be captured.
pub const PAYMENTS_MAX: u32 = 100;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(get_payment)).routes(routes!(get_payments))
}

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentStatus {
    /// Not authorised yet, or declined and open for another method.
    Pending,
    /// The customer has to authenticate.
    RequiresAction,
    /// The amount is set aside and can be captured.
    Authorized,
    /// A part of it is captured.
    PartiallyCaptured,
    /// All of it is captured.
    Captured,
    /// Not authorised any more, and never again.
    Voided,
    /// The provider refuses it whatever the method.
    Failed,
    /// Not captured in time.
    Expired,
}

impl PaymentStatus {
    const fn of(stage: Stage) -> Self {
        match stage {
            Stage::Pending => Self::Pending,
            Stage::RequiresAction { .. } => Self::RequiresAction,
            Stage::Authorized { .. } => Self::Authorized,
            Stage::PartiallyCaptured => Self::PartiallyCaptured,
            Stage::Captured => Self::Captured,
            Stage::Voided { .. } => Self::Voided,
            Stage::Failed => Self::Failed,
            Stage::Expired => Self::Expired,
        }
    }
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentView {
    /// The id of the payment.
    #[schema(value_type = Uuid)]
    pub id: PaymentId,
    /// The id of the order that it is for.
    #[schema(value_type = Uuid)]
    pub order_id: OrderId,
    /// The version of the payment, which is also its ETag.
    pub version: i64,
    /// Where it stands.
    pub status: PaymentStatus,
    /// Whether the provider has not answered yet to what it was told last.
    pub in_progress: bool,
    /// What is to be paid.
    pub amount: MoneyView,
    /// What can still be captured.
    pub capturable: MoneyView,
    /// What was captured in all.
    pub captured: MoneyView,
    /// What was refunded in all.
    pub refunded: MoneyView,
    /// What was charged back in all.
    pub charged_back: MoneyView,
    /// How many attempts to pay have failed.
    pub declines: u32,
    /// Until when the customer can authenticate, or until when the amount is set aside; absent where neither is waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// Lets the customer's browser give the provider a method to pay with; only in the answer to a request to pay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// What the customer needs to pay by bank transfer; absent where the payment is made otherwise, or not to be paid any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_transfer: Option<BankTransferView>,
}

impl PaymentView {
    fn of(id: PaymentId, version: i64, payment: &PaymentDetails) -> Self {
        let ledger = payment.ledger;
        let amount = |minor| payment.money(minor).into();
        Self {
            id,
            order_id: payment.inbox.order,
            version,
            status: PaymentStatus::of(payment.stage),
            in_progress: payment.effects().next().is_some(),
            amount: payment.amount.into(),
            capturable: amount(ledger.capturable),
            captured: amount(ledger.captured),
            refunded: amount(ledger.refunded),
            charged_back: amount(ledger.disputed),
            declines: payment.declines,
            expires_at: match payment.stage {
                Stage::RequiresAction { until } => Some(until),
                Stage::Authorized { expires_at } => expires_at,
                Stage::Pending
                | Stage::PartiallyCaptured
                | Stage::Captured
                | Stage::Voided { .. }
                | Stage::Failed
                | Stage::Expired => None,
            },
            client_secret: None,
            bank_transfer: None,
        }
    }

    /// As a response: 202 while the provider has not answered, else the given status.
    pub(super) fn respond(&self, done: StatusCode, replayed: bool) -> Response {
        let status = if self.in_progress { StatusCode::ACCEPTED } else { done };
        versioned(status, self, self.version, replayed)
    }
}

/// The payments of an order, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PaymentList {
    pub payments: Vec<PaymentView>,
}

/// A payment that the caller may see, if it is one.
pub(super) fn visible<'a>(state: &'a PaymentState, caller: &Caller, order: OrderId) -> Option<&'a PaymentDetails> {
    let payment = state.payment()?;
    let principal = &caller.principal;
    let is_visible = payment.inbox.tenant == principal.tenant
        && payment.inbox.order == order
        && principal.may_see(payment.customer.as_ref());
    is_visible.then_some(payment)
}

impl Payments {
    /// A payment as of now.
    ///
    /// # Errors
    /// A [`Refusal`].
    pub async fn payment(&self, caller: &Caller, order: OrderId, id: PaymentId) -> Result<PaymentView, Refusal> {
        caller.require(Scope::ORDERS_READ)?;
        self.shown(caller, order, id).await
    }

    /// A payment as of now, for whoever may command it.
    pub(super) async fn shown(&self, caller: &Caller, order: OrderId, id: PaymentId) -> Result<PaymentView, Refusal> {
        let loaded = self.loaded(id).await?;
        let payment = visible(&loaded.state, caller, order).ok_or_else(not_found)?;
        self.view(id, loaded.version, payment).await
    }

    async fn view(&self, id: PaymentId, version: i64, payment: &PaymentDetails) -> Result<PaymentView, Refusal> {
        let bank_transfer = self.bank_transfer(id, payment).await?;
        Ok(PaymentView { bank_transfer, ..PaymentView::of(id, version, payment) })
    }

    /// The payments of an order as of now.
    ///
    /// # Errors
    /// A [`Refusal`].
    pub async fn payments(&self, caller: &Caller, order: OrderId) -> Result<PaymentList, Refusal> {
        caller.require(Scope::ORDERS_READ)?;
        let mut payments = Vec::new();
        for number in 1..=PAYMENTS_MAX {
            let id = PaymentId::of(order, number);
            let loaded = self.loaded(id).await?;
            if matches!(*loaded.state, PaymentState::Absent) {
                break;
            }
            if let Some(payment) = visible(&loaded.state, caller, order) {
                payments.push(self.view(id, loaded.version, payment).await?);
            }
        }
        if payments.is_empty() { Err(not_found()) } else { Ok(PaymentList { payments }) }
    }

    pub(super) async fn loaded(&self, id: PaymentId) -> Result<Loaded<PaymentState>, Refusal> {
        let loaded = self.runner.units().load::<Payment>(&id.to_string()).await;
        loaded.map_err(|error| Refusal::of_bus(&error, &code::PAYMENT))
    }
}

/// Read a payment
#[utoipa::path(get, path = "/v1/orders/{id}/payments/{pid}", tag = "payments", responses(
    (status = 200, description = "The payment as of now.", body = PaymentView),
))]
async fn get_payment(
    State(payments): State<Arc<Payments>>,
    Unkeyed(caller): Unkeyed,
    PaymentPath(order, id): PaymentPath,
) -> Result<Response, Refusal> {
    let view = payments.payment(&caller, order, id).await?;
    Ok(versioned(StatusCode::OK, &view, view.version, false))
}

/// Read the payments of an order
#[utoipa::path(get, path = "/v1/orders/{id}/payments", tag = "payments", responses(
    (status = 200, description = "The payments as of now.", body = PaymentList),
))]
async fn get_payments(
    State(payments): State<Arc<Payments>>,
    Unkeyed(caller): Unkeyed,
    OrderPath(order): OrderPath,
) -> Result<Response, Refusal> {
    let list = payments.payments(&caller, order).await?;
    Ok(axum::Json(list).into_response())
}
