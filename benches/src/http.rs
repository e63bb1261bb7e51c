//! A client that costs little: one keep-alive connection, requests written whole, answers read by their length.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection to the engine.
pub struct Connection {
    stream: TcpStream,
    host: String,
    token: String,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects to an engine, to use a token there.
    ///
    /// # Panics
    /// When nobody listens there.
    pub async fn open(address: &str, token: &str) -> Self {
        Self::try_open(address, token).await.unwrap()
    }

    /// The same, to an engine that may have ended.
    ///
    /// # Errors
    /// When nobody listens there.
    pub async fn try_open(address: &str, token: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, host: address.to_owned(), token: token.to_owned(), buffer: Vec::with_capacity(16_384) })
    }

    /// Posts JSON under an idempotency key; returns the status and the body.
    pub async fn post(&mut self, path: &str, key: &str, body: &str) -> (u16, String) {
        self.send("POST", path, &format!("idempotency-key: {key}\r\n"), body).await
    }

    /// Sends JSON with more headers, each with its line's end; returns the status and the body.
    ///
    /// # Panics
    /// When the connection fails.
    pub async fn send(&mut self, method: &str, path: &str, headers: &str, body: &str) -> (u16, String) {
        self.try_send(method, path, headers, body).await.unwrap()
    }

    /// The same, of an engine that may end meanwhile.
    ///
    /// # Errors
    /// When the connection fails. It is of no use afterwards.
    pub async fn try_send(&mut self, method: &str, path: &str, headers: &str, body: &str) -> io::Result<(u16, String)> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n{headers}\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.host,
            self.token,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.answer().await
    }

    async fn answer(&mut self) -> io::Result<(u16, String)> {
        let head = loop {
            if let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            self.read().await?;
        };
        let text = String::from_utf8_lossy(&self.buffer[..head]).to_ascii_lowercase();
        let status = text.split_whitespace().nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
        while self.buffer.len() < head + length {
            self.read().await?;
        }
        let body = String::from_utf8_lossy(&self.buffer[head..head + length]).into_owned();
        self.buffer.drain(..head + length);
        Ok((status, body))
    }

    async fn read(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}
