//! Runs a request: measures it, waits for its consistency token, then executes it within its time limit.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Error, Request, Response, ServerError, Value, Variables};
use axum::http::StatusCode;
use service_kit::auth::{Principal, Scope};
use service_kit::clock::Stopwatch;
use service_kit::fairness::{Allowance, Spent};
use service_kit::telemetry::set_attribute;
use tracing::Instrument;

use super::answer::{Answer, Outcome, failed};
use super::{Received, Shared};
use crate::access::Viewer;
use crate::consistency::ConsistencyToken;
use crate::cost::{self, Measured};
use crate::document::{self, Document, Parsed, Persisted};
use crate::error::Code;
use crate::output::{self, Root, SelectedField};
use crate::schema::{Projections, Query, Reading};

/// Runs a request and records its outcome.
pub async fn run(shared: &Shared, principal: Principal, received: Received, token: Option<ConsistencyToken>) -> Answer {
    let watch = Stopwatch::start();
    let span = tracing::info_span!("query.graphql.execute");
    let answer = admit_and_execute(shared, principal, received, token).instrument(span.clone()).await;
    set_attribute(&span, "graphql.cost", answer.cost.and_then(|cost| i64::try_from(cost).ok()).unwrap_or_default());
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
    let admitted = match admit(shared, &principal, received) {
        Ok(admitted) => admitted,
        Err(refusal) => return refusal.into_answer(),
    };
    let (cost, allowance) = (admitted.cost, admitted.allowance);
    let viewer = Viewer::new(principal);
    if let Err(error) = wait(shared, token, &viewer).await {
        return Answer::new(failed(error), Outcome::Executed, cost, allowance);
    }
    // Read before the query runs, so that the rows it sees are at least as new.
    let projections = shared.health.projections().await.unwrap_or_else(|_| Arc::new(Projections::of(Vec::new())));
    let response = execute(shared, viewer, admitted).await;
    let outcome = Outcome::of(&response);
    Answer::new(response, outcome, cost, allowance).with_consistency(projections)
}

/// A request that may run.
pub struct Admitted {
    pub document: Arc<Document>,
    pub operation: Option<String>,
    variables: Variables,
    cost: u64,
    allowance: Option<Allowance>,
}

/// Why a request was refused.
pub enum Refusal {
    /// It is invalid, or not allowed.
    Invalid(Vec<ServerError>, StatusCode),
    /// The subject's budget is spent.
    Limited(Spent, u64),
}

impl Refusal {
    fn invalid(error: Error, status: StatusCode) -> Self {
        Self::Invalid(failed(error).errors, status)
    }

    fn into_answer(self) -> Answer {
        match self {
            Self::Invalid(errors, status) => Answer::refused(Response::from_errors(errors), status),
            Self::Limited(spent, cost) => Answer::limited(spent, cost),
        }
    }

    /// The errors alone, for where there is no status.
    pub fn into_errors(self) -> Vec<ServerError> {
        match self {
            Self::Invalid(errors, _) => errors,
            Self::Limited(spent, _) => failed(Code::RateLimited.error(spent.to_string())).errors,
        }
    }
}

/// Scopes of which a caller needs one.
const READ_SCOPES: [Scope; 4] =
    [Scope::ORDERS_READ, Scope::INVENTORY_READ, Scope::FULFILMENT_WRITE, Scope::SAGA_OPERATE];

