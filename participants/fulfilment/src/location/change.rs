use std::sync::Arc;

use axum::extract::State;
use command_kit::http::{JsonBody, Keyed};
use command_kit::{Answer, Caller, Refusal};
use domain::LocationId;
use domain::location::{ChangeLocation, LocationDetails};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::LocationBody;
use super::path::LocationPath;
use super::receipt::{LocationReceipt, Reply};
use super::view::{__path_get_location, get_location};
use super::{AppState, Locations};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(get_location, change_location))
}

impl Locations {
    /// Changes what is known of a location.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.location.change", skip_all, fields(location = %code))]
    pub async fn change(
        &self,
        caller: &Caller,
        code: LocationId,
        details: LocationDetails,
    ) -> Result<Answer<LocationReceipt>, Refusal> {
        let tenant = caller.principal.tenant.clone();
        let command = ChangeLocation { tenant, details: details.clone(), at: self.now() };
        self.run(caller, &code, "location.change", &details, command).await
    }
}

/// Change what is known of a location
///
/// The body is all of it: what is left out is not kept.
#[utoipa::path(put, path = "/v1/locations/{code}", tag = "locations", request_body = LocationBody, params(
    ("code" = String, Path, description = "The location's code."),
), responses(
    (status = 200, description = "The location is as the body says.", body = LocationReceipt),
))]
async fn change_location(
    State(locations): State<Arc<Locations>>,
    Keyed(caller): Keyed,
    LocationPath(code): LocationPath,
    JsonBody(body): JsonBody<LocationBody>,
) -> Result<Reply, Refusal> {
    locations.change(&caller, code, body.check("")?).await.map(Reply)
}
