//! GraphQL over server-sent events, in "distinct connections mode": a request, a stream.
//!
//! Guarantees: a stream that ends regularly ends with `complete`; if the service ends it, an error comes first. Does
//! not: reservations ("single connection mode").

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt};
use service_kit::auth::TokenRefusal;
use tokio_util::sync::CancellationToken;

use super::session::Session;
use super::stream::StreamItem;
use super::{Received, Shared};
use crate::consistency::ConsistencyToken;
use crate::error::Code;

/// Answers with a stream.
pub fn respond(
    shared: &Arc<Shared>,
    session: Session,
    received: Received,
    token: Option<ConsistencyToken>,
) -> Response {
    let permits = shared.changes.subscription_permits();
    let items = super::stream::run(Arc::clone(shared), session.principal.clone(), received, token, permits);
    let stream_state = SessionStream { items, over: Box::pin(session.over()), stop: shared.connections.stop() };
    let alive = KeepAlive::new().interval(Duration::from_millis(shared.limits.heartbeat_ms)).text("alive");
    Sse::new(stream_state.events().map(Ok::<_, Infallible>)).keep_alive(alive).into_response()
}

/// A stream of results that lasts as long as the token and the process.
struct SessionStream {
    items: BoxStream<'static, StreamItem>,
    over: Pin<Box<dyn Future<Output = TokenRefusal> + Send>>,
    stop: CancellationToken,
}

impl SessionStream {
    fn events(self) -> impl Stream<Item = Event> {
        let results = stream::unfold(Some(self), async |stream_state| {
            let mut stream_state = stream_state?;
            let item = stream_state.next().await?;
            let last = matches!(item, StreamItem::Failed(_));
            Some((next(item), (!last).then_some(stream_state)))
        });
        // With data, though empty lines alone: browsers dispatch no event without.
        results.chain(stream::iter([Event::default().event("complete").data("\n")]))
    }

    /// The next result, unless the stream has to end first.
    async fn next(&mut self) -> Option<StreamItem> {
        let error = tokio::select! {
            item = self.items.next() => return item,
            () = self.stop.cancelled() => Code::ShuttingDown.error("the service stops; go on from the last cursor"),
            refusal = self.over.as_mut() => Code::Unauthenticated.error(refusal.to_string()),
        };
        Some(StreamItem::failed(error))
    }
}

fn next(item: StreamItem) -> Event {
    let result = match item {
        StreamItem::Next(result) => result.get().to_owned(),
        StreamItem::Failed(errors) => format!("{{\"errors\":{}}}", errors.get()),
    };
    Event::default().event("next").data(result)
}
