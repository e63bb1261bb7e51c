//! The page for people: a console of our own, so that it works offline and tells nobody of its use.

use async_graphql::http::GraphiQLSource;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};

/// What the page may do: run its own script, and talk to this server alone.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// Whether a browser asks for the page rather than a program for an answer.
pub fn is_wanted(request: &Request) -> bool {
    let html = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    let query = request.uri().query().unwrap_or_default();
    html && !query.split('&').any(|pair| pair.starts_with("query="))
}

/// The console, or GraphiQL, whose parts come over the internet.
pub fn show(query: Option<&str>) -> Response {
    if query.is_some_and(|query| query.split('&').any(|pair| pair == "ui=graphiql")) {
        return Html(
            GraphiQLSource::build()
                .endpoint("/graphql")
                .subscription_endpoint("/graphql")
                .title("Orders: GraphiQL")
                .finish(),
        )
        .into_response();
    }
    let headers = [(header::CONTENT_SECURITY_POLICY, POLICY)];
    (headers, Html(include_str!("console.html"))).into_response()
}
