use std::sync::Arc;

use axum::extract::{Request, State};
use command_kit::http::Unkeyed;
use command_kit::{Caller, Refusal};
use domain::OrderId;
use domain::order::{CancelOrder, CancelReason};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::OrderPath;
use super::receipt::Receipt;
use super::{Command, Link, Orders, Outcome, Trying};

pub(super) const COMMAND: Command = Command {
    name: "discard",
    routes: || OpenApiRouter::default().routes(routes!(discard_order)),
    dry_run,
    link: Some(Link::OfOrder("discard_order")),
    texts: &[],
};

impl Orders {
    /// Throws a draft away.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.order.discard", skip_all, fields(order.id = %order_id))]
    pub async fn discard(&self, caller: &Caller, order_id: OrderId) -> Result<Outcome, Refusal> {
        let command = CancelOrder { reason: CancelReason::Discarded, note: None, at: self.now() };
        // Nothing is asked but the command itself, and kept keys are compared with that.
        self.run(caller, order_id, "order.discard", &(), command).await
    }
}

/// Discard a draft
///
/// The draft ends as cancelled, with the reason `DISCARDED`.
#[utoipa::path(delete, path = "/v1/orders/{id}", tag = "drafts", responses(
    (status = 200, description = "The draft is discarded.", body = Receipt),
))]
async fn discard_order(
    State(orders): State<Arc<Orders>>,
    Unkeyed(caller): Unkeyed,
    OrderPath(order): OrderPath,
) -> Result<Outcome, Refusal> {
    orders.discard(&caller, order).await
}

/// The body, if there is one, says nothing.
fn dry_run(orders: Arc<Orders>, caller: Caller, order: OrderId, _request: Request) -> Trying {
    Box::pin(async move { orders.discard(&caller, order).await })
}
