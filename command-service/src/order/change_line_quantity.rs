use std::sync::Arc;

use axum::extract::{Request, State};
use command_kit::http::{JsonBody, Unkeyed};
use command_kit::{Caller, Fields, Refusal, quantity};
use domain::order::ChangeLineQuantity;
use domain::{LineId, OrderId};
use serde::Deserialize;
use serde_json::Number;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::{LinePath, line_id};
use super::receipt::Receipt;
use super::{Command, Link, Orders, Outcome, Trying, body};

pub(super) const COMMAND: Command = Command {
    name: "change-line-quantity",
    routes: || OpenApiRouter::default().routes(routes!(change_line_quantity)),
    dry_run,
    link: Some(Link::OfLine("change_line_quantity")),
    texts: &[],
};

/// Change a line's quantity.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"quantity": 3}))]
struct LineChange {
    /// The new number of pieces.
    #[schema(value_type = u32, minimum = 1, maximum = 1_000_000, example = 3)]
    quantity: Number,
}

impl LineChange {
    fn check(self, orders: &Orders, line_id: LineId) -> Result<ChangeLineQuantity, Refusal> {
        let mut fields = Fields::default();
        let quantity = fields.check("/quantity", quantity(&self.quantity));
        fields.finish(|| Some(ChangeLineQuantity { line_id, quantity: quantity?, at: orders.now() }))
    }
}

/// Change a line's quantity, in a dry run.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LineToChange {
    line_id: String,
    quantity: Number,
}

impl LineToChange {
    fn check(self, orders: &Orders) -> Result<ChangeLineQuantity, Refusal> {
        let mut fields = Fields::default();
        let line_id = fields.check("/lineId", line_id(&self.line_id));
        let quantity = fields.check("/quantity", quantity(&self.quantity));
        fields.finish(|| Some(ChangeLineQuantity { line_id: line_id?, quantity: quantity?, at: orders.now() }))
    }
}

impl Orders {
    /// Changes the quantity of a draft's line.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.order.change_line_quantity", skip_all, fields(order.id = %order_id))]
    pub async fn change_line_quantity(
        &self,
        caller: &Caller,
        order_id: OrderId,
        input: ChangeLineQuantity,
    ) -> Result<Outcome, Refusal> {
        self.run(caller, order_id, "order.change_line_quantity", &input, input.clone()).await
    }
}

/// Change the quantity of a draft's line
#[utoipa::path(put, path = "/v1/orders/{id}/lines/{line_id}", tag = "drafts", request_body = LineChange, responses(
    (status = 200, description = "The line has the quantity.", body = Receipt),
))]
async fn change_line_quantity(
    State(orders): State<Arc<Orders>>,
    Unkeyed(caller): Unkeyed,
    LinePath(order, line): LinePath,
    JsonBody(body): JsonBody<LineChange>,
) -> Result<Outcome, Refusal> {
    orders.change_line_quantity(&caller, order, body.check(&orders, line)?).await
}

fn dry_run(orders: Arc<Orders>, caller: Caller, order: OrderId, request: Request) -> Trying {
    Box::pin(async move {
        let input = body::<LineToChange>(request).await?.check(&orders)?;
        orders.change_line_quantity(&caller, order, input).await
    })
}
