//! Queries that are read, and those that are not.

use apollo_compiler::schema::ExtendedType;
use serde_json::{Value, json};

use super::*;

fn documents() -> Documents {
    Documents::new(&crate::schema::sdl())
}

/// The errors of a query: message, line and column.
fn errors(text: &str) -> Vec<(String, usize, usize)> {
    let found = parse(text).and_then(|parsed| documents().check(text, parsed).map(drop));
    let errors = found.err().unwrap_or_default().into_iter().map(|error| {
        let at = error.locations.first().copied().unwrap_or_default();
        (error.message, at.line, at.column)
    });
    errors.collect()
}

/// The line and column of the only error of a query.
fn refused(text: &str) -> (usize, usize) {
    let found = errors(text);
    let (message, line, column) = found.first().unwrap_or_else(|| panic!("{text} is taken"));
    assert!(!message.contains('\n') && *line > 0 && *column > 0, "{text}: {found:?}");
    (*line, *column)
}

fn variables(text: &str, given: Value) -> Result<Value, String> {
    let documents = documents();
    let document = documents.check(text, parse(text).unwrap()).map_err(|errors| errors[0].message.clone())?;
    let Value::Object(given) = given else { panic!("variables are an object") };
    let coerced = documents.variables(&document, None, given).map_err(|error| error.message)?;
    Ok(serde_json::to_value(coerced).unwrap())
}

#[test]
fn what_the_specification_calls_invalid_is_refused_where_it_stands() {
    assert_eq!(errors("{ orders(first: 1) { totalCount } }"), []);
    for text in [
        "{ nothing }",
        "{ orders(orderBy: \"PLACED_AT_ASC\") { totalCount } }",
        "{ orders(where: {country: {eq: \"GB\", eq: \"DE\"}}) { totalCount } }",
        "{ orders(where: 1) { totalCount } }",
        "{ __typename @skip(if: \"true\") }",
        "{ __typename @nothing }",
        "{ orders(first: 2147483648) { totalCount } }",
        "query ($v: OrderKind!) { orders(orderBy: $v) { totalCount } }",
        "query ($a: Int) { order(id: \"x\", asOf: {version: $a}) { id } }",
        "{ order(id: \"x\", asOf: {}) { id } }",
        "{ order(id: \"x\", asOf: {version: null}) { id } }",
        "{ order(id: \"x\", asOf: {version: 1, position: \"0.1\"}) { id } }",
        "query ($a: AsOf = {version: 1, position: \"0.1\"}) { order(id: \"x\", asOf: $a) { id } }",
        "query ($a: ID) { nodes(ids: [$a]) { id } }",
        "subscription { a: orderChanged(id: \"1\") { type } b: orderChanged(id: \"2\") { type } }",
        "{ ...on } fragment on on Query { __typename }",
        "query () { __typename }",
    ] {
        refused(text);
    }
    assert_eq!(refused("{\n  order(number: 1) { id }\n}"), (2, 17));
    refused("{ __type(name: \"Order\") { a: name } __type(name: \"Order\") { a: description } }");
}

#[test]
fn syntax_errors_have_one_line_and_a_location() {
    assert_eq!(refused("{\n  orders( }"), (2, 11));
    for text in ["", "{", "}", "\u{0}", "query", "{ a(b: \"\\ud800\") }", "{ \u{1F600} }", "{ a(b: \"\\u{110000}\") }"]
    {
        refused(text);
    }
}