/// Reads a query, and refuses one that is invalid, costs too much, lacks the scope or exceeds the subject's budget.
pub fn admit(shared: &Shared, principal: &Principal, received: Received) -> Result<Admitted, Refusal> {
    // Each field asks for its own; without any of them there is nothing to see.
    if READ_SCOPES.iter().all(|scope| principal.require(*scope).is_err()) {
        let error = Code::Forbidden.error(format!("this needs the scope {}", Scope::ORDERS_READ));
        return Err(Refusal::invalid(error, StatusCode::FORBIDDEN));
    }
    let text = text_of(shared, &received)?;
    let document = read(shared, &text, &received)?;
    let Received { hash, operation, variables, .. } = received;
    let variables = shared
        .documents
        .variables(&document, operation.as_deref(), variables)
        .map_err(|error| Refusal::invalid(error, StatusCode::BAD_REQUEST))?;
    let measured = affordable(shared, document.measured(operation.as_deref(), &variables))?;
    if hash.is_some() {
        shared.persisted.keep(text);
    }
    let cost = measured.cost.max(1);
    let units = u32::try_from(cost).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX);
    let allowance = match &shared.budget {
        Some(budget) => Some(budget.take(principal, units).map_err(|spent| Refusal::Limited(spent, cost))?),
        None => None,
    };
    Ok(Admitted { document, operation, variables, cost: measured.cost, allowance })
}

/// The text of a query, which may have come as its hash alone.
fn text_of(shared: &Shared, received: &Received) -> Result<Arc<str>, Refusal> {
    let text = received.query.as_deref();
    let Some(hash) = &received.hash else { return Ok(text.unwrap_or_default().into()) };
    match shared.persisted.find(hash, text) {
        Persisted::Text(text) => Ok(text),
        // Clients send the text after this very answer, which has status 200 in both media types.
        Persisted::NotFound => {
            let error = Code::PersistedQueryNotFound.error("PersistedQueryNotFound");
            Err(Refusal::invalid(error, StatusCode::OK))
        }
        Persisted::Mismatch => {
            let error = Code::BadUserInput.error("provided sha does not match query");
            Err(Refusal::invalid(error, StatusCode::BAD_REQUEST))
        }
    }
}

/// A valid document. One that is too large is refused before it is checked, since the check costs more than measuring.
fn read(shared: &Shared, text: &str, received: &Received) -> Result<Arc<Document>, Refusal> {
    if let Some(known) = shared.documents.known(text) {
        refuse_unsafe(known.parsed(), received)?;
        return Ok(known);
    }
    if cost::too_nested(text) {
        let error = Code::CostExceeded.error("the query's brackets nest too deep");
        return Err(Refusal::invalid(error, StatusCode::BAD_REQUEST));
    }
    let invalid = |errors| Refusal::Invalid(errors, StatusCode::BAD_REQUEST);
    let parsed = document::parse(text).map_err(invalid)?;
    refuse_unsafe(&parsed, received)?;
    let unchecked = Variables::from_json(serde_json::Value::Object(received.variables.clone()));
    affordable(shared, cost::measure(parsed.document(), received.operation.as_deref(), &unchecked))?;
    shared.documents.check(text, parsed).map_err(invalid)
}

fn refuse_unsafe(parsed: &Parsed, received: &Received) -> Result<(), Refusal> {
    if parsed.changes() && received.safe {
        return Err(Refusal::invalid(Code::BadUserInput.error("GET changes nothing"), StatusCode::METHOD_NOT_ALLOWED));
    }
    Ok(())
}

/// Refuses what costs too much.
fn affordable(shared: &Shared, measured: Result<Measured, cost::CostRefusal>) -> Result<Measured, Refusal> {
    let refusal = |refusal: cost::CostRefusal| {
        let code = match refusal {
            cost::CostRefusal::Exceeded { .. } => Code::CostExceeded,
            cost::CostRefusal::Cycle(_) => Code::BadUserInput,
        };
        Refusal::invalid(code.error(refusal.to_string()), StatusCode::BAD_REQUEST)
    };
    let measured = measured.map_err(refusal)?;
    cost::admit(&measured, &shared.limits).map_err(refusal)?;
    Ok(measured)
}

/// Waits for the version that a request names, where it does.
pub async fn wait(shared: &Shared, token: Option<ConsistencyToken>, viewer: &Viewer) -> Result<(), Error> {
    let Some(token) = token else { return Ok(()) };
    let waited = shared.consistency.wait(token, viewer.visibility()).await;
    waited.map_err(|error| Code::ConsistencyTimeout.error(error.to_string()))
}

