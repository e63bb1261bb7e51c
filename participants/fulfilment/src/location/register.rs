use std::sync::Arc;

use axum::extract::State;
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed};
use command_kit::{Answer, Caller, Fields, Refusal};
use domain::LocationId;
use domain::location::{LocationDetails, RegisterLocation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Locations;
use super::body::LocationBody;
use super::receipt::{LocationReceipt, Reply};

/// The forms of the body's texts.
pub(super) const TEXTS: &[Text] = &[Text::new("LocationRegistrationBody", "code", Form::Identifier, LocationId::LIMIT)];

/// A place that sends goods.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LocationRegistrationBody {
    /// Your code of the location, as stock and policies name it.
    #[schema(example = "zrh-1")]
    code: String,
    /// What is known of it.
    details: LocationBody,
}

/// A place that sends goods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Registration {
    pub code: LocationId,
    pub details: LocationDetails,
}

impl LocationRegistrationBody {
    fn check(self) -> Result<Registration, Refusal> {
        let mut fields = Fields::default();
        let code = fields.check("/code", LocationId::try_new(self.code));
        let code = fields.finish(|| code)?;
        Ok(Registration { code, details: self.details.check("/details")? })
    }
}

impl Locations {
    /// Registers a place that sends goods.
    ///
    /// # Errors
    /// A [`Refusal`], also where the code is registered with other details.
    #[tracing::instrument(name = "command.location.register", skip_all, fields(location = %input.code))]
    pub async fn register(&self, caller: &Caller, input: Registration) -> Result<Answer<LocationReceipt>, Refusal> {
        let Registration { code, details } = input.clone();
        let tenant = caller.principal.tenant.clone();
        let command = RegisterLocation { tenant, code: code.clone(), details, at: self.now() };
        self.run(caller, &code, "location.register", &input, command).await
    }
}

/// Register a location
#[utoipa::path(post, path = "/v1/locations", tag = "locations", request_body = LocationRegistrationBody, responses(
    (status = 200, description = "The location is registered.", body = LocationReceipt),
))]
pub(super) async fn register_location(
    State(locations): State<Arc<Locations>>,
    Keyed(caller): Keyed,
    JsonBody(body): JsonBody<LocationRegistrationBody>,
) -> Result<Reply, Refusal> {
    locations.register(&caller, body.check()?).await.map(Reply)
}
