use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use command_kit::http::{Unkeyed, versioned};
use command_kit::{Caller, Refusal};
use domain::{LocationId, Scope};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::ShippingBody;
use super::path::ShippingPath;
use crate::code;
use crate::context::ShippingLocations;

/// How a location ships with carriers.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShippingView {
    /// The code of the location.
    pub location: String,
    /// The version of what is said of it, which is also its ETag.
    pub version: i64,
    /// With which carriers, and how heavy its parcels are.
    #[serde(flatten)]
    shipping: ShippingBody,
}

impl ShippingLocations {
    /// How a location ships now.
    ///
    /// # Errors
    /// A [`Refusal`]; also where it ships by hand.
    pub async fn shipping(&self, caller: &Caller, location: &LocationId) -> Result<ShippingView, Refusal> {
        caller.require(Scope::TENANT_STAFF)?;
        caller.require(Scope::FULFILMENT_WRITE)?;
        let loaded = self.load(&caller.principal.tenant, location).await;
        let loaded = loaded.map_err(|error| Refusal::of_bus(&error, &code::SHIPPING))?;
        let details = loaded.state.details().ok_or_else(code::shipping_not_found)?;
        let shipping = ShippingBody::of(details);
        Ok(ShippingView { location: location.to_string(), version: loaded.version, shipping })
    }
}

/// Read how a location ships
#[utoipa::path(get, path = "/v1/locations/{code}/shipping", tag = "shipping", params(
    ("code" = String, Path, description = "The location's code."),
), responses(
    (status = 200, description = "How the location ships as of now.", body = ShippingView),
))]
pub(super) async fn get_shipping(
    State(locations): State<Arc<ShippingLocations>>,
    Unkeyed(caller): Unkeyed,
    ShippingPath(location): ShippingPath,
) -> Result<Response, Refusal> {
    let view = locations.shipping(&caller, &location).await?;
    Ok(versioned(StatusCode::OK, &view, view.version, false))
}
