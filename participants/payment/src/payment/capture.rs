use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use command_kit::http::{Keyed, MoneyView, OptionalJsonBody};
use command_kit::{Caller, Fields, Refusal};
use domain::{Money, OrderId, PaymentId, Scope};
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
    OpenApiRouter::default().routes(routes!(capture_payment))
}

/// What to capture.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"amount": {"minor": 12990, "currency": "EUR"}}))]
struct CaptureBody {
    /// What is to be captured in all; without it, all that is authorised.
    amount: Option<MoneyView>,
}

/// What to capture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaptureInput {
    pub amount: Option<Money>,
}

impl CaptureBody {
    fn check(self) -> Result<CaptureInput, Refusal> {
        let mut fields = Fields::default();
        let amount = body::amount(&mut fields, self.amount);
        fields.finish(|| Some(CaptureInput { amount }))
    }
}

impl Payments {
    /// Captures what is authorised, all of it or a part. Returns the payment afterwards, and whether the request is a repeat.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.payment.capture", skip_all, fields(payment.id = %id))]
    pub async fn capture_payment(
        &self,
        caller: &Caller,
        order: OrderId,
        id: PaymentId,
        input: CaptureInput,
    ) -> Result<(PaymentView, bool), Refusal> {
        caller.require(Scope::PAYMENTS_CAPTURE)?;
        let loaded = self.loaded(id).await?;
        let payment = visible(&loaded.state, caller, order).ok_or_else(not_found)?;
        let amount = input.amount.unwrap_or(payment.amount);
        let (operation, scopes) = ("payment.capture", &[Scope::PAYMENTS_CAPTURE]);
        self.ask(caller, Task { operation, scopes, order, id, input: &input, asked: Asked::Capture { amount } }).await
    }
}

/// Capture a payment
///
/// At most what is authorised. A provider that captures once gives back the rest. Answered 202 where the provider has not
/// answered yet; the payment says later what came of it.
#[utoipa::path(post, path = "/v1/orders/{id}/payments/{pid}/capture", tag = "payments", request_body = CaptureBody, responses(
    (status = 200, description = "The money is captured.", body = PaymentView),
    (status = 202, description = "The provider has not answered yet.", body = PaymentView),
))]
async fn capture_payment(
    State(payments): State<Arc<Payments>>,
    Keyed(caller): Keyed,
    PaymentPath(order, id): PaymentPath,
    OptionalJsonBody(body): OptionalJsonBody<CaptureBody>,
) -> Result<Response, Refusal> {
    let (view, replayed) = payments.capture_payment(&caller, order, id, body.check()?).await?;
    Ok(view.respond(StatusCode::OK, replayed))
}
