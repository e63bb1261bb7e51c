//! One WebSocket from its introduction to its end.

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

use super::message::{self, Closing, Said};
use crate::changes::{Seats, TooMany};
use crate::config::{CLOSE_MS_MAX, SEND_MS_MAX};
use crate::error::Code;
use crate::http::session::Session;
use crate::http::stream::{Told, run};
use crate::http::{Received, Shared};

/// What an operation tells, under its name; `None` when it is over.
type Named = (String, Option<Told>);

/// A WebSocket and what runs over it.
pub struct Conversation {
    shared: Arc<Shared>,
    stop: CancellationToken,
    socket: WebSocket,
    seats: Seats,
    /// What runs, by the client's name for it; dropping one ends it.
    running: HashMap<String, DropGuard>,
    results: SelectAll<BoxStream<'static, Named>>,
}

impl Conversation {
    /// Nothing was said yet.
    pub fn new(shared: Arc<Shared>, socket: WebSocket) -> Self {
        let (stop, seats) = (shared.connections.stop(), shared.changes.seats());
        Self { shared, stop, socket, seats, running: HashMap::new(), results: SelectAll::new() }
    }

    /// Talks until either side ends it. `session` is who the handshake introduced; `spoken` is whether the client speaks
    /// our protocol.
    pub async fn run(mut self, session: Option<Session>, spoken: bool) {
        let closing = match self.talk(session, spoken).await {
            Ok(never) => match never {},
            Err(closing) => closing,
        };
        // What was open ends before the goodbye, which may take a while.
        self.running.clear();
        self.results.clear();
        self.close(&closing).await;
    }

    async fn talk(&mut self, session: Option<Session>, spoken: bool) -> Result<std::convert::Infallible, Closing> {
        if !spoken {
            return Err(Closing::Protocol);
        }
        let patience = Duration::from_millis(self.shared.limits.socket_init_wait_ms_max);
        let session = match tokio::time::timeout(patience, self.introduction(session)).await {
            Ok(introduced) => introduced?,
            Err(_) => return Err(Closing::InitTimeout),
        };
        let principal = session.principal.clone();
        let _share = self.shared.connections.share(&principal).map_err(Closing::TooMany)?;
        self.send(message::acknowledged()).await?;
        let mut over = pin!(session.over());
        let (beat, never) = (Duration::from_millis(self.shared.limits.heartbeat_ms), CancellationToken::new());
        let mut heartbeat = pin!(poll::pause(beat, &never));
        let mut heard = true;
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return Err(Closing::GoingAway),
                refusal = over.as_mut() => return Err(Closing::Forbidden(refusal)),
                said = self.socket.recv() => {
                    heard = true;
                    self.hear(said, &principal).await?;
                }
                Some((id, told)) = self.results.next() => self.tell(&id, told).await?,
                _ = heartbeat.as_mut() => {
                    if !std::mem::take(&mut heard) {
                        return Err(Closing::Silent);
                    }
                    heartbeat.set(poll::pause(beat, &never));
                    self.send(Message::Ping(Bytes::new())).await?;
                }
            }
        }
    }

    /// Waits until the client has introduced itself.
    async fn introduction(&mut self, session: Option<Session>) -> Result<Session, Closing> {
        let stop = self.stop.clone();
        loop {
            let said = tokio::select! {
                () = stop.cancelled() => return Err(Closing::GoingAway),
                said = self.socket.recv() => said,
            };
            match read(said)? {
                Some(Said::ConnectionInit(payload)) => {
                    return match (message::token(payload.as_ref()), session) {
                        (Some(token), _) => match token {
                            Ok(token) => Session::begin(&self.shared, token).await.map_err(Closing::Forbidden),
                            Err(refusal) => Err(Closing::Forbidden(refusal)),
                        },
                        (None, Some(session)) => Ok(session),
                        (None, None) => Err(Closing::Forbidden(TokenRefusal::Absent)),
                    };
                }
                Some(Said::Subscribe { .. }) => return Err(Closing::Unauthorised),
                Some(Said::Ping) => self.send(message::pong()).await?,
                Some(Said::Complete { .. } | Said::Pong) | None => {}
            }
        }
    }

    async fn hear(&mut self, said: Option<Result<Message, axum::Error>>, principal: &Principal) -> Result<(), Closing> {
        match read(said)? {
            Some(Said::ConnectionInit(_)) => Err(Closing::InitTwice),
            Some(Said::Subscribe { id, request }) => self.subscribe(id, request, principal).await,
            Some(Said::Complete { id }) => {
                self.running.remove(&id);
                Ok(())
            }
            Some(Said::Ping) => self.send(message::pong()).await,
            Some(Said::Pong) | None => Ok(()),
        }
    }

    async fn subscribe(&mut self, id: String, request: Received, principal: &Principal) -> Result<(), Closing> {
        if self.running.contains_key(&id) {
            return Err(Closing::Exists(id));
        }
        if self.running.len() >= self.shared.limits.subscriptions_per_connection_max {
            let error = Code::TooManySubscriptions.error(TooMany::CONNECTION.to_string());
            return self.send(message::told(&id, Some(Told::failed(error)))).await;
        }
        let told = run(Arc::clone(&self.shared), principal.clone(), request, None, self.seats.clone());
        let ended = CancellationToken::new();
        let name = id.clone();
        let named = told.map(Some).chain(stream::iter([None])).map(move |told| (name.clone(), told));
        self.results.push(named.take_until(ended.clone().cancelled_owned()).boxed());
        self.running.insert(id, ended.drop_guard());
        Ok(())
    }

    /// Passes on what an operation tells. An error ends it, as its completion does.
    async fn tell(&mut self, id: &str, told: Option<Told>) -> Result<(), Closing> {
        if !matches!(told, Some(Told::Next(_))) {
            self.running.remove(id);
        }
        self.send(message::told(id, told)).await
    }

    /// Sends a message, unless the client does not take it in time.
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

    /// Says goodbye, and waits a little for the client to say the same.
    async fn close(mut self, closing: &Closing) {
        tracing::debug!(?closing, "a WebSocket ends");
        let goodbye = async {
            if let Some(frame) = closing.frame() {
                self.socket.send(Message::Close(Some(frame))).await?;
            }
            while let Some(said) = self.socket.recv().await {
                said?;
            }
            Ok::<_, axum::Error>(())
        };
        // A client that is gone, or does not answer in time, is told nothing.
        let _ = tokio::time::timeout(Duration::from_millis(CLOSE_MS_MAX), goodbye).await;
    }
}

/// Reads what came; a connection that broke has nobody to answer to.
fn read(said: Option<Result<Message, axum::Error>>) -> Result<Option<Said>, Closing> {
    match said {
        Some(Ok(message)) => Said::read(message),
        Some(Err(_)) | None => Err(Closing::Silent),
    }
}
