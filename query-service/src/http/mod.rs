//! GraphQL over HTTP, as the GraphQL Foundation's specification of that name (draft of 2025) says.
//!
//! Guarantees: an oversized body or text is refused before it is parsed, and a query that costs too much before it
//! runs; clients learn nothing about an internal error except that it happened. Subscriptions, and all other
//! operations, also run over `graphql-transport-ws` and over server-sent events. Does not: batches, uploads.

mod answer;
mod connections;
mod negotiate;
mod page;
mod receive;
mod run;
mod session;
mod socket;
mod sse;
mod stream;

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, FromRequestParts, Request, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use read_models::ReadDb;
use service_kit::auth::{Principal, Verifier, bearer_token};
use service_kit::clock::SharedClock;
use service_kit::fairness::{RateLimit, Shares};
use service_kit::keyring::KeyRing;
use service_kit::problem::Problem;
use tokio::sync::Semaphore;

use crate::changes::Changes;
use crate::consistency::Consistency;
use crate::cursor::Cursors;
use crate::document::{Documents, PersistedQueries};
use crate::schema::{self, Health, QuerySchema};
use crate::{Deps, Limits};
pub use connections::Connections;
use negotiate::Accepted;
use page::Graphiql;
use session::Session;

/// The state that requests share.
#[derive(Clone)]
struct Service(Arc<Shared>);

struct Shared {
    schema: QuerySchema,
    read: ReadDb,
    keys: KeyRing,
    cursors: Arc<Cursors>,
    consistency: Consistency,
    health: Health,
    changes: Changes,
    connections: Connections,
    verifier: Verifier,
    clock: SharedClock,
    documents: Documents,
    persisted: PersistedQueries,
    shares: Shares,
    budget: Option<RateLimit>,
    at_work: Semaphore,
    graphiql: Graphiql,
    limits: Limits,
}

impl FromRef<Service> for Verifier {
    fn from_ref(service: &Service) -> Self {
        service.0.verifier.clone()
    }
}

/// A request as received, whatever its method.
struct Received {
    /// The text, unless a hash came alone.
    query: Option<String>,
    /// The hash of a persisted query.
    hash: Option<String>,
    operation: Option<String>,
    variables: serde_json::Map<String, serde_json::Value>,
    /// Whether the method promises not to change anything.
    safe: bool,
}

/// The routes.
pub fn router(deps: Deps) -> Router {
    let shared = Shared {
        documents: Documents::new(&schema::sdl()),
        persisted: PersistedQueries::new(),
        shares: Shares::of("GraphQL requests", deps.limits.requests_max),
        budget: budget(&deps.limits),
        at_work: Semaphore::new(deps.limits.requests_max),
        graphiql: Graphiql::new(deps.graphiql_dir.as_deref()),
        schema: schema::build(),
        cursors: Arc::new(Cursors::new(&deps.cursor_key)),
        consistency: Consistency::new(deps.reads.clone(), &deps.limits),
        health: Health::new(deps.reads.clone()),
        changes: Changes::new(deps.reads.clone(), &deps.limits, deps.connections.stop()),
        connections: deps.connections.limited(deps.limits.sockets_max),
        read: deps.reads,
        keys: deps.keys,
        verifier: deps.verifier,
        clock: deps.clock,
        limits: deps.limits,
    };
    let assets = page::assets(deps.graphiql_dir.as_deref());
    Router::new().route("/graphql", get(by_get).post(by_post)).with_state(Service(Arc::new(shared))).merge(assets)
}

/// The `Retry-After` of a request that is refused because too many are at work, in seconds.
const OVERLOADED_RETRY_S: u32 = 1;

/// A query in the URL, a WebSocket handshake, or the GraphiQL page.
async fn by_get(State(service): State<Service>, request: Request) -> Response {
    if page::is_wanted(&request) {
        return service.0.graphiql.page();
    }
    if socket::is_wanted(request.headers()) {
        return socket::open(service, request).await.unwrap_or_else(Problem::into_response);
    }
    respond(service, request).await
}

async fn by_post(State(service): State<Service>, request: Request) -> Response {
    respond(service, request).await
}

/// The budget of a subject, at least as large as the most expensive operation.
fn budget(limits: &Limits) -> Option<RateLimit> {
    let burst = u32::try_from(limits.cost_max).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX);
    limits.cost_per_s.map(|per_s| RateLimit::new("query-cost", per_s, burst))
}

async fn respond(service: Service, request: Request) -> Response {
    answer(&service, request).await.unwrap_or_else(Problem::into_response)
}

async fn answer(service: &Service, request: Request) -> Result<Response, Problem> {
    let shared = &service.0;
    let (mut parts, body) = request.into_parts();
    let principal = Principal::from_request_parts(&mut parts, service).await?;
    let _share = shared.shares.take(&principal)?;
    let accepted = Accepted::of(&parts.headers)?;
    let received = match parts.method {
        Method::GET | Method::HEAD => receive::from_url(parts.uri.query())?,
        _ => receive::from_body(&parts.headers, body).await?,
    };
    let token = receive::consistency_token(&parts.headers)?;
    let Ok(_permit) = shared.at_work.try_acquire() else {
        return Err(Problem::unavailable(OVERLOADED_RETRY_S).detail("too many queries are at work; try again"));
    };
    if let Some(media) = accepted.answer_to(|| run::is_subscription(shared, &received)) {
        let answer = run::run(shared, principal, received, token).await;
        return Ok(answer.into_response(media, shared.limits.answer_bytes_max));
    }
    let session = Session::new(shared, principal, bearer_token(&parts.headers)?);
    Ok(sse::respond(shared, session, received, token))
}
