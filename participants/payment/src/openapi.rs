//! The description of payments' commands: generated from the handlers, completed with what all commands share.

use std::sync::LazyLock;

use command_kit::http::describe::{self, operations, parameter, text};
use command_kit::http::form;
use utoipa::OpenApi as _;
use utoipa::openapi::path::{HttpMethod, Operation, ParameterIn};
use utoipa::openapi::schema::KnownFormat;
use utoipa::openapi::{OpenApi, RefOr};
use utoipa_axum::router::OpenApiRouter;

use crate::payment;

#[derive(utoipa::OpenApi)]
#[openapi(tags((name = "payments", description = "Paying for orders.")))]
struct Described;

/// The description of every route of [`super::router`], webhooks apart, made once.
pub fn openapi() -> OpenApi {
    static MADE: LazyLock<OpenApi> = LazyLock::new(make);
    MADE.clone()
}

fn make() -> OpenApi {
    let described = Described::openapi().merge_from(describe::shared());
    let mut openapi = OpenApiRouter::with_openapi(described).merge(payment::routes()).into_openapi();
    form::complete(&mut openapi, payment::texts());
    for (path, item) in &mut openapi.paths.paths {
        for (method, operation) in operations(item) {
            complete(path, &method, operation);
        }
    }
    openapi
}

/// Adds the parameters and answers that a route has in addition to those of its handler.
fn complete(path: &str, method: &HttpMethod, operation: &mut Operation) {
    let changes = *method != HttpMethod::Get;
    describe::secure(operation);
    let parameters = operation.parameters.get_or_insert_default();
    for (name, description) in [("id", "The order's id."), ("pid", "The payment's id.")] {
        if path.contains(&format!("{{{name}}}")) {
            let schema = text(Some(KnownFormat::Uuid), None);
            parameters.push(RefOr::T(parameter(name, ParameterIn::Path, true, description, schema)));
        }
    }
    if changes {
        parameters.push(RefOr::T(describe::key_parameter(true)));
        parameters.push(RefOr::T(describe::version_parameter("payment", false)));
    }
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        describe::add_headers(response, "payment", changes);
    }
    for (status, description) in describe::problems("payment") {
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
                let parameters = operation["parameters"].as_array().unwrap();
                let names: BTreeSet<_> =
                    parameters.iter().map(|parameter| parameter["name"].as_str().unwrap()).collect();
                assert_eq!(names.contains("Idempotency-Key"), method == "post", "{method} {path}");
                assert!(
                    operation["security"].is_array() && operation["responses"]["401"].is_object(),
                    "{method} {path}"
                );
            }
        }
        assert_eq!(operations, 6);
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            for (property, schema) in schema["properties"].as_object().into_iter().flatten() {
                let is_text =
                    schema["type"] == "string" || schema["type"] == Value::from(["string", "null"].as_slice());
                let is_request = name.ends_with("Body");
                assert!(!is_request || !is_text || schema["pattern"].is_string(), "{name}.{property} has no form");
            }
        }
    }
}
