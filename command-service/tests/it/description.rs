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
    assert_eq!(paths.len(), 14);
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            let responses = operation["responses"].as_object().unwrap();
            for status in ["400", "401", "403", "429", "503"] {
                let problem = &responses[status]["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(problem, "#/components/schemas/Problem", "{name}");
            }
            assert!(operation["summary"].is_string() && operation["operationId"].is_string(), "{name}");
            assert_eq!(operation["security"][0]["bearer"], serde_json::json!([]), "{name}");
            let keyed = method == "post"
                && path != "/v1/imports"
                && !path.contains("/validate/")
                && !path.contains("/privacy/");
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

/// Every schema that a request's body leads to, by name.
fn request_schemas(description: &Value) -> std::collections::BTreeMap<String, Value> {
    let mut found = std::collections::BTreeMap::new();
    let mut ahead = Vec::new();
    for item in description["paths"].as_object().unwrap().values() {
        ahead.extend(item.as_object().unwrap().values().map(|operation| operation["requestBody"].to_string()));
    }
    while let Some(text) = ahead.pop() {
        for reference in text.split("#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap().to_owned();
            let schema = description["components"]["schemas"][&name].clone();
            ahead.push(schema.to_string());
            if found.insert(name, schema).is_some() {
                ahead.pop();
            }
        }
    }
    found
}

#[test]
fn no_text_of_a_request_is_without_its_form() {
    let description = description();
    assert_eq!(description["servers"][0]["url"], "/");
    let schemas = request_schemas(&description);
    assert!(schemas.contains_key("ImportRowLine") && schemas.contains_key("MoneyView"), "{:?}", schemas.keys());
    for (name, schema) in schemas {
        for (property, text) in schema["properties"].as_object().into_iter().flatten() {
            let is_text = text["type"] == "string" || text["type"][0] == "string";
            let has_form = text["enum"].is_array() || text["pattern"].is_string();
            assert!(
                !is_text || has_form,
                "{name}.{property} has neither a pattern nor an enum; say which in openapi/strict.rs"
            );
        }
    }
}

#[test]
fn links_lead_to_operations() {
    let description = description();
    let text = description.to_string();
    let links = description.pointer("/paths/~1v1~1orders/post/responses/201/links").unwrap().as_object().unwrap();
    assert!(links.contains_key("place_order"));
    for operation in links.values().map(|link| link["operationId"].as_str().unwrap()) {
        assert!(text.contains(&format!("\"operationId\":\"{operation}\"")), "{operation}");
    }
}
