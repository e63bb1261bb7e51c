//! GraphQL clients that take little of the machine: requests are written as they were made, answers are read by their length
//! and not parsed.

use std::rc::Rc;
use std::time::{Duration, Instant};

use memchr::memmem;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

use crate::drive::Cell;

/// Longer than any answer of the cases.
const BUFFER_BYTES: usize = 128 * 1_024;
/// What of a wrong answer is shown.
const SHOWN_BYTES_MAX: usize = 500;

/// A GraphQL endpoint.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Host and port.
    pub address: String,
    /// The access token, where one is needed.
    pub token: Option<String>,
}

impl Endpoint {
    /// The bytes of a request with this body.
    pub fn request(&self, body: &str) -> Vec<u8> {
        let authorization =
            self.token.as_ref().map_or_else(String::new, |token| format!("authorization: Bearer {token}\r\n"));
        format!(
            "POST /graphql HTTP/1.1\r\nhost: {}\r\n{authorization}accept: application/json\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .into_bytes()
    }

    /// The `data` of the answer to a body.
    ///
    /// # Panics
    /// When the answer is not one, or has errors.
    pub async fn data(&self, body: &str) -> Value {
        let mut client = Client::open(self).await;
        let answer = client.exchange(&self.request(body)).await;
        let mut document: Value = serde_json::from_slice(answer).unwrap();
        document["data"].take()
    }

    /// Sends requests by so many clients at once, each its next one when it has its answer, for a time. They take turns
    /// through `bodies`.
    ///
    /// # Panics
    /// When an answer is not one, or has errors.
    pub async fn load(&self, bodies: &[String], connections: usize, time: Duration) -> Cell {
        let requests: Rc<Vec<Vec<u8>>> = Rc::new(bodies.iter().map(|body| self.request(body)).collect());
        let mut clients = Vec::new();
        for _ in 0..connections {
            clients.push(Client::open(self).await);
        }
        let started = Instant::now();
        let end = started + time;
        let turn = Rc::new(std::cell::Cell::new(0));
        let everybody = LocalSet::new();
        let loops: Vec<_> = clients
            .into_iter()
            .map(|client| everybody.spawn_local(closed_loop(client, Rc::clone(&requests), Rc::clone(&turn), end)))
            .collect();
        everybody.await;
        let seconds = started.elapsed().as_secs_f64();
        let mut latencies_us = Vec::new();
        for ended in loops {
            latencies_us.extend(ended.await.unwrap());
        }
        Cell { done: latencies_us.len() as u64, failed: 0, seconds, latencies_us }
    }
}

/// Returns the latencies in microseconds.
async fn closed_loop(
    mut client: Client,
    requests: Rc<Vec<Vec<u8>>>,
    turn: Rc<std::cell::Cell<usize>>,
    end: Instant,
) -> Vec<u32> {
    let mut latencies = Vec::new();
    loop {
        let begun = Instant::now();
        if begun >= end {
            return latencies;
        }
        let next = turn.get();
        turn.set((next + 1) % requests.len());
        client.exchange(&requests[next]).await;
        latencies.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
}

/// One keep-alive connection.
struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    async fn open(endpoint: &Endpoint) -> Self {
        let stream = TcpStream::connect(&endpoint.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: Vec::with_capacity(BUFFER_BYTES) }
    }

    /// Sends a request and returns the body of its answer, which is a whole one.
    async fn exchange(&mut self, request: &[u8]) -> &[u8] {
        self.buffer.clear();
        self.stream.write_all(request).await.unwrap();
        let head = loop {
            if let Some(end) = memmem::find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.read().await;
        };
        let text = String::from_utf8_lossy(&self.buffer[..head]).to_ascii_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
        let length: usize = length.unwrap_or_else(|| panic!("an answer without a length: {text}"));
        while self.buffer.len() < head + length {
            self.read().await;
        }
        let body = &self.buffer[head..];
        let is_whole = text.starts_with("http/1.1 200 ") && memmem::find(body, b"\"errors\"").is_none();
        assert!(is_whole, "{text}{}", String::from_utf8_lossy(&body[..body.len().min(SHOWN_BYTES_MAX)]));
        body
    }

    async fn read(&mut self) {
        assert!(self.stream.read_buf(&mut self.buffer).await.unwrap() > 0, "the connection was closed");
    }
}
