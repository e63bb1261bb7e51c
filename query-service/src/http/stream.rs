//! Running an operation whose results come one after another.
//!
//! Guarantees: what is told is told in order; after a result without data nothing comes, so that no change is passed over
//! in silence. Does not: know how results travel.

use std::sync::Arc;

use async_graphql::{Error, Response, Value};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use service_kit::auth::Principal;
use tracing::Instrument;

use super::{Received, Shared, run};
use crate::access::Viewer;
use crate::changes::Seats;
use crate::consistency::ConsistencyToken;

/// What an operation's stream tells.
#[derive(Debug)]
pub enum Told {
    /// A result.
    Next(serde_json::Value),
    /// Why nothing comes any more: a list of errors.
    Failed(serde_json::Value),
}

/// Runs any operation. A query has one result.
pub fn run(
    shared: Arc<Shared>,
    principal: Principal,
    received: Received,
    token: Option<ConsistencyToken>,
    seats: Seats,
) -> BoxStream<'static, Told> {
    stream::once(async move {
        if !run::is_subscription(&received) {
            let answer = run::run(&shared, principal, received, token).await;
            return stream::iter([Told::answer(answer.into_body())]).boxed();
        }
        let beginning = subscribe(&shared, principal, received, token, seats);
        match beginning.instrument(tracing::info_span!("query.graphql.subscribe")).await {
            Ok(responses) => until_failed(responses).boxed(),
            Err(error) => stream::iter([Told::failed(error)]).boxed(),
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
    seats: Seats,
) -> Result<BoxStream<'static, Response>, Error> {
    let (document, _) = run::admit(shared, &principal, &received).map_err(|(error, _)| error)?;
    let viewer = Viewer::new(principal);
    run::wait(shared, token, &viewer).await?;
    metrics::counter!("graphql_requests_total", "outcome" => "subscribed").increment(1);
    let request = run::request(shared, viewer, received, document).data(seats).data(shared.changes.clone());
    Ok(shared.schema.execute_stream(request))
}

/// What is told up to and with the first failure.
fn until_failed(responses: BoxStream<'static, Response>) -> impl futures::Stream<Item = Told> + Send {
    stream::unfold(Some(responses), async |responses| {
        let mut responses = responses?;
        let mut response = responses.next().await?;
        response.errors.iter_mut().for_each(run::code_of_its_own);
        let told = Told::response(response);
        let rest = matches!(told, Told::Next(_)).then_some(responses);
        Some((told, rest))
    })
}

impl Told {
    /// An end by an error.
    pub fn failed(error: Error) -> Self {
        Self::response(run::failed(error))
    }

    fn response(response: Response) -> Self {
        if response.data == Value::Null && !response.errors.is_empty() {
            return Self::Failed(serde_json::to_value(&response.errors).unwrap_or_default());
        }
        Self::Next(serde_json::to_value(&response).unwrap_or_default())
    }

    /// What was not run has no data.
    fn answer(mut body: serde_json::Value) -> Self {
        if body.get("data").is_none() { Self::Failed(body["errors"].take()) } else { Self::Next(body) }
    }
}
