//! Telemetry of HTTP requests: a span, a correlation id, a count and a duration for each.

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use tracing::field::Empty;
use tracing::{Instrument, Span, info_span};

use super::correlation::{CORRELATION_HEADER, CorrelationId};
use super::propagation;
use crate::clock::Stopwatch;

/// The route label of requests that match no route, so that made-up paths create no new time series.
const NO_ROUTE: &str = "none";

/// Runs a request inside a span `http.request`, the child of the caller's `traceparent`. Takes the caller's
/// `x-correlation-id` or makes one, gives it to handlers as an extension and to the caller as a header. Counts
/// `http_requests_total` and measures `http_request_duration_seconds` by method, route and status.
///
/// Use it as the outermost layer: `router.layer(axum::middleware::from_fn(observe))`.
///
/// # Panics
/// Never: a correlation id is fit for a header.
pub async fn observe(mut request: Request, next: Next) -> Response {
    let watch = Stopwatch::start();
    let given = request.headers().get(CORRELATION_HEADER).and_then(|value| value.to_str().ok());
    let correlation = given.and_then(|text| CorrelationId::try_new(text).ok()).unwrap_or_else(CorrelationId::made_up);
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| NO_ROUTE.into(), |path| path.as_str().to_owned());
    let method = known(request.method());
    let span = request_span(&request, method, &route, &correlation);
    request.extensions_mut().insert(correlation.clone());

    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    propagation::set_attribute(&span, "http.status", status.as_u16().into());
    let value = HeaderValue::from_str(correlation.as_str()).expect("a correlation id is visible ASCII");
    response.headers_mut().insert(CORRELATION_HEADER, value);

    let labels = [("method", method.to_owned()), ("route", route), ("status", status.as_str().to_owned())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_duration_seconds", &labels).record(watch.elapsed().as_secs_f64());
    response
}

fn request_span(request: &Request, method: &str, route: &str, correlation: &CorrelationId) -> Span {
    let span = info_span!(
        "http.request",
        otel.kind = "server",
        http.method = method,
        http.route = route,
        correlation.id = correlation.as_str(),
        trace.id = Empty,
    );
    if let Some(parent) = request.headers().get("traceparent").and_then(|value| value.to_str().ok()) {
        propagation::set_parent(&span, parent);
    }
    if let Some(id) = span.in_scope(propagation::trace_id) {
        span.record("trace.id", id);
    }
    span
}

/// The method, or one label for all methods that HTTP does not define.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "PATCH" => "PATCH",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        _ => "OTHER",
    }
}
