//! A wire between a store and Postgres on which answers can be lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use service_kit::config::DatabaseUrl;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio_postgres::Config;
use tokio_util::sync::CancellationToken;

/// Passes on what both sides say until it is told otherwise.
pub struct Wire {
    pub url: DatabaseUrl,
    shared: Arc<Shared>,
}

struct Shared {
    server: String,
    keeps_answers: AtomicBool,
    refuses: AtomicBool,
    hung_up: std::sync::Mutex<CancellationToken>,
}

impl Wire {
    /// A wire to a database.
    pub async fn to(database: &DatabaseUrl) -> Self {
        let config: Config = database.expose().parse().unwrap();
        let port = config.get_ports()[0];
        let server = format!("127.0.0.1:{port}");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let url = database.expose().replace(&format!(":{port}/"), &format!(":{own}/"));
        assert_ne!(url, database.expose(), "the URL names a port");
        let shared = Arc::new(Shared {
            server,
            keeps_answers: AtomicBool::new(false),
            refuses: AtomicBool::new(false),
            hung_up: std::sync::Mutex::default(),
        });
        let accepting = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if !accepting.refuses.load(Ordering::SeqCst) {
                    tokio::spawn(Arc::clone(&accepting).connect(client));
                }
            }
        });
        Self { url: DatabaseUrl::new("WIRE", url), shared }
    }

    /// From now on nothing that Postgres says arrives.
    pub fn keep_answers(&self) {
        self.shared.keeps_answers.store(true, Ordering::SeqCst);
    }

    /// Ends all connections, and passes on what is said on later ones.
    pub fn hang_up(&self) {
        self.shared.keeps_answers.store(false, Ordering::SeqCst);
        std::mem::take(&mut *self.shared.hung_up.lock().unwrap()).cancel();
    }

    /// Ends all connections, and makes no more.
    pub fn cut(&self) {
        self.shared.refuses.store(true, Ordering::SeqCst);
        self.hang_up();
    }
}

impl Shared {
    async fn connect(self: Arc<Self>, client: TcpStream) {
        let hung_up = self.hung_up.lock().unwrap().clone();
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = TcpStream::connect(&self.server).await.unwrap().into_split();
        tokio::select! {
            () = hung_up.cancelled() => {}
            () = ask(from_client, to_server) => {}
            () = self.answer(from_server, to_client) => {}
        }
    }

    async fn answer(&self, mut server: OwnedReadHalf, mut client: OwnedWriteHalf) {
        let mut bytes = vec![0; 64 << 10];
        while let Ok(read @ 1..) = server.read(&mut bytes).await {
            if !self.keeps_answers.load(Ordering::SeqCst) && client.write_all(&bytes[..read]).await.is_err() {
                return;
            }
        }
    }
}

async fn ask(mut client: OwnedReadHalf, mut server: OwnedWriteHalf) {
    let _ended = copy(&mut client, &mut server).await;
}
