//! The description of notification's endpoints: generated from the handlers, completed with what all commands share.

use std::sync::LazyLock;

use command_kit::http::describe::{self, operations};
use utoipa::OpenApi as _;
use utoipa::openapi::{OpenApi, RefOr};
use utoipa_axum::router::OpenApiRouter;

use super::{routes, texts};

#[derive(utoipa::OpenApi)]
#[openapi(tags(
    (name = "notifications", description = "What customers are told of orders."),
    (name = "webhooks", description = "What a merchant's systems are told of orders."),
))]
struct Described;

/// The description of every route of [`super::router`], links to unsubscribe apart, made once.
pub fn openapi() -> OpenApi {
    static MADE: LazyLock<OpenApi> = LazyLock::new(make);
    MADE.clone()
}

fn make() -> OpenApi {
    let described = describe::Described {
        noun: |path| if path.starts_with("/v1/notifications") { "notification" } else { "endpoint" },
        ids: &[("id", "The id of the notification or the endpoint.")],
        looks_up: |path| path == "/v1/notification-preferences",
    };
    let router = OpenApiRouter::with_openapi(Described::openapi().merge_from(describe::shared()));
    let mut openapi = described.complete(router.merge(routes()).into_openapi(), texts());
    // Endpoints and preferences are rows without versions.
    for (path, item) in &mut openapi.paths.paths {
        let has_versions = path.starts_with("/v1/notifications");
        for (_, operation) in operations(item).filter(|_| !has_versions) {
            operation.parameters.get_or_insert_default().retain(|parameter| match parameter {
                RefOr::T(parameter) => parameter.name != "If-Match",
                RefOr::Ref(_) => true,
            });
            operation.responses.responses.remove("412");
            for response in operation.responses.responses.values_mut() {
                if let RefOr::T(response) = response {
                    response.headers.remove("ETag");
                    response.headers.remove("Idempotent-Replayed");
                }
            }
        }
    }
    openapi
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    #[test]
    fn every_operation_says_what_it_needs_and_every_text_has_a_form() {
        let document = serde_json::to_value(super::openapi()).unwrap();
        let mut operations = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                operations += 1;
                let parameters = operation["parameters"].as_array().into_iter().flatten();
                let names: BTreeSet<_> = parameters.map(|parameter| parameter["name"].as_str().unwrap()).collect();
                assert_eq!(names.contains("Idempotency-Key"), method != "get", "{method} {path}");
                assert!(
                    operation["security"].is_array() && operation["responses"]["401"].is_object(),
                    "{method} {path}"
                );
            }
        }
        assert_eq!(operations, 10);
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            let is_request = name.ends_with("Body");
            for (property, schema) in schema["properties"].as_object().into_iter().flatten() {
                let is_text =
                    schema["type"] == "string" || schema["type"] == Value::from(["string", "null"].as_slice());
                assert!(!is_request || !is_text || schema["pattern"].is_string(), "{name}.{property} has no form");
            }
        }
    }
}
