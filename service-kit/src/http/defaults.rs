//! Default headers and problem documents of responses.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// The policy of pages that set none: scripts and images from this origin only, and no framing.
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'",
);

/// Completes responses: refusals without a JSON body become problem documents, and every response has
/// - `X-Content-Type-Options: nosniff`,
/// - `Cache-Control: no-store`, since nearly all of them contain a customer's data,
/// - on pages, `Content-Security-Policy` with `frame-ancestors`, and `Referrer-Policy: no-referrer`.
///
/// What a handler has set itself is kept.
pub async fn complete_answers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(problem) = problem_in_place_of(&response) {
        let mut completed = problem.into_response();
        for (name, value) in response.headers() {
            if ![header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name) {
                completed.headers_mut().append(name, value.clone());
            }
        }
        response = completed;
    }
    let is_page = content_type(&response).is_some_and(|value| value.starts_with("text/html"));
    set_where_absent(&mut response, header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    set_where_absent(&mut response, header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if is_page {
        set_where_absent(&mut response, header::CONTENT_SECURITY_POLICY, PAGE_POLICY);
        set_where_absent(&mut response, header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    }
    response
}

fn set_where_absent(response: &mut Response, name: HeaderName, value: HeaderValue) {
    response.headers_mut().entry(name).or_insert(value);
}

fn content_type(response: &Response) -> Option<&str> {
    response.headers().get(header::CONTENT_TYPE)?.to_str().ok()
}

/// The problem document for a refusal without one, such as those of routers and of libraries that serve files.
fn problem_in_place_of(response: &Response) -> Option<Problem> {
    let status = response.status();
    let is_refusal = status.is_client_error() || status.is_server_error();
    let is_json = content_type(response).is_some_and(|value| value.contains("json"));
    if !is_refusal || is_json {
        return None;
    }
    Some(match status {
        StatusCode::NOT_FOUND => Problem::not_found(),
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(status, "method_not_allowed", "Method not allowed")
            .detail("the header Allow names the methods of this path"),
        _ => Problem::new(status, "refused", status.canonical_reason().unwrap_or("Refused")),
    })
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn;
    use axum::response::Html;
    use axum::routing::get;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn answer(method: &str, path: &str) -> (Response<()>, serde_json::Value) {
        let own =
            [(header::CACHE_CONTROL, "public, max-age=60"), (header::CONTENT_SECURITY_POLICY, "default-src 'none'")];
        let router = Router::new()
            .route("/page", get(async || Html("hello")))
            .route("/own", get(async move || (own, Html("hello"))))
            .layer(from_fn(complete_answers));
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        (Response::from_parts(parts, ()), serde_json::from_slice(&bytes).unwrap_or_default())
    }

    #[tokio::test]
    async fn an_absent_path_and_a_wrong_method_are_problem_documents() {
        let (response, problem) = answer("GET", "/nowhere").await;
        assert_eq!((response.status().as_u16(), &problem["code"]), (404, &"not_found".into()));
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        let (response, problem) = answer("POST", "/page").await;
        assert_eq!((response.status().as_u16(), &problem["code"]), (405, &"method_not_allowed".into()));
        assert_eq!(response.headers()[header::ALLOW], "GET,HEAD");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    }

    #[tokio::test]
    async fn pages_are_framed_by_nobody_and_what_a_handler_says_is_kept() {
        let (response, _) = answer("GET", "/page").await;
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        let (response, _) = answer("GET", "/own").await;
        assert_eq!(response.headers()[header::CACHE_CONTROL], "public, max-age=60");
        assert_eq!(response.headers()[header::CONTENT_SECURITY_POLICY], "default-src 'none'");
    }
}
