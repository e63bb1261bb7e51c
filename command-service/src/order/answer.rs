//! Receipts, previews and views as responses.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use command_kit::http::versioned;
use domain::order::Order;
use domain::{ConsistencyToken, Decider, OrderId};
use serde::Serialize;

use super::service::Outcome;

/// What a read has to have seen to show the effect.
const CONSISTENCY_HEADER: HeaderName = HeaderName::from_static("order-consistency-token");

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        match self {
            Self::Done(answer) => {
                let receipt = &answer.receipt;
                of_order(StatusCode::OK, receipt, receipt.order_id, receipt.version, answer.replayed)
            }
            Self::Preview(preview) => of_order(StatusCode::OK, &preview, preview.order_id, preview.version, false),
        }
    }
}

/// A draft that was begun; 200 where it had been begun before, under another key.
pub(super) struct Created(pub Outcome);

impl IntoResponse for Created {
    fn into_response(self) -> Response {
        let Outcome::Done(answer) = &self.0 else { return self.0.into_response() };
        let location = visible(format!("/v1/orders/{}", answer.receipt.order_id));
        let status = if answer.receipt.event_ids.is_empty() { StatusCode::OK } else { StatusCode::CREATED };
        let mut response = self.0.into_response();
        *response.status_mut() = status;
        response.headers_mut().insert(header::LOCATION, location);
        response
    }
}

/// A body about an order, with the headers that every success has.
pub(super) fn of_order(
    status: StatusCode,
    body: &impl Serialize,
    order: OrderId,
    version: i64,
    replayed: bool,
) -> Response {
    let mut response = versioned(status, body, version, replayed);
    let token = ConsistencyToken::new(Order::KIND, order, version);
    response.headers_mut().insert(CONSISTENCY_HEADER, visible(token.to_string()));
    response
}

fn visible(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("ids and versions are visible ASCII")
}
