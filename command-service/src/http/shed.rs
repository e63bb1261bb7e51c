//! Refusing work at once where waiting would only make everybody slow.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use crate::commands::{Code, Refusal};

/// Answers 503 while as many requests are at work as the semaphore has room for.
pub(super) async fn shed(State(room): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    let Ok(_place) = room.try_acquire() else {
        metrics::counter!("commands_shed_total").increment(1);
        return Refusal::new(Code::Overloaded, "too many commands are at work; try again").into_response();
    };
    next.run(request).await
}
