//! Adding, changing and removing where webhooks go.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use command_kit::http::{JsonBody, Keyed, Unkeyed};
use command_kit::{Caller, IdempotencyKey, Refusal};
use domain::WebhookEndpointId;
use service_kit::standard_webhooks::SECRET_PREFIX;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::body::{WebhookEndpointBody, WebhookEndpointChangeBody, checked};
use super::json;
use super::notifications::{LISTED_MAX, require_management};
use super::path::EndpointPath;
use super::view::{NotificationView, WebhookEndpointView};
use crate::code;
use crate::context::{AppState, Notifications};
use crate::endpoints::{ENDPOINTS_MAX, Endpoint};

/// Bytes of a secret.
const SECRET_BYTES: usize = 32;
/// Namespace of the ids of endpoints, itself a random UUID, so that a repeated request finds the endpoint of the first.
const ENDPOINT_NAMESPACE: Uuid = Uuid::from_u128(0x7d3a_5c91_0e24_4f7b_8a6d_19c2_b5f0_e347);

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(add_endpoint, list_endpoints))
        .routes(routes!(change_endpoint, remove_endpoint))
        .routes(routes!(renew_secret))
        .routes(routes!(list_deliveries))
}

impl Notifications {
    fn new_secret(&self) -> ([u8; SECRET_BYTES], String) {
        let mut secret = [0; SECRET_BYTES];
        self.ids.fill(&mut secret);
        let shown = format!("{SECRET_PREFIX}{}", STANDARD.encode(secret));
        (secret, shown)
    }

    async fn endpoint(&self, caller: &Caller, id: WebhookEndpointId) -> Result<Endpoint, Refusal> {
        let found = self.endpoints.list(&caller.principal.tenant, Some(id)).await.map_err(code::of_table)?;
        found.into_iter().next().ok_or_else(code::endpoint_not_found)
    }

    async fn add_endpoint(&self, caller: &Caller, body: WebhookEndpointBody) -> Result<WebhookEndpointView, Refusal> {
        require_management(caller)?;
        let (url, kinds) = checked(body.url, &body.kinds, self.channels.webhooks.options.allow_private)?;
        let principal = &caller.principal;
        let key = caller.key.as_ref().map(IdempotencyKey::as_str).unwrap_or_default();
        let named = format!("{}\0{}\0{key}", principal.tenant, principal.subject);
        let id = WebhookEndpointId::new(Uuid::new_v5(&ENDPOINT_NAMESPACE, named.as_bytes()));
        if self.endpoints.count(&principal.tenant).await.map_err(code::of_table)? >= ENDPOINTS_MAX {
            let detail = format!("a tenant has at most {ENDPOINTS_MAX} endpoints");
            return Err(Refusal::new(code::ENDPOINTS_TOO_MANY, detail));
        }
        let (secret, shown) = self.new_secret();
        let new = Endpoint { id, url, kinds, enabled: true, disabled_reason: None, created_at: self.now() };
        let is_new = self.endpoints.add(&principal.tenant, &new, &secret).await.map_err(code::of_endpoint)?;
        // A repeat shows the endpoint without its secret, which nobody is shown twice; another one can be made.
        Ok(WebhookEndpointView::of(self.endpoint(caller, id).await?, is_new.then_some(shown)))
    }
}

/// Add an endpoint for webhooks
///
/// The answer has the secret that webhooks are signed with, as Standard Webhooks describes. It is shown once.
#[utoipa::path(post, path = "/v1/webhook-endpoints", tag = "webhooks", request_body = WebhookEndpointBody, responses(
    (status = 201, description = "The endpoint was added.", body = WebhookEndpointView),
))]
async fn add_endpoint(
    State(notifications): State<Arc<Notifications>>,
    Keyed(caller): Keyed,
    JsonBody(body): JsonBody<WebhookEndpointBody>,
) -> Result<Response, Refusal> {
    Ok(json(StatusCode::CREATED, &notifications.add_endpoint(&caller, body).await?))
}

