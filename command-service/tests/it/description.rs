//! The OpenAPI description and its page.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::Value;
use tower::ServiceExt;

fn description() -> Value {
    serde_json::from_str(&command_service::openapi_json()).unwrap()
}

#[test]
fn every_operation_says_what_it_takes_and_answers() {
    let description = description();
    let paths = description["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 9);
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            let responses = operation["responses"].as_object().unwrap();
            for status in ["400", "401", "403", "503"] {
                let problem = &responses[status]["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(problem, "#/components/schemas/Problem", "{name}");
            }
            assert!(operation["summary"].is_string() && operation["operationId"].is_string(), "{name}");
            assert_eq!(operation["security"][0]["bearer"], serde_json::json!([]), "{name}");
            let keyed = method == "post" && path != "/v1/imports" && !path.contains("/validate/");
            assert_eq!(requires(operation, "Idempotency-Key"), keyed, "{name}");
            assert_eq!(requires(operation, "If-Match"), path.ends_with("/cancel"), "{name}");
        }
    }
    let created = &description["paths"]["/v1/orders"]["post"]["responses"]["201"];
    for header in ["ETag", "Order-Consistency-Token", "Location", "Idempotent-Replayed"] {
        assert!(created["headers"][header].is_object(), "{header}");
    }
}

fn requires(operation: &Value, header: &str) -> bool {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    parameters.iter().any(|parameter| parameter["name"] == header && parameter["required"] == true)
}

#[test]
fn every_reference_leads_somewhere_and_the_text_is_stable() {
    let description = description();
    let text = command_service::openapi_json();
    for reference in text.split("\"$ref\": \"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(description.pointer(pointer).is_some(), "{pointer}");
    }
    assert_eq!(text, command_service::openapi_json());
}

#[tokio::test]
async fn the_page_and_the_document_are_served() {
    let router = command_service::docs_router(command_service::openapi());
    for (path, expected) in [("/openapi.json", "\"/v1/orders\""), ("/docs/", "swagger-ui")] {
        let response = router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        assert!(String::from_utf8_lossy(&body).contains(expected), "{path}");
    }
}