/// Whether the operation that would run is a subscription. An invalid document is none.
pub fn is_subscription(shared: &Shared, received: &Received) -> bool {
    let document = text_of(shared, received).and_then(|text| read(shared, &text, received));
    document.is_ok_and(|document| document.subscribes(received.operation.as_deref()))
}

/// What resolvers read with.
pub fn reading(shared: &Shared, viewer: Viewer) -> Reading {
    Reading {
        visible: viewer.visibility(),
        viewer,
        read: shared.read.clone(),
        keys: shared.keys.clone(),
        cursors: Arc::clone(&shared.cursors),
        consistency: shared.consistency.clone(),
        health: shared.health.clone(),
        clock: Arc::clone(&shared.clock),
    }
}

/// The request as the library takes it, for subscriptions and introspection.
pub fn request(shared: &Shared, admitted: &Admitted) -> Request {
    let mut request = Request::new("").variables(admitted.variables.clone());
    if let Some(operation) = &admitted.operation {
        request = request.operation_name(operation);
    }
    if !shared.limits.introspection {
        request = request.disable_introspection();
    }
    request.set_parsed_query(admitted.document.executable());
    request
}

async fn execute(shared: &Shared, viewer: Viewer, admitted: Admitted) -> Response {
    let limit = Duration::from_millis(shared.limits.execution_ms_max);
    let answered = tokio::time::timeout(limit, answer(shared, viewer, &admitted)).await;
    let Ok(mut response) = answered else {
        let error = Code::Timeout.error(format!("the query took longer than {} ms", limit.as_millis()));
        return failed(error);
    };
    finish(&mut response, &admitted.document, admitted.operation.as_deref());
    response
}

/// Answers a query: its data by what is written of it, and what is about the schema by the library.
async fn answer(shared: &Shared, viewer: Viewer, admitted: &Admitted) -> Response {
    let operation = admitted.operation.as_deref();
    if admitted.document.subscribes(operation) {
        // Says that this transport has none.
        return shared.schema.execute(request(shared, admitted)).await;
    }
    let selected = admitted.document.selected(operation, &admitted.variables, Query::object());
    let is_of_schema = |field: &SelectedField| INTROSPECTION.contains(&field.name());
    let about_schema = if shared.limits.introspection && selected.fields().iter().any(is_of_schema) {
        let response = shared.schema.execute(request(shared, admitted)).await;
        if !response.errors.is_empty() {
            return response;
        }
        let mut data = response.data;
        admitted.document.arrange(operation, &mut data);
        data
    } else {
        Value::Null
    };
    let given = |field: &SelectedField| match (&about_schema, field.name()) {
        (_, "__typename") => serde_json::to_vec(Query::object().name).ok(),
        (Value::Object(members), _) => serde_json::to_vec(members.get(field.key())?).ok(),
        _ => None,
    };
    let (data, errors) = output::execute::<_, Query>(&reading(shared, viewer), &selected, given).await;
    let mut response = Response::new(data);
    response.errors = errors;
    response
}

/// The fields of the root that are about the schema.
const INTROSPECTION: [&str; 2] = ["__schema", "__type"];

/// Puts the fields of the library's response in the order of the query, and completes its errors.
pub fn finish(response: &mut Response, document: &Document, operation: Option<&str>) {
    document.arrange(operation, &mut response.data);
    for error in &mut response.errors {
        if document.is_reworded() {
            error.locations.clear();
        }
        complete(error);
    }
}

/// Completes an error of the library: sets a code (`BAD_USER_INPUT`, since the client can correct what the library
/// refuses) and drops locations that are none.
fn complete(error: &mut ServerError) {
    error.locations.retain(|position| position.line > 0);
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", Code::BadUserInput.as_str());
    }
}
