use std::sync::Arc;

use axum::extract::{Request, State};
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed, optional_text};
use command_kit::{Broken, Caller, Fields, Refusal, quantity};
use domain::order::{CancelLines, CancelledLine, LINES_MAX, OrderCommand};
use domain::{OrderId, Reason};
use serde::Deserialize;
use serde_json::Number;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::cancel_order::{CancelGround, check_reason};
use super::path::{OrderPath, line_id};
use super::receipt::Receipt;
use super::service::permit;
use super::{Command, Link, Orders, Outcome, Trying, body};

pub(super) const COMMAND: Command = Command {
    name: "cancel-lines",
    routes: || OpenApiRouter::default().routes(routes!(cancel_lines)),
    dry_run,
    link: Some(Link::OfOrder("cancel_lines")),
    texts: &[
        Text::new("LineCancellationBody", "note", Form::Line, 500),
        Text::new("CancelledLineBody", "lineId", Form::Uuid, 36),
    ],
};

/// Cancel pieces of lines.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "lines": [{"lineId": "0b7e1d9c-0000-4000-8000-000000000001", "cancelled": 2}], "reason": "STAFF", "note": "out of print"
}))]
struct LineCancellationBody {
    /// The lines, each with how much of it is cancelled from then on.
    #[schema(min_items = 1, max_items = 2_000)]
    lines: Vec<CancelledLineBody>,
    /// The reason. A customer must give `CUSTOMER`.
    reason: CancelGround,
    /// The reason in your own words. It is published with the event, so it must not hold personal data.
    #[schema(max_length = 500)]
    #[serde(default, deserialize_with = "optional_text")]
    note: Option<String>,
}

/// How much of a line is cancelled.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CancelledLineBody {
    /// The id of the line.
    line_id: String,
    /// How many of its pieces are cancelled in all from then on, with those that were cancelled before. The same number again
    /// changes nothing.
    #[schema(value_type = u32, minimum = 1, maximum = 1_000_000, example = 2)]
    cancelled: Number,
}

impl LineCancellationBody {
    fn check(self, orders: &Orders) -> Result<CancelLines, Refusal> {
        let mut fields = Fields::default();
        let has_range = (1..=LINES_MAX).contains(&self.lines.len());
        let count = has_range.then_some(()).ok_or(Broken("lines_out_of_range", "a cancellation has 1 to 2,000 lines"));
        let count = fields.check("/lines", count);
        let mut lines = Vec::with_capacity(self.lines.len());
        for (place, line) in self.lines.into_iter().enumerate() {
            fields.below(format!("/lines/{place}"));
            let line_id = fields.check("/lineId", line_id(&line.line_id));
            let cancelled = fields.check("/cancelled", quantity(&line.cancelled));
            lines.extend(line_id.zip(cancelled).map(|(line_id, cancelled)| CancelledLine { line_id, cancelled }));
        }
        fields.below(String::new());
        let note = fields.check_optional("/note", self.note, Reason::try_new);
        let reason = self.reason.reason();
        fields.finish(|| count.and_then(|()| Some(CancelLines { lines, reason, note: note?, at: orders.now() })))
    }
}

impl Orders {
    /// Cancels pieces of lines that no location has to send yet.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.order.cancel_lines", skip_all, fields(order.id = %order_id))]
    pub async fn cancel_lines(
        &self,
        caller: &Caller,
        order_id: OrderId,
        input: CancelLines,
    ) -> Result<Outcome, Refusal> {
        let command = OrderCommand::CancelLines(input.clone());
        permit(&caller.principal, &command)?;
        check_reason(caller, input.reason)?;
        self.run(caller, order_id, "order.cancel_lines", &input, command).await
    }
}

/// Cancel pieces of an order's lines
///
/// Pieces that a location has to send already, or that have left, cannot be cancelled, and something of the order has to be left:
/// cancel the order otherwise.
#[utoipa::path(
    post, path = "/v1/orders/{id}/cancel-lines", tag = "orders", request_body = LineCancellationBody,
    responses((status = 200, description = "The pieces are cancelled.", body = Receipt)),
)]
async fn cancel_lines(
    State(orders): State<Arc<Orders>>,
    Keyed(caller): Keyed,
    OrderPath(order): OrderPath,
    JsonBody(body): JsonBody<LineCancellationBody>,
) -> Result<Outcome, Refusal> {
    orders.cancel_lines(&caller, order, body.check(&orders)?).await
}

fn dry_run(orders: Arc<Orders>, caller: Caller, order: OrderId, request: Request) -> Trying {
    Box::pin(async move {
        let input = body::<LineCancellationBody>(request).await?.check(&orders)?;
        orders.cancel_lines(&caller, order, input).await
    })
}
