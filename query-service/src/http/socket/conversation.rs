//! One WebSocket connection, from the client's `connection_init` to its end.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket};
use futures::StreamExt;
use futures::stream::{self, BoxStream, SelectAll};
use service_kit::auth::{Principal, TokenRefusal};
use service_kit::poll;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::message::{self, ClientMessage, Closing};
use crate::changes::{SubscriptionPermits, TooMany};
use crate::config::{CLOSE_MS_MAX, SEND_MS_MAX};
use crate::error::Code;
use crate::http::session::Session;
use crate::http::stream::{StreamItem, run};
use crate::http::{Received, Shared};

/// An item of an operation with the client's id of the operation; `None` when the operation is complete.
type OperationItem = (String, Option<StreamItem>);

/// A WebSocket and the operations that run over it.
pub struct Conversation {
    shared: Arc<Shared>,
    stop: CancellationToken,
    socket: WebSocket,
    permits: SubscriptionPermits,
    /// The running operations by the client's id; dropping a guard ends its operation.
    running: HashMap<String, DropGuard>,
    results: SelectAll<BoxStream<'static, OperationItem>>,
}

impl Conversation {
    /// A conversation before the first message.
    pub fn new(shared: Arc<Shared>, socket: WebSocket) -> Self {
        let stop = shared.connections.stop();
        let permits = shared.changes.subscription_permits();
        Self { shared, stop, socket, permits, running: HashMap::new(), results: SelectAll::new() }
    }

    /// Serves the connection until either side ends it. `session` is set if the handshake carried a token;
    /// `is_supported` says whether the client supports the protocol.
    pub async fn run(mut self, session: Option<Session>, is_supported: bool) {
        let closing = match self.serve(session, is_supported).await {
            Ok(never) => match never {},
            Err(closing) => closing,
        };
        // Operations end before the closing handshake, which may take a while.
        self.running.clear();
        self.results.clear();
        self.close(&closing).await;
    }

