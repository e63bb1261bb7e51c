//! The server against clients that behave and clients that do not.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use service_kit::http::{ServeError, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const DRAIN: Duration = Duration::from_secs(5);

struct Server {
    address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<Result<(), ServeError>>,
    /// A request for `/wait` has come.
    arrived: Arc<Notify>,
    /// Lets requests for `/wait` finish.
    release: Arc<Semaphore>,
}

async fn server(drain: Duration) -> Server {
    let (arrived, release) = (Arc::new(Notify::new()), Arc::new(Semaphore::new(0)));
    let (come, gate) = (arrived.clone(), release.clone());
    let router = Router::new().route("/", get(async || "hello")).route(
        "/wait",
        get(async move || {
            come.notify_one();
            gate.acquire().await.unwrap().forget();
            "waited"
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let task = tokio::spawn(serve(listener, router, stop.clone(), drain));
    Server { address, stop, task, arrived, release }
}

async fn text(url: String) -> String {
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn requests_are_served_and_a_stop_ends_it() {
    let server = server(DRAIN).await;
    assert_eq!(text(format!("http://{}/", server.address)).await, "hello");
    server.stop.cancel();
    server.task.await.unwrap().unwrap();
    assert!(TcpStream::connect(server.address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_running_request_finishes_during_the_drain() {
    let server = server(DRAIN).await;
    let request = tokio::spawn(text(format!("http://{}/wait", server.address)));
    server.arrived.notified().await;
    server.stop.cancel();
    server.release.add_permits(1);
    assert_eq!(request.await.unwrap(), "waited");
    server.task.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_request_that_outlasts_the_drain_is_cut_off() {
    let server = server(Duration::from_millis(5)).await;
    let request = tokio::spawn(reqwest::get(format!("http://{}/wait", server.address)));
    server.arrived.notified().await;
    server.stop.cancel();
    assert!(matches!(server.task.await.unwrap(), Err(ServeError::NotDrained { connections: 1, .. })));
    assert!(request.await.unwrap().is_err());
}

#[tokio::test(start_paused = true)]
async fn clients_that_send_no_whole_request_are_dropped() {
    let server = server(DRAIN).await;
    for start in ["", "P", "GET / HTTP/1.1\r\nhost: x\r\n"] {
        let mut client = TcpStream::connect(server.address).await.unwrap();
        client.write_all(start.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).await.unwrap();
        assert!(answer.is_empty(), "{start:?}");
    }
    server.stop.cancel();
    server.task.await.unwrap().unwrap();
}
