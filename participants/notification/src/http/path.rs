//! Ids in paths. An id that cannot be read is answered like one that does not exist.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use command_kit::Refusal;
use domain::{NotificationId, OrderId, WebhookEndpointId};
use serde::Deserialize;

use crate::code::{endpoint_not_found, not_found};

/// `/v1/notifications/{id}`
pub(super) struct NotificationPath(pub(super) NotificationId);

/// `/v1/webhook-endpoints/{id}`
pub(super) struct EndpointPath(pub(super) WebhookEndpointId);

/// `/v1/orders/{id}`
pub(super) struct OrderPath(pub(super) OrderId);

#[derive(Deserialize)]
struct IdParts {
    id: String,
}

async fn id<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<String, PathRejection> {
    let Path(IdParts { id }) = Path::<IdParts>::from_request_parts(parts, state).await?;
    Ok(id)
}

impl<S: Send + Sync> FromRequestParts<S> for NotificationPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let id = id(parts, state).await.map_err(|_: PathRejection| not_found())?;
        id.parse().map(Self).map_err(|_| not_found())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for OrderPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let id = id(parts, state).await.map_err(|_: PathRejection| not_found())?;
        id.parse().map(Self).map_err(|_| not_found())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for EndpointPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let id = id(parts, state).await.map_err(|_: PathRejection| endpoint_not_found())?;
        id.parse().map(Self).map_err(|_| endpoint_not_found())
    }
}
