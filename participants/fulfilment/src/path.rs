//! The id of a fulfilment in a path.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use command_kit::Refusal;
use domain::FulfilmentId;
use serde::Deserialize;

use crate::code::not_found;

/// `/v1/fulfilments/{id}`. An id that cannot be read is answered like one that does not exist.
pub(crate) struct FulfilmentPath(pub(crate) FulfilmentId);

#[derive(Deserialize)]
struct FulfilmentParts {
    id: String,
}

impl<S: Send + Sync> FromRequestParts<S> for FulfilmentPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let read = Path::<FulfilmentParts>::from_request_parts(parts, state).await;
        let Path(FulfilmentParts { id }) = read.map_err(|_: PathRejection| not_found())?;
        id.parse().map(Self).map_err(|_| not_found())
    }
}
