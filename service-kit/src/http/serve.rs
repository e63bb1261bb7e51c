//! A server that withstands bad clients and shuts down gracefully.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::util::MapRequest;

use super::linger::Lingering;
use super::peers::{PeerSlot, Peers};
use crate::poll::pause;
use crate::serving_threads::{Place, ServingThreads};

/// Most connections served at once; further ones wait to be accepted.
pub const CONNECTIONS_MAX: usize = 4_096;
/// Default for the most connections of one peer at once; further ones are closed. Half of all, so that no peer shuts
/// out others.
const CONNECTIONS_PER_PEER_MAX: usize = CONNECTIONS_MAX / 2;
/// Longest time until a client's first request head is complete.
pub const FIRST_REQUEST_MS_MAX: u64 = 15_000;
/// The same for later requests of a connection, idle time included.
const NEXT_REQUEST_MS_MAX: u64 = 60_000;
/// Most HTTP/2 requests at once on one connection.
const STREAMS_MAX: u32 = 128;
/// Interval and timeout of HTTP/2 pings, which detect a silent peer.
const PING_EVERY_MS: u64 = 20_000;
const PING_ANSWER_MS_MAX: u64 = 10_000;
/// Pause after a failed accept. The usual cause is a shortage of file descriptors, which ends by itself.
const ACCEPT_REST_MS: u64 = 100;

/// Why serving failed.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Requests still ran at the end of the drain; they were aborted.
    #[error("{connections} connections were cut off after a drain of {drain_ms} ms")]
    NotDrained {
        connections: usize,
        /// How long they had to finish, in milliseconds.
        drain_ms: u128,
    },
}

/// Limits of a server, and who serves.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// How long running requests may take to end after the stop.
    pub drain: Duration,
    /// Most connections of one peer at once. A proxy is one peer.
    pub connections_per_peer_max: usize,
    /// The threads that serve the connections; `None` leaves them to the caller's runtime.
    pub threads: Option<ServingThreads>,
}

impl ServeOptions {
    /// The default limits, with a drain.
    pub const fn new(drain: Duration) -> Self {
        Self { drain, connections_per_peer_max: CONNECTIONS_PER_PEER_MAX, threads: None }
    }
}

/// Serves HTTP/1 and HTTP/2 until `stop` is cancelled; then accepts nothing new, lets running requests finish within
/// the drain and aborts the rest.
///
/// # Errors
/// [`ServeError::NotDrained`] when requests were aborted.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
    options: ServeOptions,
) -> Result<(), ServeError> {
    let builder = builder();
    let drain = options.drain;
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let peers = Peers::new(options.connections_per_peer_max);
    let connections = TaskTracker::new();
    let cut = CancellationToken::new();
    while let Some(accepted) = stop.run_until_cancelled(accept(&listener, &slots, &stop)).await {
        let Accepted { stream, peer, slot } = accepted;
        let Some(peer_slot) = peers.slot(peer.ip()) else {
            metrics::counter!("fairness_refused_total", "bound" => "connections of a peer").increment(1);
            tracing::debug!(%peer, "a connection is closed, since its peer has as many as it may");
            continue;
        };
        let place = options.threads.as_ref().map(ServingThreads::place);
        let runtime = place.as_ref().map_or_else(Handle::current, |place| place.runtime.clone());
        let connection = Connection {
            builder: builder.clone(),
            router: router.clone(),
            stop: stop.clone(),
            cut: cut.clone(),
            _slot: slot,
            _peer_slot: peer_slot,
            _place: place,
        };
        connections.spawn_on(connection.run(stream), &runtime);
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(drain, connections.wait()).await.is_ok() {
        return Ok(());
    }
    let left = connections.len();
    cut.cancel();
    connections.wait().await;
    Err(ServeError::NotDrained { connections: left, drain_ms: drain.as_millis() })
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(NEXT_REQUEST_MS_MAX))
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .keep_alive_interval(Duration::from_millis(PING_EVERY_MS))
        .keep_alive_timeout(Duration::from_millis(PING_ANSWER_MS_MAX));
    builder
}

/// Waits for a free slot, then for the next connection.
async fn accept(listener: &TcpListener, slots: &Arc<Semaphore>, stop: &CancellationToken) -> Accepted {
    let slot = slots.clone().acquire_owned().await.expect("the semaphore is never closed");
    loop {
        // Without its registration with this runtime, since another one may serve it.
        let accepted = listener.accept().await.and_then(|(stream, peer)| Ok((stream.into_std()?, peer)));
        match accepted {
            Ok((stream, peer)) => return Accepted { stream, peer, slot },
            Err(error) => {
                tracing::warn!(error = crate::errors::chain(&error), "could not accept a connection");
                pause(Duration::from_millis(ACCEPT_REST_MS), stop).await;
            }
        }
    }
}

/// An accepted connection.
struct Accepted {
    stream: std::net::TcpStream,
    peer: SocketAddr,
    slot: OwnedSemaphorePermit,
}

struct Connection {
    builder: Builder<TokioExecutor>,
    router: Router,
    stop: CancellationToken,
    cut: CancellationToken,
    _slot: OwnedSemaphorePermit,
    _peer_slot: PeerSlot,
    _place: Option<Place>,
}

impl Connection {
    async fn run(self, stream: std::net::TcpStream) {
        let stream = match TcpStream::from_std(stream) {
            Ok(stream) => stream,
            Err(error) => {
                tracing::warn!(error = crate::errors::chain(&error), "could not serve a connection");
                return;
            }
        };
        // Responses are small and written at once, so delaying packets gains nothing. A failure only makes them slower.
        let _ = stream.set_nodelay(true);
        let asked = Arc::new(AtomicBool::new(false));
        let service = TowerToHyperService::new(MapRequest::new(self.router, mark(asked.clone())));
        let serving = self.builder.serve_connection_with_upgrades(TokioIo::new(Lingering::new(stream)), service);
        tokio::pin!(serving);
        let first = pause(Duration::from_millis(FIRST_REQUEST_MS_MAX), &self.cut);
        tokio::pin!(first);
        let mut stopping = false;
        let mut waited = false;
        loop {
            tokio::select! {
                ended = serving.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(error = crate::errors::chain(error.as_ref()), "a connection broke off");
                    }
                    break;
                }
                () = self.cut.cancelled() => break,
                () = self.stop.cancelled(), if !stopping => {
                    stopping = true;
                    serving.as_mut().graceful_shutdown();
                }
                _ = first.as_mut(), if !waited => {
                    waited = true;
                    // The protocol is detected from the first bytes, which no timeout of the library covers.
                    if !asked.load(Ordering::Relaxed) {
                        break;
                    }
                }
            }
        }
    }
}

/// Records that a request has arrived.
fn mark<B>(asked: Arc<AtomicBool>) -> impl Fn(Request<B>) -> Request<B> + Clone {
    move |request| {
        asked.store(true, Ordering::Relaxed);
        request
    }
}
