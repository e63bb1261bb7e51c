//! Whoever takes webhooks and SMS: a server that records requests, and can answer anything.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;

/// A request that was taken.
#[derive(Debug, Clone)]
pub struct Taken {
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Taken {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

#[derive(Default)]
struct Inner {
    taken: Vec<Taken>,
    answers: VecDeque<u16>,
}

/// A running receiver.
#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    inner: Arc<Mutex<Inner>>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let receiver = Self { url, inner: Arc::default() };
        let app = Router::new().fallback(take).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        receiver
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.inner.lock().unwrap().taken.clone()
    }

    /// What the next requests are answered, one each. 0 is no answer.
    pub fn plan(&self, answers: &[u16]) {
        self.inner.lock().unwrap().answers.extend(answers);
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = {
        let mut inner = receiver.inner.lock().unwrap();
        inner.taken.push(Taken { headers, body: body.to_vec() });
        inner.answers.pop_front().unwrap_or(200)
    };
    match answer {
        0 => std::future::pending().await,
        302 => (StatusCode::FOUND, [(header::LOCATION, receiver.url.clone())]).into_response(),
        status => (StatusCode::from_u16(status).unwrap(), r#"{"id":"gateway-1"}"#).into_response(),
    }
}