/// List the endpoints
#[utoipa::path(get, path = "/v1/webhook-endpoints", tag = "webhooks", responses(
    (status = 200, description = "The tenant's endpoints.", body = Vec<WebhookEndpointView>),
))]
async fn list_endpoints(
    State(notifications): State<Arc<Notifications>>,
    Unkeyed(caller): Unkeyed,
) -> Result<Response, Refusal> {
    require_management(&caller)?;
    let found = notifications.endpoints.list(&caller.principal.tenant, None).await.map_err(code::of_table)?;
    let views: Vec<_> = found.into_iter().map(|endpoint| WebhookEndpointView::of(endpoint, None)).collect();
    Ok(json(StatusCode::OK, &views))
}

/// Change an endpoint
#[utoipa::path(put, path = "/v1/webhook-endpoints/{id}", tag = "webhooks", request_body = WebhookEndpointChangeBody, responses(
    (status = 200, description = "The endpoint was changed.", body = WebhookEndpointView),
))]
async fn change_endpoint(
    State(notifications): State<Arc<Notifications>>,
    Keyed(caller): Keyed,
    EndpointPath(id): EndpointPath,
    JsonBody(body): JsonBody<WebhookEndpointChangeBody>,
) -> Result<Response, Refusal> {
    require_management(&caller)?;
    let (url, kinds) = checked(body.url, &body.kinds, notifications.channels.webhooks.options.allow_private)?;
    let changed = notifications.endpoints.change(&caller.principal.tenant, id, &url, &kinds, body.enabled).await;
    if !changed.map_err(code::of_table)? {
        return Err(code::endpoint_not_found());
    }
    Ok(json(StatusCode::OK, &WebhookEndpointView::of(notifications.endpoint(&caller, id).await?, None)))
}

/// Remove an endpoint
///
/// Webhooks that wait for it are not sent.
#[utoipa::path(delete, path = "/v1/webhook-endpoints/{id}", tag = "webhooks", responses(
    (status = 200, description = "The endpoint as it was.", body = WebhookEndpointView),
))]
async fn remove_endpoint(
    State(notifications): State<Arc<Notifications>>,
    Keyed(caller): Keyed,
    EndpointPath(id): EndpointPath,
) -> Result<Response, Refusal> {
    require_management(&caller)?;
    let endpoint = notifications.endpoint(&caller, id).await?;
    notifications.endpoints.remove(&caller.principal.tenant, id).await.map_err(code::of_endpoint)?;
    Ok(json(StatusCode::OK, &WebhookEndpointView::of(endpoint, None)))
}

/// Give an endpoint another secret
///
/// Webhooks are signed with it from now on. It is shown once.
#[utoipa::path(post, path = "/v1/webhook-endpoints/{id}/secret", tag = "webhooks", responses(
    (status = 200, description = "The endpoint with its new secret.", body = WebhookEndpointView),
))]
async fn renew_secret(
    State(notifications): State<Arc<Notifications>>,
    Keyed(caller): Keyed,
    EndpointPath(id): EndpointPath,
) -> Result<Response, Refusal> {
    require_management(&caller)?;
    let endpoint = notifications.endpoint(&caller, id).await?;
    let (secret, shown) = notifications.new_secret();
    let set = notifications.endpoints.set_secret(&caller.principal.tenant, id, &secret).await;
    set.map_err(code::of_endpoint)?;
    Ok(json(StatusCode::OK, &WebhookEndpointView::of(endpoint, Some(shown))))
}

/// List what went to an endpoint
#[utoipa::path(get, path = "/v1/webhook-endpoints/{id}/deliveries", tag = "webhooks", responses(
    (status = 200, description = "The newest webhooks, at most 100.", body = Vec<NotificationView>),
))]
async fn list_deliveries(
    State(notifications): State<Arc<Notifications>>,
    Unkeyed(caller): Unkeyed,
    EndpointPath(id): EndpointPath,
) -> Result<Response, Refusal> {
    require_management(&caller)?;
    notifications.endpoint(&caller, id).await?;
    let found = notifications.endpoints.deliveries(&caller.principal.tenant, id, LISTED_MAX).await;
    let views = notifications.views(&caller, found.map_err(code::of_table)?).await?;
    Ok(json(StatusCode::OK, &views))
}
