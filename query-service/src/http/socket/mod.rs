//! GraphQL over WebSocket: the protocol `graphql-transport-ws`, as its public description says.
//!
//! Guarantees: no client is served before its token was checked or after it has expired; the sizes of messages, the
//! number of open operations and the wait for a slow client are bounded; every close has a code. Does not: the older
//! protocol `graphql-ws`.

mod conversation;
mod message;

use axum::extract::{FromRequestParts, Request, WebSocketUpgrade};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use service_kit::auth::bearer_token;
use service_kit::problem::Problem;

use super::Service;
use super::session::Session;
use crate::config::BODY_BYTES_MAX;
use conversation::Conversation;

/// The only supported protocol.
const PROTOCOL: &str = "graphql-transport-ws";
/// A message above [`BODY_BYTES_MAX`] is refused with a code; one above this breaks the connection.
const MESSAGE_BYTES_MAX: usize = 4 * BODY_BYTES_MAX;

/// Whether a request asks for a WebSocket.
pub fn is_wanted(headers: &HeaderMap) -> bool {
    headers.get(header::UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Opens a WebSocket. A token may come here, as with any request, or with the first message.
pub async fn open(service: Service, request: Request) -> Result<Response, Problem> {
    let (mut parts, _) = request.into_parts();
    let shared = service.0.clone();
    let session = if parts.headers.contains_key(header::AUTHORIZATION) {
        Some(Session::begin(&shared, bearer_token(&parts.headers)?).await?)
    } else {
        None
    };
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &service).await.map_err(|refusal| {
        Problem::new(StatusCode::BAD_REQUEST, "no_websocket", "This is no WebSocket handshake")
            .detail(refusal.body_text())
    })?;
    let socket_token = shared.connections.socket().ok_or_else(|| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_sockets", "Too many WebSockets are open").retryable()
    })?;
    let upgrade = upgrade.max_message_size(MESSAGE_BYTES_MAX).max_frame_size(MESSAGE_BYTES_MAX).protocols([PROTOCOL]);
    let is_supported = upgrade.selected_protocol() == Some(&HeaderValue::from_static(PROTOCOL));
    Ok(upgrade.on_upgrade(move |socket| async move {
        Conversation::new(shared, socket).run(session, is_supported).await;
        drop(socket_token);
    }))
}