#[test]
fn escapes_of_the_newer_specification_are_understood() {
    for text in [
        r#"{ order(number: "\u{4f}-1") { id } }"#,
        r#"{ order(number: "\u{1F600}") { id } }"#,
        r#"{ order(number: "\ud83d\ude00") { id } }"#,
    ] {
        assert_eq!(errors(text), [], "{text}");
    }
    let parsed = parse(r#"{ order(number: "\u{4f}\ud83d\ude00") { id } }"#).unwrap();
    assert!(parsed.reworded && format!("{:?}", parsed.document).contains("O\u{1F600}"));
}

#[test]
fn variables_have_the_types_that_they_are_declared_with() {
    let one =
        |ty: &str| format!("query ($v: {ty}) {{ orders(first: 1, where: {{number: {{eq: $v}}}}) {{ totalCount }} }}");
    let text = &one("String!");
    assert_eq!(variables(text, json!({"v": "x"})), Ok(json!({"v": "x"})));
    let missing = "Variable \"$v\" of required type \"String!\" was not provided.";
    assert_eq!(variables(text, json!({})), Err(missing.to_owned()));
    let null = "Variable \"$v\" of non-null type \"String!\" must not be null.";
    assert_eq!(variables(text, json!({"v": null})), Err(null.to_owned()));
    assert!(variables(text, json!({"v": 1})).is_err());
    assert_eq!(variables(&one("String"), json!({})), Ok(json!({})));
    assert_eq!(variables(&one("String = \"d\""), json!({})), Ok(json!({"v": "d"})));
    assert_eq!(variables(&one("String! = \"d\""), json!({"other": 1})), Ok(json!({"v": "d"})));
    assert!(variables(&one("String! = \"d\""), json!({"v": null})).is_err());
}

#[test]
fn what_is_within_a_variable_has_its_type_too() {
    let text = "query ($w: OrderWhere!, $t: ConsistencyToken) { orders(where: $w, consistency: $t) { totalCount } }";
    for wrong in [
        json!({"w": null}),
        json!({"w": "x"}),
        json!({"w": {"nothing": {}}}),
        json!({"w": {"state": {"eq": "NOWHERE"}}}),
        json!({"w": {"AND": [null]}}),
        json!({"w": {"total": {"eq": "1"}}}),
        json!({"w": {"OR": [{"placedAt": {"gte": "yesterday"}}]}}),
        json!({"w": {}, "t": 1}),
        json!({"w": {}, "t": "x"}),
    ] {
        assert!(variables(text, wrong.clone()).is_err(), "{wrong}");
    }
    let right =
        json!({"w": {"total": {"eq": 1}, "placedAt": {"gte": "2024-01-01T00:00:00Z"}, "state": {"eq": "PLACED"}}});
    assert_eq!(variables(text, right.clone()), Ok(right));
}

#[test]
fn tools_may_ask_for_one_of() {
    assert_eq!(errors("{ __type(name: \"AsOf\") { isOneOf } }"), []);
    assert_eq!(errors("query ($v: Long = -0) { orders(where: {total: {gte: $v}}) { totalCount } }"), []);
    let text = "query ($v: Long = -0) { orders(where: {total: {gte: $v}}) { totalCount } }";
    assert!(variables(text, json!({})).is_ok());
}

#[test]
fn introspection_that_nests_its_lists_is_refused() {
    let nested = |levels: usize| {
        let (open, close) = ("possibleTypes { interfaces { ".repeat(levels), "} }".repeat(levels));
        format!("{{ __schema {{ types {{ {open} name {close} }} }} }}")
    };
    assert!(variables(&nested(1), json!({})).is_ok());
    assert!(variables(&nested(2), json!({})).is_err());
    assert!(variables(&nested(13), json!({})).is_err());
}

#[test]
fn a_valid_text_is_remembered_and_an_invalid_one_is_not() {
    let documents = documents();
    let read = |text: &str| documents.check(text, parse(text).unwrap());
    assert!(read("{ __typename }").is_ok() && documents.known("{ __typename }").is_some());
    assert!(read("{ nothing }").is_err() && documents.known("{ nothing }").is_none());
}

#[test]
fn everything_in_the_schema_is_described() {
    let schema = Schema::parse_and_validate(crate::schema::sdl(), "schema.graphql").unwrap();
    let mut bare = Vec::new();
    for (name, ty) in schema.types.iter().filter(|(_, ty)| !ty.is_built_in()) {
        let mut note = |name: String, described: bool| bare.extend((!described).then_some(name));
        note(name.to_string(), ty.description().is_some());
        match ty {
            ExtendedType::Scalar(scalar) => {
                note(format!("{name} @specifiedBy"), scalar.directives.get("specifiedBy").is_some());
            }
            ExtendedType::Object(object) => {
                for (field, definition) in &object.fields {
                    note(format!("{name}.{field}"), definition.description.is_some());
                    for argument in &definition.arguments {
                        note(format!("{name}.{field}({})", argument.name), argument.description.is_some());
                    }
                }
            }
            ExtendedType::InputObject(input) => {
                input
                    .fields
                    .values()
                    .for_each(|field| note(format!("{name}.{}", field.name), field.description.is_some()));
            }
            ExtendedType::Enum(values) => {
                values
                    .values
                    .values()
                    .for_each(|value| note(format!("{name}.{}", value.value), value.description.is_some()));
            }
            ExtendedType::Interface(_) | ExtendedType::Union(_) => {}
        }
    }
    assert!(bare.is_empty(), "without a description: {bare:?}");
}
