//! Links by which a customer refuses to be told of a kind, without an account (RFC 8058).
//!
//! A link has the notification's id and a signature of it, and says nothing else. Opening it shows a page with a button, since programs
//! that scan mails open links; only `POST` changes something, and the same one again changes nothing.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use command_kit::Refusal;
use command_kit::http::method_not_allowed;
use domain::NotificationId;
use domain::notification::NotificationDetails;
use serde::Deserialize;

use crate::code;
use crate::context::Notifications;

/// Largest body of a one-click request, which is `List-Unsubscribe=One-Click`.
const BODY_BYTES_MAX: usize = 4 * 1024;
impl Notifications {
    /// The link by which the recipient of a notification refuses its kind.
    pub(crate) fn unsubscribe_link(&self, id: NotificationId) -> String {
        format!("{}/v1/unsubscribe/{}", self.channels.public_url, self.tokens.of(id))
    }

    /// What a link is about.
    async fn of_link(&self, token: &str) -> Result<NotificationDetails, Refusal> {
        let id = self.tokens.read(token).ok_or_else(code::not_found)?;
        let state = self.state(id).await.map_err(code::of_request)?;
        let details = state.details().filter(|details| details.kind.is_refusable());
        details.cloned().ok_or_else(code::not_found)
    }

    /// Records that the recipient of a notification does not want its kind any more.
    async fn unsubscribe(&self, token: &str) -> Result<NotificationDetails, Refusal> {
        let details = self.of_link(token).await?;
        let order = self.orders.find(&details.tenant, details.order).await.map_err(code::of_table)?;
        let subject = order.ok_or_else(code::not_found)?.subject;
        let set = self.refusals.set(&details.tenant, &subject, details.kind, false, self.now());
        set.await.map_err(code::of_table)?;
        Ok(details)
    }
}

/// The routes of links. They need no token: who has the mail may refuse the next one.
pub(crate) fn routes(notifications: Arc<Notifications>) -> Router {
    Router::new()
        .route("/v1/unsubscribe/{token}", get(show).post(one_click))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(notifications)
}

/// The language of the page, as the link says.
#[derive(Deserialize)]
struct PageQuery {
    lang: Option<String>,
}

/// A page without anything of the customer's.
fn page(
    notifications: &Notifications,
    details: &NotificationDetails,
    query: &PageQuery,
    is_done: bool,
) -> Result<Response, Refusal> {
    let renderer = &notifications.channels.renderer;
    let html = renderer.unsubscribe_page(&details.tenant, query.lang.as_deref(), is_done);
    let html = html.map_err(|error| code::unavailable(&error))?;
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    Ok((StatusCode::OK, headers, Html(html)).into_response())
}

async fn show(
    State(notifications): State<Arc<Notifications>>,
    Path(token): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Refusal> {
    let details = notifications.of_link(&token).await?;
    page(&notifications, &details, &query, false)
}

async fn one_click(
    State(notifications): State<Arc<Notifications>>,
    Path(token): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Refusal> {
    let details = notifications.unsubscribe(&token).await?;
    page(&notifications, &details, &query, true)
}
