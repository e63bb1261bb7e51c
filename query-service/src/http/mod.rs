//! GraphQL over HTTP, as the GraphQL Foundation's specification of that name (draft of 2025) says.
//!
//! Guarantees: a body or text too large to be honest is refused before it is parsed, and a query too dear before it runs;
//! nothing that went wrong on our side is told but that it did. Subscriptions, and any
//! other operation, also run over `graphql-transport-ws` and over server-sent events. Does not: batches, uploads.

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

use std::sync::Arc;

use async_graphql::Variables;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, FromRequestParts, Request, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use read_models::ReadDb;
use service_kit::auth::{Principal, Verifier, bearer_token};
use service_kit::clock::SharedClock;
use service_kit::keyring::KeyRing;
use service_kit::problem::Problem;

use crate::changes::Changes;
use crate::config::BODY_BYTES_MAX;
use crate::consistency::Consistency;
use crate::cursor::Cursors;
use crate::schema::{self, Health, QuerySchema};
use crate::{Deps, Limits};
pub use connections::Connections;
use negotiate::Accepted;
use session::Session;

/// What requests share.
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
    limits: Limits,
}

impl FromRef<Service> for Verifier {
    fn from_ref(service: &Service) -> Self {
        service.0.verifier.clone()
    }
}

/// A request as received, whatever its method.
struct Received {
    query: String,
    operation: Option<String>,
    variables: Variables,
    /// Whether the method promises not to change anything.
    safe: bool,
}

/// The routes.
pub fn router(deps: Deps) -> Router {
    let shared = Shared {
        schema: schema::build(),
        cursors: Arc::new(Cursors::new(&deps.cursor_key)),
        consistency: Consistency::new(deps.reads.clone(), &deps.limits),
        health: Health::new(deps.reads.clone()),
        changes: Changes::new(deps.reads.clone(), &deps.limits, deps.connections.stop()),
        connections: deps.connections,
        read: deps.reads,
        keys: deps.keys,
        verifier: deps.verifier,
        clock: deps.clock,
        limits: deps.limits,
    };
    Router::new()
        .route("/graphql", get(by_get).post(by_post))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(Service(Arc::new(shared)))
}

/// A query in the URL, a WebSocket, or the page for people.
async fn by_get(State(service): State<Service>, request: Request) -> Response {
    if page::is_wanted(&request) {
        return page::show(request.uri().query());
    }
    if socket::is_wanted(request.headers()) {
        return socket::open(service, request).await.unwrap_or_else(Problem::into_response);
    }
    respond(service, request).await
}

async fn by_post(State(service): State<Service>, request: Request) -> Response {
    respond(service, request).await
}

async fn respond(service: Service, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let principal = match Principal::from_request_parts(&mut parts, &service).await {
        Ok(principal) => principal,
        Err(problem) => return problem.into_response(),
    };
    let answered = async {
        let accepted = Accepted::of(&parts.headers)?;
        let received = match parts.method {
            Method::GET | Method::HEAD => receive::from_url(parts.uri.query())?,
            _ => receive::from_body(&parts.headers, body).await?,
        };
        let token = receive::consistency_token(&parts.headers)?;
        if let Some(media) = accepted.answer_to(|| run::is_subscription(&received)) {
            return Ok(run::run(&service.0, principal, received, token).await.into_response(media));
        }
        let session = Session::new(&service.0, principal, bearer_token(&parts.headers)?);
        Ok(sse::respond(&service.0, session, received, token))
    };
    answered.await.unwrap_or_else(Problem::into_response)
}
