//! What paths name. What cannot be read is answered like what does not exist.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use command_kit::Refusal;
use domain::{FulfilmentId, LocationId};
use serde::Deserialize;

use crate::code::not_found;

/// `/v1/kitchens/{location}`.
pub(super) struct KitchenPath(pub(super) LocationId);

/// `/v1/kitchens/{location}/tickets/{id}`.
pub(super) struct TicketPath {
    pub(super) location: LocationId,
    pub(super) ticket: FulfilmentId,
}

/// `/v1/kitchens/{location}/tickets/{id}/items/{item}`.
pub(super) struct ItemPath {
    pub(super) location: LocationId,
    pub(super) ticket: FulfilmentId,
    pub(super) item: u32,
}

#[derive(Deserialize)]
struct PathParts {
    location: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    item: String,
}

async fn parts<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<(LocationId, PathParts), Refusal> {
    let read = Path::<PathParts>::from_request_parts(parts, state).await;
    let Path(parts) = read.map_err(|_: PathRejection| not_found())?;
    let location = LocationId::try_new(&*parts.location).map_err(|_| not_found())?;
    Ok((location, parts))
}

impl<S: Send + Sync> FromRequestParts<S> for KitchenPath {
    type Rejection = Refusal;

    async fn from_request_parts(request: &mut Parts, state: &S) -> Result<Self, Refusal> {
        parts(request, state).await.map(|(location, _)| Self(location))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for TicketPath {
    type Rejection = Refusal;

    async fn from_request_parts(request: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let (location, parts) = parts(request, state).await?;
        Ok(Self { location, ticket: parts.id.parse().map_err(|_| not_found())? })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ItemPath {
    type Rejection = Refusal;

    async fn from_request_parts(request: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let (location, parts) = parts(request, state).await?;
        let ticket = parts.id.parse().map_err(|_| not_found())?;
        Ok(Self { location, ticket, item: parts.item.parse().map_err(|_| not_found())? })
    }
}
