//! Ids in paths. An id that cannot be read is answered like one that does not exist.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use command_kit::Refusal;
use domain::{OrderId, PaymentId};
use serde::Deserialize;

use crate::code::not_found;

/// `/v1/orders/{id}/payments`
pub(super) struct OrderPath(pub(super) OrderId);

/// `/v1/orders/{id}/payments/{pid}`
pub(super) struct PaymentPath(pub(super) OrderId, pub(super) PaymentId);

#[derive(Deserialize)]
struct OrderParts {
    id: String,
}

#[derive(Deserialize)]
struct PaymentParts {
    id: String,
    pid: String,
}

impl<S: Send + Sync> FromRequestParts<S> for OrderPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let read = Path::<OrderParts>::from_request_parts(parts, state).await;
        let Path(OrderParts { id }) = read.map_err(|_: PathRejection| not_found())?;
        id.parse().map(Self).map_err(|_| not_found())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PaymentPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let read = Path::<PaymentParts>::from_request_parts(parts, state).await;
        let Path(PaymentParts { id, pid }) = read.map_err(|_: PathRejection| not_found())?;
        let (Ok(order), Ok(payment)) = (id.parse(), pid.parse()) else { return Err(not_found()) };
        Ok(Self(order, payment))
    }
}
