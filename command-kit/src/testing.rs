//! What the tests of every service with commands look at.

use std::collections::{BTreeSet, HashSet};

use domain::refusal::Code;
use serde_json::Value;
use utoipa::openapi::OpenApi;

/// Whether no two codes of a service, and of every command edge, have one name.
///
/// # Panics
/// When two have.
pub fn assert_codes_are_unique(codes: &[&[Code]]) {
    let mut seen = HashSet::new();
    for code in std::iter::once(crate::code::ALL).chain(codes.iter().copied()).flatten() {
        assert!(seen.insert(code.as_str()), "{code}");
    }
}

/// Whether every operation needs a token, and a key where it changes something, and every text of a request has a form. Returns the
/// number of operations. Requests are the schemas whose name ends with `Body`, and those that are named.
///
/// # Panics
/// When one does not.
pub fn assert_described(openapi: OpenApi, requests: &[&str]) -> usize {
    let document = serde_json::to_value(openapi).expect("a description is JSON");
    let mut operations = 0;
    for (path, item) in fields(&document["paths"]) {
        for (method, operation) in fields(item) {
            operations += 1;
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let names: BTreeSet<_> = parameters.filter_map(|parameter| parameter["name"].as_str()).collect();
            assert_eq!(names.contains("Idempotency-Key"), method != "get", "{method} {path}");
            assert!(operation["security"].is_array() && operation["responses"]["401"].is_object(), "{method} {path}");
        }
    }
    for (name, schema) in fields(&document["components"]["schemas"]) {
        let is_request = name.ends_with("Body") || requests.contains(&name.as_str());
        for (property, schema) in fields(&schema["properties"]) {
            let is_text = schema["type"] == "string" || schema["type"] == Value::from(["string", "null"].as_slice());
            let has_form = schema["pattern"].is_string() || schema["enum"].is_array();
            assert!(!is_request || !is_text || has_form, "{name}.{property} has no form");
        }
    }
    operations
}

fn fields(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}
