//! The server against clients that behave and clients that do not.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::{get, post};
use service_kit::http::{ServeError, ServeOptions, guarded, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const DRAIN: Duration = Duration::from_secs(5);

struct Server {
    address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<Result<(), ServeError>>,
    /// A request for `/wait` has come.
    arrived: Arc<Semaphore>,
    /// Lets requests for `/wait` finish.
    release: Arc<Semaphore>,
}

async fn server(drain: Duration) -> Server {
    server_with(ServeOptions::new(drain)).await
}

async fn server_with(options: ServeOptions) -> Server {
    let arrived = Arc::new(Semaphore::new(0));
    let release = Arc::new(Semaphore::new(0));
    let come = arrived.clone();
    let gate = release.clone();
    let waiting = async move || {
        come.add_permits(1);
        gate.acquire().await.unwrap().forget();
        "waited"
    };
    let router = Router::new()
        .route("/", get(async || "hello"))
        .route("/wait", get(waiting))
        // Refused by its head; the body is nobody's to read.
        .route("/refused", post(async |_: HeaderMap| StatusCode::FORBIDDEN))
        .route("/read", post(async |body: Bytes| body.len().to_string()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let task = tokio::spawn(serve(listener, guarded(router), stop.clone(), options));
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
    server.arrived.acquire().await.unwrap().forget();
    server.stop.cancel();
    server.release.add_permits(1);
    assert_eq!(request.await.unwrap(), "waited");
    server.task.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_request_that_outlasts_the_drain_is_cut_off() {
    let server = server(Duration::from_millis(5)).await;
    let request = tokio::spawn(reqwest::get(format!("http://{}/wait", server.address)));
    server.arrived.acquire().await.unwrap().forget();
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

/// Sends bytes as they are and reads all that comes until the server closes, or until `enough` stands in it.
async fn exchange(address: SocketAddr, sent: &[u8], enough: &str) -> String {
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(sent).await.unwrap();
    read_until(&mut client, enough).await
}

async fn read_until(client: &mut TcpStream, enough: &str) -> String {
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    while !String::from_utf8_lossy(&answer).contains(enough) {
        let read = client.read(&mut piece).await.unwrap();
        if read == 0 {
            break;
        }
        answer.extend_from_slice(&piece[..read]);
    }
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn an_ambiguous_head_is_refused_and_its_connection_closed() {
    let server = server(DRAIN).await;
    for (head, status) in [
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nhost: a/b\r\n\r\n", 400),
        ("POST /read HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST /read HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    ] {
        // Read to the end: the server closes.
        let answer = exchange(server.address, head.as_bytes(), "\u{0}").await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{head}: {answer}");
        assert!(answer.contains("connection: close"), "{head}: {answer}");
    }
    let coded = "POST /read HTTP/1.1\r\nhost: a\r\ncontent-encoding: gzip\r\ncontent-length: 1\r\n\r\nx";
    let answer = exchange(server.address, coded.as_bytes(), "unknown_content_coding").await;
    assert!(answer.starts_with("HTTP/1.1 415 ") && answer.contains("accept-encoding: identity"), "{answer}");
}

#[tokio::test]
async fn the_rest_of_a_refused_body_is_not_taken_for_the_next_request() {
    let server = server(DRAIN).await;
    let mut client = TcpStream::connect(server.address).await.unwrap();
    let smuggled = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    let head = format!("POST /refused HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n", smuggled.len());
    client.write_all(head.as_bytes()).await.unwrap();
    client.write_all(smuggled.as_bytes()).await.unwrap();
    let answer = read_until(&mut client, "\"retryable\":false}").await;
    assert!(answer.starts_with("HTTP/1.1 403 ") && !answer.contains("connection: close"), "{answer}");
    client.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let answer = read_until(&mut client, "hello").await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "the connection goes on: {answer}");
}

#[tokio::test]
async fn a_refused_body_that_is_too_large_or_never_comes_closes_the_connection_and_its_answer_is_read() {
    let server = server(DRAIN).await;
    let large = 3 << 20;
    let head = format!("POST /refused HTTP/1.1\r\nhost: a\r\ncontent-length: {large}\r\n\r\n");
    let sent = [head.into_bytes(), vec![b'x'; large]].concat();
    let answer = exchange(server.address, &sent, "\u{0}").await;
    assert!(answer.starts_with("HTTP/1.1 403 ") && answer.contains("connection: close"), "{answer}");

    let half = b"POST /refused HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf";
    let answer = exchange(server.address, half, "\u{0}").await;
    assert!(answer.starts_with("HTTP/1.1 403 ") && answer.contains("connection: close"), "{answer}");

    // A client that waits for permission is answered at once and sends nothing.
    let asking = b"POST /refused HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 100\r\n\r\n";
    let answer = exchange(server.address, asking, "\u{0}").await;
    assert!(answer.starts_with("HTTP/1.1 403 ") && answer.contains("connection: close"), "{answer}");
}

#[tokio::test]
async fn a_body_that_is_read_leaves_the_connection_open() {
    let server = server(DRAIN).await;
    let mut client = TcpStream::connect(server.address).await.unwrap();
    for _ in 0..2 {
        client.write_all(b"POST /read HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc").await.unwrap();
        let answer = read_until(&mut client, "\r\n\r\n3").await;
        assert!(answer.starts_with("HTTP/1.1 200 ") && !answer.contains("connection: close"), "{answer}");
        assert!(answer.contains("x-content-type-options: nosniff") && answer.contains("cache-control: no-store"));
    }
}

#[tokio::test]
async fn a_peer_has_a_bounded_number_of_connections() {
    let server = server_with(ServeOptions { connections_per_peer_max: 2, ..ServeOptions::new(DRAIN) }).await;
    let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
    let url = format!("http://{}/wait", server.address);
    let waiting: Vec<_> = (0..2).map(|_| tokio::spawn(client.get(&url).send())).collect();
    for _ in 0..2 {
        server.arrived.acquire().await.unwrap().forget();
    }
    assert!(client.get(&url).send().await.is_err(), "a third connection is closed");
    server.release.add_permits(2);
    for request in waiting {
        assert_eq!(request.await.unwrap().unwrap().headers()[header::CONTENT_LENGTH], "6");
    }
    let there_again = async || client.get(format!("http://{}/", server.address)).send().await.is_ok();
    service_kit::poll::wait_until(DRAIN, Duration::from_millis(10), there_again).await.unwrap();
}
