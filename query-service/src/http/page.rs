//! The GraphiQL page, served from a folder that `make up` and the image build, so that it works offline and makes no
//! requests to third parties.

use std::path::Path;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeader;

/// What the page may do: run its own scripts and workers, and talk to this server alone. Its editor writes styles of
/// its own.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; \
     font-src data:; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
/// The names of assets hold a hash of what is in them.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// The page names the assets of its release.
const ASK_EACH_TIME: HeaderValue = HeaderValue::from_static("no-cache");

const ABSENT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>GraphQL</title>\
    <p>This engine was started without the GraphiQL page. <code>make up</code> builds it, as the image does; its folder is the \
    setting <code>ENGINE_GRAPHIQL_DIR</code>.</p><p>The endpoint itself answers at this address: POST \
    <code>{\"query\": \"{ __typename }\"}</code> with a bearer token.</p>";

/// The page.
pub struct Graphiql(Option<Bytes>);

impl Graphiql {
    /// Reads the page of a folder. Without one, or when it cannot be read, a text says how to get it.
    pub fn new(folder: Option<&Path>) -> Self {
        let Some(folder) = folder else { return Self(None) };
        let file = folder.join("index.html");
        match std::fs::read(&file) {
            Ok(page) => Self(Some(page.into())),
            Err(error) => {
                let error = service_kit::errors::chain(&error);
                tracing::warn!(file = %file.display(), error, "GraphiQL cannot be read (ENGINE_GRAPHIQL_DIR)");
                Self(None)
            }
        }
    }

    /// The page, or the text in its place.
    pub fn page(&self) -> Response {
        let headers = [(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, ASK_EACH_TIME)];
        match &self.0 {
            Some(page) => (headers, Html(page.clone())).into_response(),
            None => (StatusCode::OK, headers, Html(ABSENT)).into_response(),
        }
    }
}

/// Whether a browser asks for the page rather than a program for an answer.
pub fn is_wanted(request: &Request) -> bool {
    let html = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    let query = request.uri().query().unwrap_or_default();
    html && !query.split('&').any(|pair| pair.starts_with("query=") || pair.starts_with("extensions="))
}

/// Scripts and styles of the page, `/graphql/assets/…`.
pub fn assets(folder: Option<&Path>) -> Router {
    let Some(folder) = folder else { return Router::new() };
    let files = ServeDir::new(folder.join("assets")).append_index_html_on_directories(false).precompressed_gzip();
    let found_only = |response: &Response<_>| response.status().is_success().then_some(FOR_EVER);
    let files = SetResponseHeader::if_not_present(files, header::CACHE_CONTROL, found_only);
    Router::new().nest_service("/graphql/assets", files)
}
