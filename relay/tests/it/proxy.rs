//! A proxy before a broker that can drop the broker's responses or delay a request.
//!
//! Kafka tells its clients where its brokers are; the proxy writes its own port into those answers, so that no client
//! bypasses it. Source of frames and keys: <https://kafka.apache.org/protocol>.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use messaging::testing::brokers;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

const METADATA: u16 = 3;
const API_VERSIONS: u16 = 18;
/// The feature whose supported levels a broker reports: its name is followed by the lowest and the highest.
const METADATA_VERSION: &[u8] = b"metadata.version";
const FIND_COORDINATOR: u16 = 10;
const INIT_PRODUCER_ID: u16 = 22;
const END_TXN: u16 = 26;
/// Largest frame that is passed on.
const FRAME_BYTES_MAX: usize = 64 << 20;

/// The fault that the next request to end a transaction meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The broker ends the transaction, and its response is lost.
    AnswerLost,
    /// The request is delayed until it is released, although its sender has given it up by then.
    RequestLate,
    /// The request is delayed, and its connection is lost.
    ConnectionLost,
}

pub struct Proxy {
    pub address: String,
    shared: Arc<Shared>,
}

struct Shared {
    broker: String,
    port: u16,
    fault: Mutex<Option<Fault>>,
    /// Number of faults that have occurred.
    struck: AtomicU32,
    /// Has a permit for each delayed request that is released.
    released: Semaphore,
    /// Has a permit for each delayed request that the broker has answered.
    answered: Semaphore,
    done: AtomicBool,
    producers: AtomicU32,
    /// The highest metadata version that the broker seems to support; 0 leaves the true one.
    metadata_version: AtomicU16,
}

impl Proxy {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            broker: brokers(),
            port,
            fault: Mutex::new(None),
            struck: AtomicU32::new(0),
            released: Semaphore::new(0),
            answered: Semaphore::new(0),
            done: AtomicBool::new(false),
            producers: AtomicU32::new(0),
            metadata_version: AtomicU16::new(0),
        });
        tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address: format!("127.0.0.1:{port}"), shared }
    }

    /// Makes a fault occur once.
    pub fn strike(&self, fault: Fault) {
        *self.shared.fault.lock().unwrap() = Some(fault);
    }

    /// Lets the broker seem to be of a release that supports metadata versions up to this one.
    pub fn pretend_metadata_version(&self, highest: u16) {
        self.shared.metadata_version.store(highest, Ordering::SeqCst);
    }

    /// The number of faults that have occurred.
    pub fn struck(&self) -> u32 {
        self.shared.struck.load(Ordering::SeqCst)
    }

    /// Releases a delayed request.
    pub fn release(&self) {
        self.shared.released.add_permits(1);
    }

    /// Whether the broker has answered a delayed request.
    pub fn is_answered(&self) -> bool {
        self.shared.done.load(Ordering::SeqCst)
    }

    /// How many producers have been initialised.
    pub fn producers(&self) -> u32 {
        self.shared.producers.load(Ordering::SeqCst)
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        let Ok(broker) = TcpStream::connect(&shared.broker).await else { continue };
        let (from_client, to_client) = client.into_split();
        let (from_broker, to_broker) = broker.into_split();
        // What each request that waits for its answer is, by correlation id.
        let asked = Arc::new(Mutex::new(HashMap::new()));
        let lost = CancellationToken::new();
        tokio::spawn(requests(from_client, to_broker, Arc::clone(&shared), Arc::clone(&asked), lost.clone()));
        tokio::spawn(answers(from_broker, to_client, Arc::clone(&shared), asked, lost));
    }
}

/// A request whose answer is awaited: its key, and the fault that met it.
type Asked = Arc<Mutex<HashMap<[u8; 4], (u16, Option<Fault>)>>>;

