//! Beginning, reading and discarding of orders.

use std::sync::Arc;

use axum::extract::State;

use super::answer::{Created, Done, Viewed};
use super::body::NewOrder;
use super::caller::{Keyed, Unkeyed};
use super::json::JsonBody;
use super::path::OrderPath;
use crate::commands::{Commands, OrderView, Receipt, Refusal};

/// Begin a draft
///
/// A customer begins drafts for herself; staff may name a customer.
#[utoipa::path(post, path = "/v1/orders", tag = "drafts", request_body = NewOrder, responses(
    (status = 201, description = "The draft was begun.", body = Receipt),
    (status = 200, description = "The same draft had been begun under another key.", body = Receipt),
))]
pub(super) async fn create_order(
    State(commands): State<Arc<Commands>>,
    Keyed(caller): Keyed,
    JsonBody(body): JsonBody<NewOrder>,
) -> Result<Created, Refusal> {
    commands.create_draft(&caller, &body.check()?).await.map(Created)
}

/// Get the current state of an order
///
/// Strongly consistent: it shows every command that was answered before. The personal part of addresses is shown to the
/// customer herself and to holders of the scope `orders:read.pii`.
#[utoipa::path(get, path = "/v1/orders/{id}", tag = "orders", responses(
    (status = 200, description = "The order.", body = OrderView),
))]
pub(super) async fn get_order(
    State(commands): State<Arc<Commands>>,
    Unkeyed(caller): Unkeyed,
    OrderPath(order): OrderPath,
) -> Result<Viewed, Refusal> {
    commands.view(&caller, order).await.map(Viewed)
}

/// Discard a draft
///
/// The draft ends as cancelled, with the reason `DISCARDED`.
#[utoipa::path(delete, path = "/v1/orders/{id}", tag = "drafts", responses(
    (status = 200, description = "The draft is discarded.", body = Receipt),
))]
pub(super) async fn discard_order(
    State(commands): State<Arc<Commands>>,
    Unkeyed(caller): Unkeyed,
    OrderPath(order): OrderPath,
) -> Result<Done, Refusal> {
    commands.discard(&caller, order).await.map(Done)
}
