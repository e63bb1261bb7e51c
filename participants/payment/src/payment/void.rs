use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use command_kit::http::Keyed;
use command_kit::{Caller, Refusal};
use domain::{OrderId, PaymentId, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::PaymentPath;
use super::request::Asked;
use super::task::Task;
use super::view::PaymentView;
use crate::context::{AppState, Payments};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(void_payment))
}

impl Payments {
    /// Cancels what is authorised. Returns the payment afterwards, and whether the request is a repeat.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.payment.void", skip_all, fields(payment.id = %id))]
    pub async fn void_payment(
        &self,
        caller: &Caller,
        order: OrderId,
        id: PaymentId,
    ) -> Result<(PaymentView, bool), Refusal> {
        let (operation, scopes) = ("payment.void", &[Scope::PAYMENTS_CAPTURE]);
        self.ask(caller, Task { operation, scopes, order, id, input: &(), asked: Asked::Void }).await
    }
}

/// Cancel what is authorised
///
/// The payment can then never be authorised. Refused where money was captured: that is undone by a refund.
#[utoipa::path(post, path = "/v1/orders/{id}/payments/{pid}/void", tag = "payments", responses(
    (status = 200, description = "Nothing is authorised any more.", body = PaymentView),
    (status = 202, description = "The provider has not answered yet.", body = PaymentView),
))]
async fn void_payment(
    State(payments): State<Arc<Payments>>,
    Keyed(caller): Keyed,
    PaymentPath(order, id): PaymentPath,
) -> Result<Response, Refusal> {
    let (view, replayed) = payments.void_payment(&caller, order, id).await?;
    Ok(view.respond(StatusCode::OK, replayed))
}
