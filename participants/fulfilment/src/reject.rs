use std::sync::Arc;

use axum::extract::State;
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed, optional_text};
use command_kit::{Answer, Caller, Fields, Refusal};
use domain::fulfilment::{FulfilmentRejectionReason, RejectFulfilment};
use domain::{FulfilmentId, Reason};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::path::FulfilmentPath;
use crate::receipt::{FulfilmentReceipt, Reply};
use crate::{AppState, Fulfilments};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(reject_fulfilment))
}

/// The forms of the body's texts.
pub(crate) const TEXTS: &[Text] = &[Text::new("FulfilmentRejectionBody", "note", Form::Line, 500)];

/// Why a location will not send what it was asked for.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum FulfilmentRejectionGround {
    /// Something is not there, whatever the books say.
    OutOfStock,
    /// Something is there and cannot be sold.
    Damaged,
    /// No carrier brings it to the address.
    Undeliverable,
    /// The location has no time, or is closed.
    NoCapacity,
    /// The note says more.
    Other,
}

/// Why the location will not send it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"reason": "DAMAGED", "note": "water in the cellar"}))]
struct FulfilmentRejectionBody {
    /// The reason.
    reason: FulfilmentRejectionGround,
    /// The reason in your own words. It is published with the event, so it must not hold personal data.
    #[schema(max_length = 500)]
    #[serde(default, deserialize_with = "optional_text")]
    note: Option<String>,
}

/// Why the location will not send it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RejectionInput {
    pub reason: FulfilmentRejectionReason,
    pub note: Option<Reason>,
}

impl FulfilmentRejectionBody {
    fn check(self) -> Result<RejectionInput, Refusal> {
        let reason = match self.reason {
            FulfilmentRejectionGround::OutOfStock => FulfilmentRejectionReason::OutOfStock,
            FulfilmentRejectionGround::Damaged => FulfilmentRejectionReason::Damaged,
            FulfilmentRejectionGround::Undeliverable => FulfilmentRejectionReason::Undeliverable,
            FulfilmentRejectionGround::NoCapacity => FulfilmentRejectionReason::NoCapacity,
            FulfilmentRejectionGround::Other => FulfilmentRejectionReason::Other,
        };
        let mut fields = Fields::default();
        let note = fields.check_optional("/note", self.note, Reason::try_new);
        fields.finish(|| Some(RejectionInput { reason, note: note? }))
    }
}

impl Fulfilments {
    /// Records that the location will not send it.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.fulfilment.reject", skip_all, fields(fulfilment.id = %id))]
    pub async fn reject(
        &self,
        caller: &Caller,
        id: FulfilmentId,
        input: RejectionInput,
    ) -> Result<Answer<FulfilmentReceipt>, Refusal> {
        let RejectionInput { reason, note } = input.clone();
        self.report(caller, id, "fulfilment.reject", &input, RejectFulfilment { reason, note, at: self.now() }).await
    }
}

/// Reject a fulfilment
///
/// Also after it was accepted, as long as it is not packed: what was thought to be there may be missing.
#[utoipa::path(post, path = "/v1/fulfilments/{id}/reject", tag = "fulfilments", request_body = FulfilmentRejectionBody, responses(
    (status = 200, description = "The location will not send it.", body = FulfilmentReceipt),
))]
async fn reject_fulfilment(
    State(fulfilments): State<Arc<Fulfilments>>,
    Keyed(caller): Keyed,
    FulfilmentPath(id): FulfilmentPath,
    JsonBody(body): JsonBody<FulfilmentRejectionBody>,
) -> Result<Reply, Refusal> {
    fulfilments.reject(&caller, id, body.check()?).await.map(Reply)
}
