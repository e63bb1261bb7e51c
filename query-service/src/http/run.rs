//! Running a request: measured first, then waited for, then executed within its time.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{Error, Pos, Request, Response, ServerError};
use axum::http::StatusCode;
use service_kit::auth::{Principal, Scope};
use service_kit::clock::Stopwatch;
use tracing::Instrument;

use super::answer::{Answer, Outcome};
use super::{Received, Shared};
use crate::access::Viewer;
use crate::consistency::ConsistencyToken;
use crate::cost::{self, Measured};
use crate::error::Code;
use crate::loaders::loaders;

/// Runs a request and tells how it went.
pub async fn run(shared: &Shared, principal: Principal, received: Received, token: Option<ConsistencyToken>) -> Answer {
    let watch = Stopwatch::start();
    let span = tracing::info_span!("query.graphql.execute", graphql.cost = tracing::field::Empty);
    let answer = admit_and_execute(shared, principal, received, token).instrument(span.clone()).await;
    span.record("graphql.cost", answer.cost.unwrap_or_default());
    let outcome = [("outcome", answer.outcome.name())];
    metrics::counter!("graphql_requests_total", &outcome).increment(1);
    metrics::histogram!("graphql_request_duration_seconds", &outcome).record(watch.elapsed().as_secs_f64());
    answer
}

async fn admit_and_execute(
    shared: &Shared,
    principal: Principal,
    received: Received,
    token: Option<ConsistencyToken>,
) -> Answer {
    let (document, measured) = match admit(shared, &principal, &received) {
        Ok(admitted) => admitted,
        Err((error, status)) => return Answer::refused(failed(error), status),
    };
    let viewer = Viewer::new(principal);
    if let Err(error) = wait(shared, token, &viewer).await {
        return Answer::new(failed(error), Outcome::Executed, measured.cost);
    }
    // Told before the query runs, so that what it sees is at least as new.
    let groups = shared.health.groups().await.unwrap_or_default();
    let response = execute(shared, viewer, received, document).await;
    let outcome = Outcome::of(&response);
    Answer::new(response, outcome, measured.cost).with_consistency(&groups)
}

type Refusal = (Error, StatusCode);

/// Parses a query and refuses one that is too dear, or asked by somebody who may not.
pub fn admit(
    shared: &Shared,
    principal: &Principal,
    received: &Received,
) -> Result<(ExecutableDocument, Measured), Refusal> {
    if principal.require(Scope::ORDERS_READ).is_err() {
        let error = Code::Forbidden.error(format!("this needs the scope {}", Scope::ORDERS_READ));
        return Err((error, StatusCode::FORBIDDEN));
    }
    if cost::too_nested(&received.query) {
        return Err((Code::CostExceeded.error("the query's brackets nest too deep"), StatusCode::BAD_REQUEST));
    }
    let document = parse_query(&received.query)
        .map_err(|error| (Code::BadUserInput.error(error.to_string()), StatusCode::BAD_REQUEST))?;
    let changes = document.operations.iter().any(|(_, operation)| operation.node.ty == OperationType::Mutation);
    if changes && received.safe {
        let error = Code::BadUserInput.error("GET changes nothing");
        return Err((error, StatusCode::METHOD_NOT_ALLOWED));
    }
    let refusal = |refusal: cost::CostRefusal| {
        let code = match refusal {
            cost::CostRefusal::Exceeded { .. } => Code::CostExceeded,
            cost::CostRefusal::Cycle(_) => Code::BadUserInput,
        };
        (code.error(refusal.to_string()), StatusCode::BAD_REQUEST)
    };
    let measured = cost::measure(&document, received.operation.as_deref(), &received.variables).map_err(refusal)?;
    cost::admit(&measured, &shared.limits).map_err(refusal)?;
    Ok((document, measured))
}

/// Waits for the version that a request names, where it does.
pub async fn wait(shared: &Shared, token: Option<ConsistencyToken>, viewer: &Viewer) -> Result<(), Error> {
    let Some(token) = token else { return Ok(()) };
    let waited = shared.consistency.wait(token, viewer.visibility()).await;
    waited.map_err(|error| Code::ConsistencyTimeout.error(error.to_string()))
}

/// Whether the operation that would run is a subscription. What cannot be parsed is none.
pub fn is_subscription(received: &Received) -> bool {
    let parsed = (!cost::too_nested(&received.query)).then(|| parse_query(&received.query).ok()).flatten();
    parsed.is_some_and(|document| subscribes(&document, received.operation.as_deref()))
}

/// Whether an operation of a document, or its only one, is a subscription.
pub fn subscribes(document: &ExecutableDocument, operation: Option<&str>) -> bool {
    let mut chosen = document
        .operations
        .iter()
        .filter(|(name, _)| operation.is_none_or(|wanted| name.is_some_and(|name| name.as_str() == wanted)));
    matches!((chosen.next(), chosen.next()), (Some((_, one)), None) if one.node.ty == OperationType::Subscription)
}

/// The request as the library takes it, with all that resolvers look for.
pub fn request(shared: &Shared, viewer: Viewer, received: Received, document: ExecutableDocument) -> Request {
    let loaders = loaders(shared.read.clone(), shared.keys.clone(), viewer.visibility());
    let mut request = Request::new(received.query)
        .variables(received.variables)
        .data(viewer)
        .data(loaders)
        .data(Arc::clone(&shared.cursors))
        .data(shared.consistency.clone())
        .data(shared.health.clone())
        .data(Arc::clone(&shared.clock));
    if let Some(operation) = received.operation {
        request = request.operation_name(operation);
    }
    if !shared.limits.introspection {
        request = request.disable_introspection();
    }
    request.set_parsed_query(document);
    request
}

async fn execute(shared: &Shared, viewer: Viewer, received: Received, document: ExecutableDocument) -> Response {
    let request = request(shared, viewer, received, document);
    let limit = Duration::from_millis(shared.limits.execution_ms_max);
    let Ok(mut response) = tokio::time::timeout(limit, shared.schema.execute(request)).await else {
        let error = Code::Timeout.error(format!("the query took longer than {} ms", limit.as_millis()));
        return failed(error);
    };
    response.errors.iter_mut().for_each(code_of_its_own);
    response
}

/// What the library refuses (a field that is not there, an argument of the wrong type) is the client's to put right.
pub fn code_of_its_own(error: &mut ServerError) {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", Code::BadUserInput.as_str());
    }
}

/// A response that has an error and nothing else.
pub fn failed(error: Error) -> Response {
    Response::from_errors(vec![error.into_server_error(Pos::default())])
}
