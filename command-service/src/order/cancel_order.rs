use std::sync::Arc;

use axum::extract::{Request, State};
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed, optional_text};
use command_kit::{Caller, Fields, Refusal};
use domain::order::{CancelOrder, CancelReason, OrderCommand};
use domain::{OrderId, Reason};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::OrderPath;
use super::receipt::Receipt;
use super::saga::Told;
use super::service::permit;
use super::{Command, Link, Orders, Outcome, Trying, body};

pub(super) const COMMAND: Command = Command {
    name: "cancel",
    routes: || OpenApiRouter::default().routes(routes!(cancel_order)),
    dry_run,
    link: Some(Link::OfOrder("cancel_order")),
    texts: &[Text::new("CancellationBody", "note", Form::Line, 500)],
};

/// The reason to cancel an order.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum CancelGround {
    /// The customer asked for it.
    Customer,
    /// The tenant's staff decided it.
    Staff,
}

impl CancelGround {
    pub(super) const fn reason(self) -> CancelReason {
        match self {
            Self::Customer => CancelReason::Customer,
            Self::Staff => CancelReason::Staff,
        }
    }
}

/// Refuses a customer who gives another reason than a customer's.
pub(super) fn check_reason(caller: &Caller, reason: CancelReason) -> Result<(), Refusal> {
    if caller.principal.customer.is_some() && reason != CancelReason::Customer {
        return Err(Refusal::new(command_kit::code::FORBIDDEN, "a customer cancels with the reason CUSTOMER"));
    }
    Ok(())
}

/// Cancel an order.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"reason": "STAFF", "note": "ordered twice"}))]
struct CancellationBody {
    /// The reason. A customer must give `CUSTOMER`.
    reason: CancelGround,
    /// The reason in your own words. It is published with the event, so it must not hold personal data.
    #[schema(max_length = 500)]
    #[serde(default, deserialize_with = "optional_text")]
    note: Option<String>,
}

impl CancellationBody {
    fn check(self, orders: &Orders) -> Result<CancelOrder, Refusal> {
        let reason = self.reason.reason();
        let mut fields = Fields::default();
        let note = fields.check_optional("/note", self.note, Reason::try_new);
        fields.finish(|| Some(CancelOrder { reason, note: note?, at: orders.now() }))
    }
}

impl Orders {
    /// Cancels an order. The caller says which version it has seen.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.order.cancel", skip_all, fields(order.id = %order_id))]
    pub async fn cancel_order(
        &self,
        caller: &Caller,
        order_id: OrderId,
        input: CancelOrder,
    ) -> Result<Outcome, Refusal> {
        let command = OrderCommand::CancelOrder(input.clone());
        permit(&caller.principal, &command)?;
        check_reason(caller, input.reason)?;
        if caller.expected.is_none() && !caller.is_dry_run {
            let detail = "send If-Match with the ETag of the order as you know it";
            return Err(Refusal::new(command_kit::code::VERSION_REQUIRED, detail));
        }
        let operation = "order.cancel";
        if caller.is_dry_run {
            return self.run(caller, order_id, operation, &input, command).await;
        }
        self.run_with_saga(caller, order_id, operation, &input, &command, &Told::Cancelled).await
    }
}

/// Cancel an order
///
/// Needs `If-Match`, so that a caller cannot cancel an order that somebody else has just changed.
#[utoipa::path(post, path = "/v1/orders/{id}/cancel", tag = "orders", request_body = CancellationBody, responses(
    (status = 200, description = "The order is cancelled.", body = Receipt),
))]
async fn cancel_order(
    State(orders): State<Arc<Orders>>,
    Keyed(caller): Keyed,
    OrderPath(order): OrderPath,
    JsonBody(body): JsonBody<CancellationBody>,
) -> Result<Outcome, Refusal> {
    orders.cancel_order(&caller, order, body.check(&orders)?).await
}

fn dry_run(orders: Arc<Orders>, caller: Caller, order: OrderId, request: Request) -> Trying {
    Box::pin(async move {
        let input = body::<CancellationBody>(request).await?.check(&orders)?;
        orders.cancel_order(&caller, order, input).await
    })
}
