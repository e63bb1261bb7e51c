//! Locations, folded from their streams and therefore strongly consistent.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use command_kit::http::{Unkeyed, versioned};
use command_kit::{Caller, Refusal};
use domain::location::RegisteredLocation;
use domain::{LocationId, Scope, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::LocationBody;
use super::path::LocationPath;
use super::receipt::LocationStatus;
use super::register::{__path_register_location, register_location};
use super::{AppState, Locations};
use crate::code::location_not_found;

/// Most locations of one answer.
const PAGE_MAX: usize = 100;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(register_location, list_locations))
}

/// A location.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LocationView {
    /// The code of the location.
    #[schema(example = "zrh-1")]
    pub code: String,
    /// The version of the location, which is also its ETag.
    pub version: i64,
    /// Whether it is given orders.
    pub state: LocationStatus,
    /// Whether it works now, by its hours.
    pub works_now: bool,
    /// What is known of it.
    details: LocationBody,
}

/// Locations in the order of their codes.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LocationPage {
    /// At most a hundred.
    pub locations: Vec<LocationView>,
    /// Where there may be more: the code to ask for them with, as `after`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Which locations.
#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    after: String,
}

impl LocationView {
    fn of(location: &RegisteredLocation, version: i64, now: Timestamp) -> Self {
        Self {
            code: location.code.to_string(),
            version,
            state: LocationStatus::of(location),
            works_now: location.details.is_open(now),
            details: LocationBody::of(&location.details),
        }
    }
}

impl Locations {
    /// A location as of now.
    ///
    /// # Errors
    /// A [`Refusal`].
    pub async fn location(&self, caller: &Caller, code: &LocationId) -> Result<LocationView, Refusal> {
        permit(caller)?;
        self.view(caller, code).await
    }

    async fn view(&self, caller: &Caller, code: &LocationId) -> Result<LocationView, Refusal> {
        let loaded = self.load(&caller.principal.tenant, code).await?;
        let location = loaded.state.location().ok_or_else(location_not_found)?;
        Ok(LocationView::of(location, loaded.version, self.now()))
    }

    /// The locations of the caller's tenant after a code.
    ///
    /// # Errors
    /// A [`Refusal`].
    pub async fn locations(&self, caller: &Caller, after: &str) -> Result<LocationPage, Refusal> {
        permit(caller)?;
        let count = i64::try_from(PAGE_MAX).unwrap_or(i64::MAX);
        let codes = self.codes(&caller.principal.tenant, after, count).await?;
        let next = codes.last().filter(|_| codes.len() == PAGE_MAX).cloned();
        let mut locations = Vec::with_capacity(codes.len());
        for code in codes {
            let code = LocationId::recorded(code).map_err(|_| location_not_found())?;
            locations.push(self.view(caller, &code).await?);
        }
        Ok(LocationPage { locations, next })
    }
}

fn permit(caller: &Caller) -> Result<(), Refusal> {
    caller.require(Scope::TENANT_STAFF)?;
    caller.require(Scope::FULFILMENT_WRITE)
}

/// Read a location
#[utoipa::path(get, path = "/v1/locations/{code}", tag = "locations", params(
    ("code" = String, Path, description = "The location's code."),
), responses(
    (status = 200, description = "The location as of now.", body = LocationView),
))]
pub(super) async fn get_location(
    State(locations): State<Arc<Locations>>,
    Unkeyed(caller): Unkeyed,
    LocationPath(code): LocationPath,
) -> Result<Response, Refusal> {
    let view = locations.location(&caller, &code).await?;
    Ok(versioned(StatusCode::OK, &view, view.version, false))
}

/// List the locations
#[utoipa::path(get, path = "/v1/locations", tag = "locations", params(
    ("after" = Option<String>, Query, description = "Only those whose codes follow this one, by their bytes."),
), responses(
    (status = 200, description = "The locations as of now.", body = LocationPage),
))]
async fn list_locations(
    State(locations): State<Arc<Locations>>,
    Unkeyed(caller): Unkeyed,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Refusal> {
    let malformed = |_| Refusal::new(command_kit::code::VALIDATION_FAILED, "`after` is one code");
    let Query(Wanted { after }) = wanted.map_err(malformed)?;
    Ok(Json(locations.locations(&caller, &after).await?).into_response())
}
