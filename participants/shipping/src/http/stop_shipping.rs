use std::sync::Arc;

use axum::extract::State;
use command_kit::http::Keyed;
use command_kit::{Answer, Caller, Refusal};
use domain::LocationId;
use domain::shipping_location::StopShipping;

use super::path::ShippingPath;
use super::receipt::{Reply, ShippingReceipt};
use crate::context::ShippingLocations;

impl ShippingLocations {
    /// Lets a location ship by hand again.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.shipping.stop", skip_all, fields(location = %location))]
    pub async fn stop(&self, caller: &Caller, location: LocationId) -> Result<Answer<ShippingReceipt>, Refusal> {
        let command = StopShipping { tenant: caller.principal.tenant.clone(), at: self.now() };
        self.run(caller, &location, "shipping.stop", &(), command).await
    }
}

/// Let a location ship by hand
///
/// What is planned already stays as it was planned.
#[utoipa::path(delete, path = "/v1/locations/{code}/shipping", tag = "shipping", params(
    ("code" = String, Path, description = "The location's code."),
), responses(
    (status = 200, description = "The location ships by hand.", body = ShippingReceipt),
))]
pub(super) async fn stop_shipping(
    State(locations): State<Arc<ShippingLocations>>,
    Keyed(caller): Keyed,
    ShippingPath(location): ShippingPath,
) -> Result<Reply<ShippingReceipt>, Refusal> {
    locations.stop(&caller, location).await.map(Reply)
}
