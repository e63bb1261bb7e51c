use std::sync::Arc;

use axum::extract::State;
use command_kit::http::form::{Form, Text};
use command_kit::http::{Keyed, OptionalJsonBody, optional_text};
use command_kit::{Answer, Caller, Fields, Refusal};
use domain::location::PauseLocation;
use domain::{LocationId, Reason};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::LocationPath;
use super::receipt::{LocationReceipt, Reply};
use super::{AppState, Locations};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(pause_location))
}

/// The forms of the body's texts.
pub(super) const TEXTS: &[Text] = &[Text::new("LocationPauseBody", "note", Form::Line, 500)];

/// Why a location is paused.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"note": "stocktaking"}))]
struct LocationPauseBody {
    /// The reason in your own words. It is published with the event, so it must not hold personal data.
    #[schema(max_length = 500)]
    #[serde(default, deserialize_with = "optional_text")]
    note: Option<String>,
}

impl LocationPauseBody {
    fn check(self) -> Result<Option<Reason>, Refusal> {
        let mut fields = Fields::default();
        let note = fields.check_optional("/note", self.note, Reason::try_new);
        fields.finish(|| note)
    }
}

impl Locations {
    /// Gives a location no more to send.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.location.pause", skip_all, fields(location = %code))]
    pub async fn pause(
        &self,
        caller: &Caller,
        code: LocationId,
        note: Option<Reason>,
    ) -> Result<Answer<LocationReceipt>, Refusal> {
        let tenant = caller.principal.tenant.clone();
        let command = PauseLocation { tenant, note: note.clone(), at: self.now() };
        self.run(caller, &code, "location.pause", &note, command).await
    }
}

/// Give a location no more to send
///
/// What it has, it sends.
#[utoipa::path(post, path = "/v1/locations/{code}/pause", tag = "locations", request_body = Option<LocationPauseBody>, params(
    ("code" = String, Path, description = "The location's code."),
), responses(
    (status = 200, description = "The location is paused.", body = LocationReceipt),
))]
async fn pause_location(
    State(locations): State<Arc<Locations>>,
    Keyed(caller): Keyed,
    LocationPath(code): LocationPath,
    OptionalJsonBody(body): OptionalJsonBody<LocationPauseBody>,
) -> Result<Reply, Refusal> {
    locations.pause(&caller, code, body.check()?).await.map(Reply)
}
