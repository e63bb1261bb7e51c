//! The code of a location in a path.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use command_kit::Refusal;
use domain::LocationId;
use serde::Deserialize;

use crate::code::location_not_found;

/// `/v1/locations/{code}`. What is no code is answered like one that nobody has registered.
pub(super) struct LocationPath(pub(super) LocationId);

#[derive(Deserialize)]
struct LocationParts {
    code: String,
}

impl<S: Send + Sync> FromRequestParts<S> for LocationPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let read = Path::<LocationParts>::from_request_parts(parts, state).await;
        let Path(LocationParts { code }) = read.map_err(|_: PathRejection| location_not_found())?;
        LocationId::try_new(code).map(Self).map_err(|_| location_not_found())
    }
}
