//! Receipts and views as responses, with the headers that every success carries.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::OrderId;
use serde::Serialize;

use crate::commands::{Answer, OrderView, Preview};

/// Set if the answer was given before to the same Idempotency-Key.
pub(super) const REPLAYED_HEADER: HeaderName = HeaderName::from_static("idempotent-replayed");
/// The version that a read must have reached to show the effect.
pub(super) const CONSISTENCY_HEADER: HeaderName = HeaderName::from_static("order-consistency-token");

/// The answer of a completed command.
pub(super) struct Done(pub Answer);

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        let Answer { receipt, replayed } = self.0;
        versioned(StatusCode::OK, &receipt, receipt.order_id, receipt.version, replayed)
    }
}

/// A draft that was begun. The status is 200 if it had been begun before under another key.
pub(super) struct Created(pub Answer);

impl IntoResponse for Created {
    fn into_response(self) -> Response {
        let Answer { receipt, replayed } = self.0;
        let status = if receipt.event_ids.is_empty() { StatusCode::OK } else { StatusCode::CREATED };
        let mut response = versioned(status, &receipt, receipt.order_id, receipt.version, replayed);
        let location = visible(format!("/v1/orders/{}", receipt.order_id));
        response.headers_mut().insert(header::LOCATION, location);
        response
    }
}

/// The current state of an order. It may hold personal data, so caches must not store it.
pub(super) struct Viewed(pub OrderView);

impl IntoResponse for Viewed {
    fn into_response(self) -> Response {
        let mut response = versioned(StatusCode::OK, &self.0, self.0.id, self.0.version, false);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        response
    }
}

/// What a command would do.
pub(super) struct Previewed(pub Preview);

impl IntoResponse for Previewed {
    fn into_response(self) -> Response {
        versioned(StatusCode::OK, &self.0, self.0.order_id, self.0.version, false)
    }
}

fn versioned(status: StatusCode, body: &impl Serialize, order: OrderId, version: i64, replayed: bool) -> Response {
    let body = serde_json::to_vec(body).expect("answers are made of strings and numbers");
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::ETAG, visible(format!("\"{version}\"")));
    headers.insert(CONSISTENCY_HEADER, visible(format!("{order}@{version}")));
    if replayed {
        headers.insert(REPLAYED_HEADER, HeaderValue::from_static("true"));
    }
    response
}

fn visible(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("ids and versions are visible ASCII")
}
