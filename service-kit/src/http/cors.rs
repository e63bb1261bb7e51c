//! Cross-origin requests: which origins' pages may call the engine from a browser.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long browsers may cache the answer to a preflight request.
const PREFLIGHT_S: u64 = 600;

/// Request headers that a page may set: those that the engine reads.
const REQUEST_HEADERS: [HeaderName; 8] = [
    header::ACCEPT,
    header::AUTHORIZATION,
    header::CONTENT_TYPE,
    header::IF_MATCH,
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("order-consistency-token"),
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("x-correlation-id"),
];

/// Response headers that a page may read.
const ANSWER_HEADERS: [HeaderName; 9] = [
    header::ALLOW,
    header::ETAG,
    header::LOCATION,
    header::RETRY_AFTER,
    HeaderName::from_static("idempotent-replayed"),
    HeaderName::from_static("order-consistency-token"),
    HeaderName::from_static("ratelimit"),
    HeaderName::from_static("ratelimit-policy"),
    HeaderName::from_static("x-correlation-id"),
];

/// A layer that allows these origins; `*` alone allows all. Tokens are sent in a header and never in a cookie, so the
/// browser's credentials are not needed.
pub fn cors(origins: &[HeaderValue]) -> CorsLayer {
    let is_all = origins.iter().any(|origin| origin == "*");
    let allowed = if is_all { AllowOrigin::any() } else { AllowOrigin::list(origins.iter().cloned()) };
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers(REQUEST_HEADERS)
        .expose_headers(ANSWER_HEADERS)
        .max_age(Duration::from_secs(PREFLIGHT_S))
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::{HeaderMap, Request};
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    async fn answer(allowed: &[&'static str], method: &str, origin: &str) -> HeaderMap {
        let origins: Vec<HeaderValue> = allowed.iter().copied().map(HeaderValue::from_static).collect();
        let router = Router::new().route("/v1/orders", get(async || "orders")).layer(cors(&origins));
        let request = Request::builder()
            .method(method)
            .uri("/v1/orders")
            .header(header::ORIGIN, origin)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization,idempotency-key")
            .body(Body::empty())
            .unwrap();
        router.oneshot(request).await.unwrap().headers().clone()
    }

    #[tokio::test]
    async fn pages_of_the_origins_given_may_call_and_others_may_not() {
        let shop = "https://shop.example";
        let preflight = answer(&[shop], "OPTIONS", shop).await;
        assert_eq!(preflight[header::ACCESS_CONTROL_ALLOW_ORIGIN], shop);
        let headers = preflight[header::ACCESS_CONTROL_ALLOW_HEADERS].to_str().unwrap();
        assert!(headers.contains("authorization") && headers.contains("idempotency-key"), "{headers}");
        assert!(!preflight.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
        let read = answer(&[shop], "GET", shop).await;
        let exposed = read[header::ACCESS_CONTROL_EXPOSE_HEADERS].to_str().unwrap();
        assert!(exposed.contains("etag") && exposed.contains("order-consistency-token"), "{exposed}");
        let other = answer(&[shop], "GET", "https://other.example").await;
        assert!(!other.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
        assert_eq!(answer(&["*"], "GET", "https://any.example").await[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    }
}
