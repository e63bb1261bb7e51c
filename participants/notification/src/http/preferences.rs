//! What customers want to be told.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use command_kit::http::{JsonBody, Keyed, Unkeyed};
use command_kit::{Caller, Refusal};
use domain::SubjectId;
use domain::notification::Kind;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::body::{NotificationKind, NotificationPreferenceBody};
use super::json;
use super::view::NotificationPreference;
use crate::code;
use crate::context::{AppState, Notifications};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(get_preferences, put_preference))
}

/// Whose preferences a caller's own are.
fn own(caller: &Caller) -> Result<SubjectId, Refusal> {
    let customer = caller.principal.customer.as_ref().ok_or_else(code::not_found)?;
    // Without a customer an order would be its own subject; with one it makes no difference.
    Ok(SubjectId::of_order(Some(customer), domain::OrderId::new(Uuid::nil())))
}

impl Notifications {
    async fn preferences(&self, caller: &Caller) -> Result<Vec<NotificationPreference>, Refusal> {
        let refused = self.refusals.of(&caller.principal.tenant, &own(caller)?).await.map_err(code::of_table)?;
        let preference = |kind: Kind| NotificationPreference {
            kind: NotificationKind::of(kind),
            wanted: !kind.is_refusable() || !refused.contains(&kind),
            refusable: kind.is_refusable(),
        };
        Ok(Kind::ALL.into_iter().map(preference).collect())
    }
}

/// Read what you want to be told
#[utoipa::path(get, path = "/v1/notification-preferences", tag = "notifications", responses(
    (status = 200, description = "Every kind, and whether you are told of it.", body = Vec<NotificationPreference>),
))]
async fn get_preferences(
    State(notifications): State<Arc<Notifications>>,
    Unkeyed(caller): Unkeyed,
) -> Result<Response, Refusal> {
    Ok(json(StatusCode::OK, &notifications.preferences(&caller).await?))
}

/// Say whether you want to be told
///
/// What the contract or the law wants told cannot be refused.
#[utoipa::path(put, path = "/v1/notification-preferences", tag = "notifications", request_body = NotificationPreferenceBody, responses(
    (status = 200, description = "Every kind, and whether you are told of it.", body = Vec<NotificationPreference>),
))]
async fn put_preference(
    State(notifications): State<Arc<Notifications>>,
    Keyed(caller): Keyed,
    JsonBody(NotificationPreferenceBody { kind, wanted }): JsonBody<NotificationPreferenceBody>,
) -> Result<Response, Refusal> {
    let kind = kind.kind();
    if !kind.is_refusable() && !wanted {
        return Err(Refusal::new(code::KIND_NOT_REFUSABLE, "this has to be told of an order"));
    }
    let subject = own(&caller)?;
    let set = notifications.refusals.set(&caller.principal.tenant, &subject, kind, wanted, notifications.now());
    set.await.map_err(code::of_table)?;
    Ok(json(StatusCode::OK, &notifications.preferences(&caller).await?))
}
