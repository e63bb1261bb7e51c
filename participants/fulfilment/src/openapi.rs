//! The description of fulfilment's commands: generated from the handlers, completed with what all commands share.

use std::sync::LazyLock;

use command_kit::http::describe::{self, operations, parameter, text};
use command_kit::http::form;
use utoipa::OpenApi as _;
use utoipa::openapi::path::{HttpMethod, Operation, ParameterIn};
use utoipa::openapi::schema::KnownFormat;
use utoipa::openapi::{OpenApi, RefOr};
use utoipa_axum::router::OpenApiRouter;

use crate::{routes, texts};

/// What the descriptions call it.
const NOUN: &str = "fulfilment";

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
    let described = Described::openapi().merge_from(describe::shared());
    let routes = OpenApiRouter::with_openapi(described).merge(routes());
    let mut openapi = routes.into_openapi();
    form::complete(&mut openapi, texts());
    for item in openapi.paths.paths.values_mut() {
        for (method, operation) in operations(item) {
            complete(&method, operation);
        }
    }
    openapi
}

/// Adds the parameters and answers that a route has in addition to those of its handler.
fn complete(method: &HttpMethod, operation: &mut Operation) {
    let changes = *method != HttpMethod::Get;
    describe::secure(operation);
    let parameters = operation.parameters.get_or_insert_default();
    let schema = text(Some(KnownFormat::Uuid), None);
    parameters.push(RefOr::T(parameter("id", ParameterIn::Path, true, "The fulfilment's id.", schema)));
    if changes {
        parameters.push(RefOr::T(describe::key_parameter(true)));
        parameters.push(RefOr::T(describe::version_parameter(NOUN, false)));
    }
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        describe::add_headers(response, NOUN, changes);
    }
    for (status, description) in describe::problems(NOUN) {
        let applies = match status {
            "409" | "412" | "422" => changes,
            "408" | "413" | "415" => operation.request_body.is_some(),
            "428" => false,
            _ => true,
        };
        if applies {
            describe::add_problem(operation, status, &description);
        }
    }
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
