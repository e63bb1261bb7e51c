//! Telemetry as a process sets it up. One test, since a process does so once.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use axum::middleware::from_fn;
use axum::routing::get;
use service_kit::config::{LogFormat, TelemetrySettings};
use service_kit::problem::Problem;
use service_kit::telemetry::{TelemetryError, init, metrics_text, observe, traceparent};
use tower::ServiceExt;

const CALLER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[tokio::test]
async fn a_process_has_traces_and_metrics_without_a_receiver() {
    let settings = TelemetrySettings { otlp_endpoint: None, filter: "info".to_owned(), format: LogFormat::Json };
    let guard = init("test", &settings).unwrap();
    assert!(matches!(init("test", &settings), Err(TelemetryError::Subscriber(_))));

    let router = Router::new()
        .route("/trace/{id}", get(async || traceparent().unwrap()))
        .route("/refused", get(async || Problem::not_found()))
        .layer(from_fn(observe));
    let call = async |path: &str| {
        let request = Request::get(path).header("traceparent", CALLER).body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        (status, String::from_utf8(to_bytes(response.into_body(), 10_000).await.unwrap().to_vec()).unwrap())
    };

    let (_, seen) = call("/trace/17").await;
    assert!(seen.starts_with("00-0af7651916cd43dd8448eb211c80319c-") && seen.ends_with("-01"), "{seen}");
    assert!(!seen.contains("b7ad6b7169203331"), "the span is the request's own: {seen}");
    let (status, problem) = call("/refused").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(problem.contains(r#""traceId":"0af7651916cd43dd8448eb211c80319c""#), "{problem}");

    let metrics = metrics_text();
    let counted = r#"http_requests_total{method="GET",route="/trace/{id}",status="200"} 1"#;
    assert!(metrics.contains(counted), "{metrics}");
    assert!(metrics.contains("http_request_duration_seconds_bucket"), "{metrics}");
    guard.flush().await;
}
