//! What paths name. What cannot be read is answered like what does not exist.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use command_kit::Refusal;
use domain::{FulfilmentId, LocationId};
use serde::Deserialize;

use crate::code::{shipment_not_found, shipping_not_found};

/// `/v1/shipments/{id}`.
pub(super) struct ShipmentPath(pub(super) FulfilmentId);

/// `/v1/locations/{code}/shipping`.
pub(super) struct ShippingPath(pub(super) LocationId);

#[derive(Deserialize)]
struct ShipmentParts {
    id: String,
}

#[derive(Deserialize)]
struct ShippingParts {
    code: String,
}

impl<S: Send + Sync> FromRequestParts<S> for ShipmentPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let read = Path::<ShipmentParts>::from_request_parts(parts, state).await;
        let Path(ShipmentParts { id }) = read.map_err(|_: PathRejection| shipment_not_found())?;
        id.parse().map(Self).map_err(|_| shipment_not_found())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ShippingPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let read = Path::<ShippingParts>::from_request_parts(parts, state).await;
        let Path(ShippingParts { code }) = read.map_err(|_: PathRejection| shipping_not_found())?;
        LocationId::try_new(code).map(Self).map_err(|_| shipping_not_found())
    }
}
