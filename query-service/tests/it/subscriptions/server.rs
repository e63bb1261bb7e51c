//! The two transports as a client sees them.

use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::http::{Request, header};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
pub use service_kit::testing::PATIENCE;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::world::{World, post};

/// Server-sent events as they come.
pub struct Events {
    body: BodyDataStream,
    text: String,
}

/// One of them: its name and its data, or a comment.
#[derive(Debug, PartialEq)]
pub enum Event {
    Next(Value),
    Complete,
    Comment(String),
}

impl Events {
    pub async fn of(router: &Router, mut request: Request<Body>) -> Self {
        request.headers_mut().insert(header::ACCEPT, "text/event-stream".parse().unwrap());
        let response = router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        Self { body: response.into_body().into_data_stream(), text: String::new() }
    }

    pub async fn open(router: &Router, token: &str, query: &str, variables: Value) -> Self {
        Self::of(router, post(token, json!({"query": query, "variables": variables}).to_string())).await
    }

    /// The next event or comment; `None` at the end.
    pub async fn any(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (read(event), rest.to_owned());
                self.text = rest;
                return Some(event);
            }
            let chunk = tokio::time::timeout(PATIENCE, self.body.next()).await.expect("an event should come")?;
            self.text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
    }

    /// The next event.
    pub async fn event(&mut self) -> Option<Event> {
        loop {
            match self.any().await {
                Some(Event::Comment(_)) => {}
                event => return event,
            }
        }
    }

    /// The next result, which must come.
    pub async fn result(&mut self) -> Value {
        match self.event().await {
            Some(Event::Next(result)) => result,
            other => panic!("a result should come, not {other:?}"),
        }
    }

    /// The errors with which the stream ends here.
    pub async fn failure(mut self) -> Value {
        let mut result = self.result().await;
        assert_eq!(result.get("data"), None, "{result:#}");
        assert_eq!((self.event().await, self.event().await), (Some(Event::Complete), None));
        result["errors"].take()
    }
}

fn read(text: &str) -> Event {
    let lines: Vec<(&str, &str)> = text.lines().map(|line| line.split_once(':').unwrap()).collect();
    match lines.as_slice() {
        [("event", name), ("data", data)] if name.trim() == "next" => Event::Next(serde_json::from_str(data).unwrap()),
        [("event", name), ("data", " "), ("data", " ")] if name.trim() == "complete" => Event::Complete,
        [("", comment)] => Event::Comment(comment.trim().to_owned()),
        _ => panic!("no event of this protocol: {text}"),
    }
}

/// A service that listens, until it is stopped.
pub struct Server {
    pub address: String,
    pub stop: CancellationToken,
    running: tokio::task::JoinHandle<()>,
}

impl Server {
    pub async fn start(world: &World) -> Self {
        let service = world.service();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let stop = service.stop.clone();
        let options = service_kit::http::ServeOptions::new(PATIENCE);
        let serving = service_kit::http::serve(listener, service.router, service.stop, options);
        let running = tokio::spawn(async move {
            let (served, ()) = tokio::join!(serving, service.connections.ended());
            served.unwrap();
        });
        Self { address, stop, running }
    }

    /// Stops, and waits until all connections have ended.
    pub async fn stopped(self) {
        self.stop.cancel();
        tokio::time::timeout(PATIENCE, self.running).await.unwrap().unwrap();
    }
}

/// A client over WebSocket.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Shakes hands.
    pub async fn connect(address: &str, protocol: Option<&str>, token: Option<&str>) -> Result<Self, Error> {
        let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
        if let Some(protocol) = protocol {
            request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, protocol.parse().unwrap());
        }
        if let Some(token) = token {
            request.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        }
        let (socket, _) = connect_async(request).await?;
        Ok(Self(socket))
    }

    /// Shakes hands and nothing else.
    pub async fn open(server: &Server) -> Self {
        Self::connect(&server.address, Some("graphql-transport-ws"), None).await.unwrap()
    }

    /// Sends `connection_init`, and waits for the acknowledgement.
    pub async fn introduced(server: &Server, token: &str) -> Self {
        let mut socket = Self::open(server).await;
        socket.say(&json!({"type": "connection_init", "payload": {"authorization": format!("Bearer {token}")}})).await;
        assert_eq!(socket.message().await, json!({"type": "connection_ack"}));
        socket
    }

    pub async fn say(&mut self, message: &Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub async fn send(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    pub async fn subscribe(&mut self, name: &str, query: &str, variables: Value) {
        let payload = json!({"query": query, "variables": variables});
        self.say(&json!({"type": "subscribe", "id": name, "payload": payload})).await;
    }

    /// The next frame; `None` when the connection is gone.
    pub async fn frame(&mut self) -> Option<Message> {
        tokio::time::timeout(PATIENCE, self.0.next()).await.expect("a frame should come")?.ok()
    }

    /// The next message.
    pub async fn message(&mut self) -> Value {
        loop {
            match self.frame().await {
                Some(Message::Text(text)) => return serde_json::from_str(&text).unwrap(),
                Some(Message::Ping(_)) => {}
                other => panic!("a message should come, not {other:?}"),
            }
        }
    }

    /// The code with which the server closes, whatever it says before.
    pub async fn closed(mut self) -> u16 {
        loop {
            match self.frame().await {
                Some(Message::Close(Some(frame))) => return frame.code.into(),
                Some(Message::Text(_) | Message::Ping(_)) => {}
                other => panic!("the server should say why it closes, not {other:?}"),
            }
        }
    }
}
