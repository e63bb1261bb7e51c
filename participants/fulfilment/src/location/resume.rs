use std::sync::Arc;

use axum::extract::State;
use command_kit::http::Keyed;
use command_kit::{Answer, Caller, Refusal};
use domain::LocationId;
use domain::location::ResumeLocation;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::LocationPath;
use super::receipt::{LocationReceipt, Reply};
use super::{AppState, Locations};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(resume_location))
}

impl Locations {
    /// Gives a location orders again.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.location.resume", skip_all, fields(location = %code))]
    pub async fn resume(&self, caller: &Caller, code: LocationId) -> Result<Answer<LocationReceipt>, Refusal> {
        let command = ResumeLocation { tenant: caller.principal.tenant.clone(), at: self.now() };
        self.run(caller, &code, "location.resume", &(), command).await
    }
}

/// Give a location orders again
#[utoipa::path(post, path = "/v1/locations/{code}/resume", tag = "locations", params(
    ("code" = String, Path, description = "The location's code."),
), responses(
    (status = 200, description = "The location is open.", body = LocationReceipt),
))]
async fn resume_location(
    State(locations): State<Arc<Locations>>,
    Keyed(caller): Keyed,
    LocationPath(code): LocationPath,
) -> Result<Reply, Refusal> {
    locations.resume(&caller, code).await.map(Reply)
}
