use std::sync::Arc;

use axum::extract::{Request, State};
use command_kit::http::Unkeyed;
use command_kit::{Caller, Fields, Refusal};
use domain::OrderId;
use domain::order::RemoveLine;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::{LinePath, line_id};
use super::receipt::Receipt;
use super::{Command, Link, Orders, Outcome, Trying, body};

pub(super) const COMMAND: Command = Command {
    name: "remove-line",
    routes: || OpenApiRouter::default().routes(routes!(remove_line)),
    dry_run,
    link: Some(Link::OfLine("remove_line")),
    texts: &[],
};

/// Take a line off, in a dry run.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LineToRemove {
    line_id: String,
}

impl LineToRemove {
    fn check(self, orders: &Orders) -> Result<RemoveLine, Refusal> {
        let mut fields = Fields::default();
        let line_id = fields.check("/lineId", line_id(&self.line_id));
        fields.finish(|| Some(RemoveLine { line_id: line_id?, at: orders.now() }))
    }
}

impl Orders {
    /// Takes a line off a draft. A line that is not there counts as taken off.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.order.remove_line", skip_all, fields(order.id = %order_id))]
    pub async fn remove_line(&self, caller: &Caller, order_id: OrderId, input: RemoveLine) -> Result<Outcome, Refusal> {
        self.run(caller, order_id, "order.remove_line", &input, input.clone()).await
    }
}

/// Remove a line from a draft
///
/// A line that does not exist counts as removed.
#[utoipa::path(delete, path = "/v1/orders/{id}/lines/{line_id}", tag = "drafts", responses(
    (status = 200, description = "The line is removed from the draft.", body = Receipt),
))]
async fn remove_line(
    State(orders): State<Arc<Orders>>,
    Unkeyed(caller): Unkeyed,
    LinePath(order, line_id): LinePath,
) -> Result<Outcome, Refusal> {
    orders.remove_line(&caller, order, RemoveLine { line_id, at: orders.now() }).await
}

fn dry_run(orders: Arc<Orders>, caller: Caller, order: OrderId, request: Request) -> Trying {
    Box::pin(async move {
        let input = body::<LineToRemove>(request).await?.check(&orders)?;
        orders.remove_line(&caller, order, input).await
    })
}
