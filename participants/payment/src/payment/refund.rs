use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed, MoneyView};
use command_kit::{Caller, Fields, Refusal};
use domain::{Money, OrderId, PaymentId, Reason, Scope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body;
use super::path::PaymentPath;
use super::request::Asked;
use super::task::Task;
use super::view::{PaymentView, visible};
use crate::code::not_found;
use crate::context::{AppState, Payments};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(refund_payment))
}

/// The forms of the body's texts.
pub(super) const TEXTS: &[Text] = &[Text::new("RefundBody", "reason", Form::Line, 500)];

/// What to give back, and why.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"amount": {"minor": 990, "currency": "EUR"}, "reason": "damaged"}))]
struct RefundBody {
    /// What is to be refunded in all; without it, all that was captured and not charged back.
    amount: Option<MoneyView>,
    /// Why, in your own words. It is published with the event, so it must not hold personal data.
    #[schema(max_length = 500)]
    reason: String,
}

/// What to give back, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefundInput {
    pub amount: Option<Money>,
    pub reason: Reason,
}

impl RefundBody {
    fn check(self) -> Result<RefundInput, Refusal> {
        let mut fields = Fields::default();
        let amount = body::amount(&mut fields, self.amount);
        let reason = fields.check("/reason", Reason::try_new(self.reason));
        fields.finish(|| Some(RefundInput { amount, reason: reason? }))
    }
}

impl Payments {
    /// Gives captured money back. Returns the payment afterwards, and whether the request is a repeat.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.payment.refund", skip_all, fields(payment.id = %id))]
    pub async fn refund_payment(
        &self,
        caller: &Caller,
        order: OrderId,
        id: PaymentId,
        input: RefundInput,
    ) -> Result<(PaymentView, bool), Refusal> {
        caller.require(Scope::PAYMENTS_REFUND)?;
        let loaded = self.loaded(id).await?;
        let payment = visible(&loaded.state, caller, order).ok_or_else(not_found)?;
        let left = payment.money(payment.ledger.captured.saturating_sub(payment.ledger.disputed));
        let asked = Asked::Refund { amount: input.amount.unwrap_or(left), reason: input.reason.clone() };
        let (operation, scopes) = ("payment.refund", &[Scope::PAYMENTS_REFUND]);
        self.ask(caller, Task { operation, scopes, order, id, input: &input, asked }).await
    }
}

/// Give captured money back
///
/// At most what was captured and not charged back. Answered 202 where the provider has not answered yet; the payment says later what
/// came of it.
#[utoipa::path(post, path = "/v1/orders/{id}/payments/{pid}/refund", tag = "payments", request_body = RefundBody, responses(
    (status = 200, description = "The money is given back.", body = PaymentView),
    (status = 202, description = "The provider has not answered yet.", body = PaymentView),
))]
async fn refund_payment(
    State(payments): State<Arc<Payments>>,
    Keyed(caller): Keyed,
    PaymentPath(order, id): PaymentPath,
    JsonBody(body): JsonBody<RefundBody>,
) -> Result<Response, Refusal> {
    let (view, replayed) = payments.refund_payment(&caller, order, id, body.check()?).await?;
    Ok(view.respond(StatusCode::OK, replayed))
}