async fn requests(
    mut client: OwnedReadHalf,
    mut broker: OwnedWriteHalf,
    shared: Arc<Shared>,
    asked: Asked,
    lost: CancellationToken,
) {
    while let Some(frame) = read_frame(&mut client).await {
        let key = u16::from_be_bytes([frame[0], frame[1]]);
        if key == INIT_PRODUCER_ID {
            shared.producers.fetch_add(1, Ordering::SeqCst);
        }
        let fault = if key == END_TXN { shared.fault.lock().unwrap().take() } else { None };
        asked.lock().unwrap().insert([frame[4], frame[5], frame[6], frame[7]], (key, fault));
        if fault.is_some() {
            shared.struck.fetch_add(1, Ordering::SeqCst);
        }
        if matches!(fault, Some(Fault::RequestLate | Fault::ConnectionLost)) {
            if fault == Some(Fault::ConnectionLost) {
                lost.cancel();
            }
            drop(client);
            shared.released.acquire().await.unwrap().forget();
            write_frame(&mut broker, &frame).await.expect("the broker still listens");
            // The broker's side stays open until it has answered.
            shared.answered.acquire().await.unwrap().forget();
            shared.done.store(true, Ordering::SeqCst);
            return;
        }
        if write_frame(&mut broker, &frame).await.is_none() {
            return;
        }
    }
}

async fn answers(
    mut broker: OwnedReadHalf,
    client: OwnedWriteHalf,
    shared: Arc<Shared>,
    asked: Asked,
    lost: CancellationToken,
) {
    let mut client = Some(client);
    loop {
        let frame = tokio::select! {
            frame = read_frame(&mut broker) => frame,
            () = lost.cancelled(), if client.is_some() => {
                client = None;
                continue;
            }
        };
        let Some(mut frame) = frame else { return };
        let (key, fault) = asked.lock().unwrap().remove(&frame[..4]).expect("an answer has its request");
        match fault {
            Some(Fault::AnswerLost) => continue,
            Some(Fault::RequestLate | Fault::ConnectionLost) => shared.answered.add_permits(1),
            None => {}
        }
        if key == METADATA || key == FIND_COORDINATOR {
            redirect(&mut frame, &shared);
        }
        if key == API_VERSIONS {
            pretend(&mut frame, shared.metadata_version.load(Ordering::SeqCst));
        }
        // A client that is gone receives nothing, but the broker's response to it is still recorded.
        if let Some(client) = &mut client {
            write_frame(client, &frame).await;
        }
    }
}

/// Replaces the broker's port with the proxy's: the four bytes after the host.
fn redirect(frame: &mut [u8], shared: &Shared) {
    let (host, port) = shared.broker.rsplit_once(':').expect("a broker has a host and a port");
    let place = [host.as_bytes(), &u32::from(port.parse::<u16>().unwrap()).to_be_bytes()].concat();
    let found: Vec<_> =
        frame.windows(place.len()).enumerate().filter(|(_, window)| *window == place).map(|(start, _)| start).collect();
    for start in found {
        let end = start + place.len();
        frame[end - 4..end].copy_from_slice(&u32::from(shared.port).to_be_bytes());
    }
}

/// Writes another highest metadata version into an answer about supported versions.
fn pretend(frame: &mut [u8], highest: u16) {
    let name = frame.windows(METADATA_VERSION.len()).position(|window| window == METADATA_VERSION);
    if let Some(name) = name.filter(|_| highest > 0) {
        let highest_at = name + METADATA_VERSION.len() + size_of::<u16>();
        frame[highest_at..highest_at + size_of::<u16>()].copy_from_slice(&highest.to_be_bytes());
    }
}

async fn read_frame(from: &mut OwnedReadHalf) -> Option<Vec<u8>> {
    let length = usize::try_from(from.read_u32().await.ok()?).ok().filter(|length| *length <= FRAME_BYTES_MAX)?;
    let mut frame = vec![0; length];
    from.read_exact(&mut frame).await.ok()?;
    Some(frame)
}

async fn write_frame(to: &mut OwnedWriteHalf, frame: &[u8]) -> Option<()> {
    to.write_u32(u32::try_from(frame.len()).ok()?).await.ok()?;
    to.write_all(frame).await.ok()
}
