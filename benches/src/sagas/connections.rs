//! Connections to an engine that many orders share, since most orders wait for something most of the time.

use std::io;
use std::sync::Mutex;

use tokio::sync::Semaphore;

use crate::http::Connection;

/// Most connections at once.
const CONNECTIONS_MAX: usize = 256;

/// Connections to one engine, opened when they are needed.
pub struct Connections {
    address: String,
    token: String,
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
}

impl Connections {
    /// To an engine's address, with a token.
    pub fn new(address: &str, token: &str) -> Self {
        let (address, token) = (address.to_owned(), token.to_owned());
        Self { address, token, idle: Mutex::default(), permits: Semaphore::new(CONNECTIONS_MAX) }
    }

    /// Sends a request once.
    ///
    /// # Errors
    /// What the connection says where nobody answers; it is not used again.
    pub async fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> io::Result<(u16, String)> {
        let _permit = self.permits.acquire().await.expect("it is never closed");
        let idle = self.idle.lock().unwrap().pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => Connection::try_open(&self.address, &self.token).await?,
        };
        let answer = connection.try_send(method, path, headers, body).await?;
        self.idle.lock().unwrap().push(connection);
        Ok(answer)
    }
}
