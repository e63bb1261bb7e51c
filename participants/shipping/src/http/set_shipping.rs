use std::sync::Arc;

use axum::extract::State;
use command_kit::http::{JsonBody, Keyed};
use command_kit::{Answer, Caller, Refusal};
use domain::LocationId;
use domain::shipping_location::{CarrierChoice, SetShipping};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::ShippingBody;
use super::get_shipping::{__path_get_shipping, get_shipping};
use super::path::ShippingPath;
use super::receipt::{Reply, ShippingReceipt};
use super::stop_shipping::{__path_stop_shipping, stop_shipping};
use crate::context::{LocationState, ShippingLocations};

pub(super) fn routes() -> OpenApiRouter<LocationState> {
    OpenApiRouter::default().routes(routes!(get_shipping, set_shipping, stop_shipping))
}

impl ShippingLocations {
    /// Lets a location ship with carriers.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.shipping.set", skip_all, fields(location = %location))]
    pub async fn set(
        &self,
        caller: &Caller,
        location: LocationId,
        (carriers, parcel_weight_g): (Vec<CarrierChoice>, u32),
    ) -> Result<Answer<ShippingReceipt>, Refusal> {
        let input = (carriers.clone(), parcel_weight_g);
        let tenant = caller.principal.tenant.clone();
        let command = SetShipping { tenant, location: location.clone(), carriers, parcel_weight_g, at: self.now() };
        self.run(caller, &location, "shipping.set", &input, command).await
    }
}

/// Let a location ship with carriers
///
/// The body is all of it. What is planned already stays as it was planned.
#[utoipa::path(put, path = "/v1/locations/{code}/shipping", tag = "shipping", request_body = ShippingBody, params(
    ("code" = String, Path, description = "The location's code."),
), responses(
    (status = 200, description = "The location ships as the body says.", body = ShippingReceipt),
))]
async fn set_shipping(
    State(locations): State<Arc<ShippingLocations>>,
    Keyed(caller): Keyed,
    ShippingPath(location): ShippingPath,
    JsonBody(body): JsonBody<ShippingBody>,
) -> Result<Reply<ShippingReceipt>, Refusal> {
    locations.set(&caller, location, body.check()?).await.map(Reply)
}
