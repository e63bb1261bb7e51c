//! The description of fulfilment's commands: generated from the handlers, completed with what all commands share.

use std::sync::LazyLock;

use command_kit::http::describe;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{routes, texts};

#[derive(utoipa::OpenApi)]
#[openapi(tags(
    (name = "fulfilments", description = "What locations have to send of orders."),
))]
struct Described;

/// The description of every route of [`super::router`], made once.
pub fn openapi() -> OpenApi {
    static MADE: LazyLock<OpenApi> = LazyLock::new(make);
    MADE.clone()
}

fn make() -> OpenApi {
    let described =
        describe::Described { noun: |_| "fulfilment", ids: &[("id", "The fulfilment's id.")], looks_up: |_| false };
    let router = OpenApiRouter::with_openapi(Described::openapi().merge_from(describe::shared()));
    described.complete(router.merge(routes()).into_openapi(), texts())
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
                let names: BTreeSet<_> = operation["parameters"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|parameter| parameter["name"].as_str().unwrap())
                    .collect();
                assert_eq!(names.contains("Idempotency-Key"), method == "post", "{method} {path}");
                assert!(
                    operation["security"].is_array() && operation["responses"]["401"].is_object(),
                    "{method} {path}"
                );
            }
        }
        assert_eq!(operations, 7);
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
