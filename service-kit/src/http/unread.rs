//! Drains or gives up bodies that a handler did not read to the end.
//!
//! A request that is refused early leaves its body unread. On an HTTP/1 connection the rest of the body comes before
//! the next request: it is read and dropped within a limit or, beyond it, the response says `Connection: close`, so
//! that the client neither waits in vain nor has its body taken for its next request.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderValue, Version, header};
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;

/// Most bytes of a body that are read and dropped.
const DRAIN_BYTES_MAX: usize = 256 * 1024;
/// Longest wait for the rest of a body.
const DRAIN_MS_MAX: u64 = 300;

/// Drains or gives up the unread rest of a body. This layer must wrap everything that may refuse a request.
pub async fn finish_bodies(request: Request, next: Next) -> Response {
    if request.version() >= Version::HTTP_2 || request.body().is_end_stream() {
        return next.run(request).await;
    }
    let expects_permission = request.headers().contains_key(header::EXPECT);
    let left = Left::default();
    let kept = Arc::clone(&left.0);
    let request = request.map(|body| Body::new(Watched { body, left, polled: false }));
    let mut response = next.run(request).await;
    let taken = kept.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(Rest { body, polled }) = taken else { return response };
    // A client that waits for permission to send has sent nothing, and polling the body would give it.
    let may_drain = polled || !expects_permission;
    if !(may_drain && drain(body).await) {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Whether the rest of a body arrived within the limits.
async fn drain(mut body: Body) -> bool {
    let all = async {
        let mut bytes = 0_usize;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return false };
            bytes += frame.data_ref().map_or(0, Bytes::len);
            if bytes > DRAIN_BYTES_MAX {
                return false;
            }
        }
        true
    };
    tokio::time::timeout(Duration::from_millis(DRAIN_MS_MAX), all).await.unwrap_or(false)
}

/// The unread rest of a body, once its handler has dropped it.
#[derive(Default)]
struct Left(Arc<Mutex<Option<Rest>>>);

struct Rest {
    body: Body,
    /// Whether the handler has polled the body.
    polled: bool,
}

/// A body that hands over its unread rest when it is dropped.
struct Watched {
    body: Body,
    left: Left,
    polled: bool,
}

impl Drop for Watched {
    fn drop(&mut self) {
        if !self.body.is_end_stream() {
            let rest = Rest { body: std::mem::take(&mut self.body), polled: self.polled };
            *self.left.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(rest);
        }
    }
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        this.polled = true;
        Pin::new(&mut this.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
