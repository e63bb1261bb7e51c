//! Statements as the server gets them: a relay between a client and Postgres that keeps what it is asked to run.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex};

use service_kit::config::DatabaseUrl;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio_postgres::Config;
use tokio_postgres::types::Type;

/// The code of a request that precedes the startup message.
const ENCRYPTION_REQUEST: i32 = 80_877_103;

/// A statement with the values that it was run with, in the format of the wire.
#[derive(Debug, Clone)]
pub struct Executed {
    pub sql: String,
    /// As many as the client has given.
    pub types: Vec<Type>,
    pub values: Vec<Option<Vec<u8>>>,
}

/// A relay to a database.
pub struct Recorder {
    url: DatabaseUrl,
    executed: Arc<Mutex<Vec<Executed>>>,
}

impl Recorder {
    pub async fn before(database: &DatabaseUrl) -> Self {
        let config: Config = database.expose().parse().unwrap();
        let port = config.get_ports()[0];
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own_port = listener.local_addr().unwrap().port();
        let url = database.expose().replacen(&format!(":{port}/"), &format!(":{own_port}/"), 1);
        let executed = Arc::<Mutex<Vec<Executed>>>::default();
        let kept = Arc::clone(&executed);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                client.set_nodelay(true).unwrap();
                server.set_nodelay(true).unwrap();
                let ((from_client, mut to_client), (mut from_server, to_server)) =
                    (client.into_split(), server.into_split());
                tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
                // A connection ends by an error of reading, when its client leaves.
                tokio::spawn(relay(from_client, to_server, Arc::clone(&kept)));
            }
        });
        Self { url: DatabaseUrl::new("RECORDED", url), executed }
    }

    /// The address to connect to.
    pub const fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Removes and returns the statement that was run last, of those over a table.
    pub fn take(&self, table: &str) -> Executed {
        let executed = std::mem::take(&mut *self.executed.lock().unwrap());
        executed.into_iter().rfind(|executed| executed.sql.contains(table)).unwrap()
    }
}

async fn relay(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, executed: Arc<Mutex<Vec<Executed>>>) -> io::Result<()> {
    loop {
        let body = pass(&mut from, &mut to, Vec::new()).await?;
        if Body(&body).int() != ENCRYPTION_REQUEST {
            break;
        }
    }
    let mut prepared: HashMap<String, (String, Vec<Type>)> = HashMap::new();
    loop {
        let kind = from.read_u8().await?;
        let bytes = pass(&mut from, &mut to, vec![kind]).await?;
        let mut body = Body(&bytes);
        match kind {
            b'P' => {
                let (name, sql) = (body.text(), body.text());
                let types = (0..body.short()).map(|_| Type::from_oid(body.int().cast_unsigned()).unwrap()).collect();
                prepared.insert(name, (sql, types));
            }
            b'B' => {
                let _portal = body.text();
                let (sql, types) = prepared[&body.text()].clone();
                let formats = body.short();
                (0..formats).for_each(|_| assert_eq!(body.short(), 1, "the driver sends values in binary"));
                let values = (0..body.short()).map(|_| body.value()).collect();
                executed.lock().unwrap().push(Executed { sql, types, values });
            }
            _ => {}
        }
    }
}

/// Passes on a message behind its kind, in one piece, and returns what it holds.
async fn pass(from: &mut OwnedReadHalf, to: &mut OwnedWriteHalf, mut message: Vec<u8>) -> io::Result<Vec<u8>> {
    let length = from.read_u32().await?;
    let mut body = vec![0; length as usize - size_of::<u32>()];
    from.read_exact(&mut body).await?;
    message.extend_from_slice(&length.to_be_bytes());
    message.extend_from_slice(&body);
    to.write_all(&message).await?;
    Ok(body)
}

/// What is left of a message.
struct Body<'a>(&'a [u8]);

impl Body<'_> {
    fn take(&mut self, count: usize) -> &[u8] {
        let (taken, left) = self.0.split_at(count);
        self.0 = left;
        taken
    }

    fn short(&mut self) -> i16 {
        i16::from_be_bytes(self.take(2).try_into().unwrap())
    }

    fn int(&mut self) -> i32 {
        i32::from_be_bytes(self.take(4).try_into().unwrap())
    }

    fn text(&mut self) -> String {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap();
        let text = String::from_utf8(self.take(end).to_vec()).unwrap();
        self.take(1);
        text
    }

    fn value(&mut self) -> Option<Vec<u8>> {
        let length = usize::try_from(self.int()).ok()?;
        Some(self.take(length).to_vec())
    }
}
