//! GraphQL over server-sent events, in "distinct connections mode": a request, a stream.
//!
//! Guarantees: a stream that ends well says `complete`; one that the service ends tells why first. Does not: reservations
//! ("single connection mode").

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
use super::stream::Told;
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
    let seats = shared.changes.seats();
    let told = super::stream::run(Arc::clone(shared), session.principal.clone(), received, token, seats);
    let lasting = Lasting { told, over: Box::pin(session.over()), stop: shared.connections.stop() };
    let alive = KeepAlive::new().interval(Duration::from_millis(shared.limits.heartbeat_ms)).text("alive");
    Sse::new(lasting.events().map(Ok::<_, Infallible>)).keep_alive(alive).into_response()
}

/// A stream of results that lasts as long as the token and the process.
struct Lasting {
    told: BoxStream<'static, Told>,
    over: Pin<Box<dyn Future<Output = TokenRefusal> + Send>>,
    stop: CancellationToken,
}

impl Lasting {
    fn events(self) -> impl Stream<Item = Event> {
        let results = stream::unfold(Some(self), async |lasting| {
            let mut lasting = lasting?;
            let told = lasting.next().await?;
            let last = matches!(told, Told::Failed(_));
            Some((next(told), (!last).then_some(lasting)))
        });
        // With data, though empty lines alone: browsers dispatch no event without.
        results.chain(stream::iter([Event::default().event("complete").data("\n")]))
    }

    /// The next result, unless the stream has to end first.
    async fn next(&mut self) -> Option<Told> {
        let error = tokio::select! {
            told = self.told.next() => return told,
            () = self.stop.cancelled() => Code::ShuttingDown.error("the service stops; go on from the last cursor"),
            refusal = self.over.as_mut() => Code::Unauthenticated.error(refusal.to_string()),
        };
        Some(Told::failed(error))
    }
}

fn next(told: Told) -> Event {
    let result = match told {
        Told::Next(result) => result.get().to_owned(),
        Told::Failed(errors) => format!("{{\"errors\":{}}}", errors.get()),
    };
    Event::default().event("next").data(result)
}
