//! Addresses, placement and cancellation.

use std::sync::Arc;

use axum::extract::State;

use super::answer::Done;
use super::body::{AddressBody, CancellationBody, PlacementBody};
use super::caller::{Keyed, Unkeyed};
use super::json::{JsonBody, OptionalJsonBody};
use super::path::OrderPath;
use crate::commands::{Commands, Receipt, Refusal};

/// Set or replace an address of a draft
///
/// Setting the same address again changes nothing.
#[utoipa::path(put, path = "/v1/orders/{id}/address", tag = "drafts", request_body = AddressBody, responses(
    (status = 200, description = "The draft has the address.", body = Receipt),
))]
pub(super) async fn put_address(
    State(commands): State<Arc<Commands>>,
    Unkeyed(caller): Unkeyed,
    OrderPath(order): OrderPath,
    JsonBody(body): JsonBody<AddressBody>,
) -> Result<Done, Refusal> {
    commands.set_address(&caller, order, &body.check()?).await.map(Done)
}

/// Set or replace an address of a draft
///
/// The same as PUT, for clients that post.
#[utoipa::path(post, path = "/v1/orders/{id}/address", tag = "drafts", request_body = AddressBody, responses(
    (status = 200, description = "The draft has the address.", body = Receipt),
))]
pub(super) async fn post_address(
    State(commands): State<Arc<Commands>>,
    Keyed(caller): Keyed,
    OrderPath(order): OrderPath,
    JsonBody(body): JsonBody<AddressBody>,
) -> Result<Done, Refusal> {
    commands.set_address(&caller, order, &body.check()?).await.map(Done)
}

/// Place a draft
///
/// Fixes lines, prices and addresses, and gives the order its number. The body may be left out.
#[utoipa::path(post, path = "/v1/orders/{id}/place", tag = "orders", request_body = PlacementBody, responses(
    (status = 200, description = "The order is placed.", body = Receipt),
))]
pub(super) async fn place_order(
    State(commands): State<Arc<Commands>>,
    Keyed(caller): Keyed,
    OrderPath(order): OrderPath,
    OptionalJsonBody(body): OptionalJsonBody<PlacementBody>,
) -> Result<Done, Refusal> {
    commands.place(&caller, order, &body.check()?).await.map(Done)
}

/// Cancel an order
///
/// Needs `If-Match`, so that a caller cannot cancel an order that somebody else has just changed.
#[utoipa::path(post, path = "/v1/orders/{id}/cancel", tag = "orders", request_body = CancellationBody, responses(
    (status = 200, description = "The order is cancelled.", body = Receipt),
))]
pub(super) async fn cancel_order(
    State(commands): State<Arc<Commands>>,
    Keyed(caller): Keyed,
    OrderPath(order): OrderPath,
    JsonBody(body): JsonBody<CancellationBody>,
) -> Result<Done, Refusal> {
    commands.cancel(&caller, order, &body.check()?).await.map(Done)
}
