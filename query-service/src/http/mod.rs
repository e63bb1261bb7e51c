//! GraphQL over HTTP, as the GraphQL Foundation's specification of that name (draft of 2025) says.
//!
//! Guarantees: a body or text too large to be honest is refused before it is parsed, and a query too dear before it runs;
//! nothing that went wrong on our side is told but that it did. Does not: batches, uploads, subscriptions.

mod answer;
mod negotiate;
mod page;
mod receive;
mod run;

use std::sync::Arc;

use async_graphql::Variables;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, FromRequestParts, Request, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use read_models::ReadDb;
use service_kit::auth::{Principal, Verifier};
use service_kit::clock::SharedClock;
use service_kit::keyring::KeyRing;
use service_kit::problem::Problem;

use crate::config::BODY_BYTES_MAX;
use crate::consistency::Consistency;
use crate::cursor::Cursors;
use crate::schema::{self, Health, QuerySchema};
use crate::{Deps, Limits};
use negotiate::Media;

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

/// A query in the URL, or the page for people.
async fn by_get(State(service): State<Service>, request: Request) -> Response {
    if page::is_wanted(&request) {
        return page::show(request.uri().query());
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
        let media = Media::accepted(&parts.headers)?;
        let received = match parts.method {
            Method::GET | Method::HEAD => receive::from_url(parts.uri.query())?,
            _ => receive::from_body(&parts.headers, body).await?,
        };
        let token = receive::consistency_token(&parts.headers)?;
        Ok::<_, Problem>((media, run::run(&service.0, principal, received, token).await))
    };
    match answered.await {
        Ok((media, answer)) => answer.into_response(media),
        Err(problem) => problem.into_response(),
    }
}
