//! The lines of a draft.

use std::sync::Arc;

use axum::extract::State;

use super::answer::Done;
use super::body::{LineChange, NewOrderLine};
use super::caller::{Keyed, Unkeyed};
use super::json::JsonBody;
use super::path::{LinePath, OrderPath};
use crate::commands::input::LineRemoval;
use crate::commands::{Commands, Receipt, Refusal};

/// Add a line to a draft
///
/// A line has its price with it, so this needs the scope `orders:price` in addition to `orders:draft`.
#[utoipa::path(post, path = "/v1/orders/{id}/lines", tag = "drafts", request_body = NewOrderLine, responses(
    (status = 200, description = "The line is on the draft; `lineId` names it.", body = Receipt),
))]
pub(super) async fn add_line(
    State(commands): State<Arc<Commands>>,
    Keyed(caller): Keyed,
    OrderPath(order): OrderPath,
    JsonBody(body): JsonBody<NewOrderLine>,
) -> Result<Done, Refusal> {
    commands.add_line(&caller, order, &body.check()?).await.map(Done)
}

/// Change the quantity of a draft's line
#[utoipa::path(put, path = "/v1/orders/{id}/lines/{line_id}", tag = "drafts", request_body = LineChange, responses(
    (status = 200, description = "The line has the quantity.", body = Receipt),
))]
pub(super) async fn change_line_quantity(
    State(commands): State<Arc<Commands>>,
    Unkeyed(caller): Unkeyed,
    LinePath(order, line): LinePath,
    JsonBody(body): JsonBody<LineChange>,
) -> Result<Done, Refusal> {
    commands.change_line_quantity(&caller, order, &body.check(line)?).await.map(Done)
}

/// Remove a line from a draft
///
/// A line that does not exist counts as removed.
#[utoipa::path(delete, path = "/v1/orders/{id}/lines/{line_id}", tag = "drafts", responses(
    (status = 200, description = "The line is removed from the draft.", body = Receipt),
))]
pub(super) async fn remove_line(
    State(commands): State<Arc<Commands>>,
    Unkeyed(caller): Unkeyed,
    LinePath(order, line_id): LinePath,
) -> Result<Done, Refusal> {
    commands.remove_line(&caller, order, &LineRemoval { line_id }).await.map(Done)
}
