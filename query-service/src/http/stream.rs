//! Runs an operation whose results come one after another.
//!
//! Guarantees: results are delivered in order; after a result without data the stream ends, so that no change is
//! skipped silently. Does not: know the transport.

use std::sync::Arc;

use async_graphql::{Error, Response, ServerError, Value};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};
use service_kit::auth::Principal;
use tracing::Instrument;

use super::answer::{Answer, Outcome, failed, response_json};
use super::{Received, Shared, run};
use crate::access::Viewer;
use crate::changes::SubscriptionPermits;
use crate::consistency::ConsistencyToken;

/// An item of an operation's result stream.
#[derive(Debug)]
pub enum StreamItem {
    /// A result, as JSON.
    Next(Box<RawValue>),
    /// The errors that end the stream: a list, as JSON.
    Failed(Box<RawValue>),
}

/// Runs any operation. A query has one result.
pub fn run(
    shared: Arc<Shared>,
    principal: Principal,
    received: Received,
    token: Option<ConsistencyToken>,
    permits: SubscriptionPermits,
) -> BoxStream<'static, StreamItem> {
    stream::once(async move {
        if !run::is_subscription(&shared, &received) {
            let answer = run::run(&shared, principal, received, token).await;
            return stream::iter([StreamItem::answer(answer, shared.limits.answer_bytes_max)]).boxed();
        }
        let beginning = subscribe(&shared, principal, received, token, permits);
        match beginning.instrument(tracing::info_span!("query.graphql.subscribe")).await {
            Ok(responses) => until_failed(responses).boxed(),
            Err(errors) => stream::iter([StreamItem::errors(&errors)]).boxed(),
        }
    })
    .flatten()
    .boxed()
}

async fn subscribe(
    shared: &Shared,
    principal: Principal,
    received: Received,
    token: Option<ConsistencyToken>,
    permits: SubscriptionPermits,
) -> Result<BoxStream<'static, Response>, Vec<ServerError>> {
    let admitted = run::admit(shared, &principal, received).map_err(run::Refusal::into_errors)?;
    let viewer = Viewer::new(principal);
    run::wait(shared, token, &viewer).await.map_err(|error| failed(error).errors)?;
    metrics::counter!("graphql_requests_total", "outcome" => "subscribed").increment(1);
    let (document, operation) = (Arc::clone(&admitted.document), admitted.operation.clone());
    let request = run::request(shared, &admitted);
    let request = request.data(Arc::new(run::reading(shared, viewer))).data(permits).data(shared.changes.clone());
    let responses = shared.schema.execute_stream(request).map(move |mut response| {
        run::finish(&mut response, &document, operation.as_deref());
        response
    });
    Ok(responses.boxed())
}

/// The items up to and including the first failure.
fn until_failed(responses: BoxStream<'static, Response>) -> impl futures::Stream<Item = StreamItem> + Send {
    stream::unfold(Some(responses), async |responses| {
        let mut responses = responses?;
        let response = responses.next().await?;
        let item = StreamItem::response(response);
        let rest = matches!(item, StreamItem::Next(_)).then_some(responses);
        Some((item, rest))
    })
}

impl StreamItem {
    /// The end of a stream by an error.
    pub fn failed(error: Error) -> Self {
        Self::errors(&failed(error).errors)
    }

    fn errors(errors: &[ServerError]) -> Self {
        Self::Failed(to_raw_value(errors).expect("errors are plain data"))
    }

    fn response(response: Response) -> Self {
        if response.data == Value::Null && !response.errors.is_empty() {
            return Self::errors(&response.errors);
        }
        let json = response_json(&response, Outcome::Executed, None, usize::MAX).unwrap_or_default();
        Self::Next(raw(text(json)))
    }

    /// A request that was not run gives only errors.
    fn answer(answer: Answer, bytes_max: usize) -> Self {
        let (outcome, body) = answer.into_json(bytes_max);
        let body = raw(text(body));
        match outcome {
            Outcome::Executed => Self::Next(body),
            Outcome::Invalid(_) => {
                let errors = serde_json::from_str::<ErrorsAlone<'_>>(body.get()).map(|body| body.errors.to_owned());
                Self::Failed(errors.unwrap_or(body))
            }
        }
    }
}

/// The errors of a response, not read any further.
#[derive(Deserialize)]
struct ErrorsAlone<'a> {
    #[serde(borrow)]
    errors: &'a RawValue,
}

fn text(json: Vec<u8>) -> String {
    String::from_utf8(json).expect("JSON is text")
}

fn raw(json: String) -> Box<RawValue> {
    RawValue::from_string(json).expect("it was just written as JSON")
}