    async fn serve(
        &mut self,
        session: Option<Session>,
        is_supported: bool,
    ) -> Result<std::convert::Infallible, Closing> {
        if !is_supported {
            return Err(Closing::Protocol);
        }
        let init_wait = Duration::from_millis(self.shared.limits.socket_init_wait_ms_max);
        let session = match tokio::time::timeout(init_wait, self.handshake(session)).await {
            Ok(session) => session?,
            Err(_) => return Err(Closing::InitTimeout),
        };
        let principal = session.principal.clone();
        let _share = self.shared.connections.share(&principal).map_err(Closing::TooMany)?;
        self.send(message::acknowledged()).await?;
        let mut over = pin!(session.over());
        let beat = Duration::from_millis(self.shared.limits.heartbeat_ms);
        let never = CancellationToken::new();
        let mut heartbeat = pin!(poll::pause(beat, &never));
        let mut is_alive = true;
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return Err(Closing::GoingAway),
                refusal = over.as_mut() => return Err(Closing::Forbidden(refusal)),
                incoming = self.socket.recv() => {
                    is_alive = true;
                    self.on_message(incoming, &principal).await?;
                }
                Some((id, item)) = self.results.next() => self.send_item(&id, item).await?,
                _ = heartbeat.as_mut() => {
                    if !std::mem::take(&mut is_alive) {
                        return Err(Closing::Silent);
                    }
                    heartbeat.set(poll::pause(beat, &never));
                    self.send(Message::Ping(Bytes::new())).await?;
                }
            }
        }
    }

    /// Waits for the client's `connection_init` and checks its token.
    async fn handshake(&mut self, session: Option<Session>) -> Result<Session, Closing> {
        let stop = self.stop.clone();
        loop {
            let incoming = tokio::select! {
                () = stop.cancelled() => return Err(Closing::GoingAway),
                incoming = self.socket.recv() => incoming,
            };
            match read(incoming)? {
                Some(ClientMessage::ConnectionInit(payload)) => {
                    return match (message::token(payload.as_ref()), session) {
                        (Some(token), _) => match token {
                            Ok(token) => Session::begin(&self.shared, token).await.map_err(Closing::Forbidden),
                            Err(refusal) => Err(Closing::Forbidden(refusal)),
                        },
                        (None, Some(session)) => Ok(session),
                        (None, None) => Err(Closing::Forbidden(TokenRefusal::Absent)),
                    };
                }
                Some(ClientMessage::Subscribe { .. }) => return Err(Closing::Unauthorised),
                Some(ClientMessage::Ping) => self.send(message::pong()).await?,
                Some(ClientMessage::Complete { .. } | ClientMessage::Pong) | None => {}
            }
        }
    }

    async fn on_message(
        &mut self,
        incoming: Option<Result<Message, axum::Error>>,
        principal: &Principal,
    ) -> Result<(), Closing> {
        match read(incoming)? {
            Some(ClientMessage::ConnectionInit(_)) => Err(Closing::InitTwice),
            Some(ClientMessage::Subscribe { id, request }) => self.subscribe(id, request, principal).await,
            Some(ClientMessage::Complete { id }) => {
                self.running.remove(&id);
                Ok(())
            }
            Some(ClientMessage::Ping) => self.send(message::pong()).await,
            Some(ClientMessage::Pong) | None => Ok(()),
        }
    }

    async fn subscribe(&mut self, id: String, request: Received, principal: &Principal) -> Result<(), Closing> {
        if self.running.contains_key(&id) {
            return Err(Closing::Exists(id));
        }
        if self.running.len() >= self.shared.limits.subscriptions_per_connection_max {
            let error = Code::TooManySubscriptions.error(TooMany::CONNECTION.to_string());
            return self.send(message::item(&id, Some(StreamItem::failed(error)))).await;
        }
        let items = run(Arc::clone(&self.shared), principal.clone(), request, None, self.permits.clone());
        let ended = CancellationToken::new();
        let name = id.clone();
        let named = items.map(Some).chain(stream::iter([None])).map(move |item| (name.clone(), item));
        self.results.push(named.take_until(ended.clone().cancelled_owned()).boxed());
        self.running.insert(id, ended.drop_guard());
        Ok(())
    }

    /// Sends an item of an operation. An error ends the operation, as its completion does.
    async fn send_item(&mut self, id: &str, item: Option<StreamItem>) -> Result<(), Closing> {
        if !matches!(item, Some(StreamItem::Next(_))) {
            self.running.remove(id);
        }
        self.send(message::item(id, item)).await
    }

    /// Sends a message; fails if the client does not take it within [`SEND_MS_MAX`].
    async fn send(&mut self, message: Message) -> Result<(), Closing> {
        let limit = Duration::from_millis(SEND_MS_MAX);
        tokio::select! {
            () = self.stop.cancelled() => Err(Closing::GoingAway),
            sent = tokio::time::timeout(limit, self.socket.send(message)) => match sent {
                Ok(Ok(())) => Ok(()),
                Ok(Err(_)) | Err(_) => Err(Closing::Silent),
            },
        }
    }

    /// Closes the connection, and waits a short time for the client's close frame.
    async fn close(mut self, closing: &Closing) {
        tracing::debug!(?closing, "a WebSocket ends");
        let handshake = async {
            if let Some(frame) = closing.frame() {
                self.socket.send(Message::Close(Some(frame))).await?;
            }
            while let Some(incoming) = self.socket.recv().await {
                incoming?;
            }
            Ok::<_, axum::Error>(())
        };
        // The result does not matter: the client is gone, or did not answer in time.
        let _ = tokio::time::timeout(Duration::from_millis(CLOSE_MS_MAX), handshake).await;
    }
}

/// Reads an incoming message. A broken connection is [`Closing::Silent`], since nothing can be sent to it.
fn read(incoming: Option<Result<Message, axum::Error>>) -> Result<Option<ClientMessage>, Closing> {
    match incoming {
        Some(Ok(message)) => ClientMessage::read(message),
        Some(Err(_)) | None => Err(Closing::Silent),
    }
}
