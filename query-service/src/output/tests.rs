//! Written answers against what the GraphQL specification says, over a small schema.

use async_graphql::registry::{MetaInputValue, Registry};
use async_graphql::{EmptyMutation, EmptySubscription, Error, Result, Schema, Variables};
use serde_json::{Value, json};

use super::{Answered, Arguments, Root, Selected, SelectedField, SelectedOnce, argument, execute, object, root};

/// A part of a tree, which may fail.
struct Part {
    name: &'static str,
    parts: Vec<Self>,
}

struct Times(i32);

impl Arguments for Times {
    fn describe(registry: &mut Registry) -> Vec<MetaInputValue> {
        vec![argument::<Option<i32>>(registry, "times", "How often.", None)]
    }

    fn of(field: &SelectedField) -> Result<Self> {
        let times = field.argument("times").and_then(|value| value.clone().into_json().ok()?.as_i64());
        Ok(Self(times.and_then(|times| i32::try_from(times).ok()).unwrap_or(1)))
    }
}

object! {
    /// A part.
    Part for Part as (part, field) implements "Named" {
        /// Its name,
        /// which may have quotes.
        name(Times as times): String => part.name.repeat(usize::try_from(times.0).unwrap_or_default()),
        /// Its type.
        r#type: Option<&str> => Some("part"),
        /// The parts of it.
        parts: Vec<&Part> => part.parts.iter().collect(),
        /// The first part, if there is one.
        first: Option<&Part> => part.parts.first(),
        /// What cannot be had of a part without a name.
        certain: bool => part.certain(field)?,
    }
}

impl super::Output for &Part {
    fn name() -> std::borrow::Cow<'static, str> {
        Part::name()
    }

    fn register(registry: &mut Registry) {
        Part::register(registry);
    }

    fn objects() -> Vec<&'static super::ObjectInfo> {
        Part::objects()
    }

    fn write(&self, selected: &Selected, out: &mut super::Writer) -> Result<(), super::Failure> {
        (**self).write(selected, out)
    }
}

impl Part {
    fn certain(&self, field: &SelectedField) -> Result<bool> {
        if self.name.is_empty() { Err(Error::new(format!("no {}", field.key()))) } else { Ok(true) }
    }
}

struct Query;

root! {
    /// The root.
    Query over () {
        /// A part, or none.
        part: Option<Part> => part,
        /// A part.
        sure: Part => sure,
    }
}

async fn part((): &(), field: &SelectedField) -> Result<Answered> {
    let leaf = |name| Part { name, parts: Vec::new() };
    Ok(Answered::new(field, &Some(Part { name: "a\"b", parts: vec![leaf("c"), leaf("")] })))
}

async fn sure((): &(), field: &SelectedField) -> Result<Answered> {
    if field.key() == "none" {
        return Err(Error::new("there is none"));
    }
    Ok(Answered::new(field, &Part { name: "x", parts: vec![Part { name: "", parts: Vec::new() }] }))
}

fn schema() -> Schema<Query, EmptyMutation, EmptySubscription> {
    Schema::new(Query, EmptyMutation, EmptySubscription)
}

/// The data as text, and of each error the path, the message and the column.
async fn answer(query: &str, variables: Value) -> (String, Vec<Value>) {
    let document = async_graphql::parser::parse_query(query).unwrap();
    let variables = Variables::from_json(variables);
    let selected = Selected::of_operation(&document, None, &variables, Query::object());
    // What is compiled once for all requests is the same for this one.
    if let Some(once) = SelectedOnce::of_operation(&document, None, Query::object()) {
        assert_eq!(format!("{:?}", once.with(&variables)), format!("{selected:?}"));
    }
    let (data, errors) = execute::<_, Query>(&(), &selected, |_| None).await;
    let error = |error: &async_graphql::ServerError| {
        json!([error.path, error.message, error.locations.first().map(|at| at.column)])
    };
    let text = match data {
        async_graphql::Value::Object(members) => {
            let text = |(key, value): (&async_graphql::Name, &async_graphql::Value)| match value {
                async_graphql::Value::Binary(json) => format!("\"{key}\":{}", String::from_utf8_lossy(json)),
                other => format!("\"{key}\":{other}"),
            };
            format!("{{{}}}", members.iter().map(text).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    };
    (text, errors.iter().map(error).collect())
}

#[test]
fn the_schema_has_what_was_declared() {
    let sdl = schema().sdl();
    assert!(sdl.contains("type Part implements Named {"), "{sdl}");
    assert!(sdl.contains("\"\"\"\n\tIts name,\n\twhich may have quotes.\n\t\"\"\"\n\tname("), "{sdl}");
    for field in ["type: String\n", "parts: [Part!]!\n", "first: Part\n", "certain: Boolean!\n", "times: Int\n"] {
        assert!(sdl.contains(field), "{field} in {sdl}");
    }
}

#[tokio::test]
async fn fields_are_merged_in_order_with_aliases_fragments_and_directives() {
    let query = "query($yes: Boolean!, $n: Int) { part { b: type ...f name(times: $n) first { name } \
        first { __typename type @skip(if: $yes) } ... on Other { type } ... @include(if: $yes) { d: type } } } \
        fragment f on Part { b: type parts { name @include(if: false) type } }";
    let (data, errors) = answer(query, json!({"yes": true, "n": 2})).await;
    let expected = r#"{"part":{"b":"part","parts":[{"type":"part"},{"type":"part"}],"name":"a\"ba\"b","first":{"name":"c","__typename":"Part"},"d":"part"}}"#;
    assert_eq!((data.as_str(), errors.len()), (expected, 0));
}

#[tokio::test]
async fn a_query_is_compiled_once_and_each_request_puts_its_variables_in() {
    let query =
        "query($n: Int) { part { ...f first { again: name(times: $n) type } } } fragment f on Part { name(times: $n) }";
    let document = async_graphql::parser::parse_query(query).unwrap();
    let once = SelectedOnce::of_operation(&document, None, Query::object()).unwrap();
    for (times, name) in [(1, "a"), (3, "aaa")] {
        let variables = Variables::from_json(json!({"n": times}));
        let part = Part { name: "a", parts: Vec::new() };
        let selected = once.with(&variables);
        let written = Answered::at("part", selected.fields()[0].below(), &part).json.unwrap();
        assert_eq!(written, format!(r#"{{"name":"{name}","first":null}}"#));
    }
    let answered = answer(query, json!({"n": 2})).await;
    assert_eq!(answered.0, r#"{"part":{"name":"a\"ba\"b","first":{"again":"cc","type":"part"}}}"#);
}

#[test]
fn a_query_whose_fields_depend_on_variables_is_compiled_for_each_request() {
    for (query, is_fixed) in [
        ("query($n: Int) { part { name(times: $n) @include(if: true) } }", true),
        ("query($yes: Boolean!) { part { name @include(if: $yes) } }", false),
        ("query($yes: Boolean!) { part { ... @skip(if: $yes) { name } } }", false),
        ("query($yes: Boolean!) { part { ...f } } fragment f on Part { parts { name @skip(if: $yes) } }", false),
        ("query($yes: Boolean!) { part { ...f @skip(if: $yes) } } fragment f on Part { name }", false),
    ] {
        let document = async_graphql::parser::parse_query(query).unwrap();
        assert_eq!(SelectedOnce::of_operation(&document, None, Query::object()).is_some(), is_fixed, "{query}");
    }
}

#[tokio::test]
async fn a_failure_makes_the_nearest_nullable_value_null_and_has_its_path() {
    let (data, errors) = answer("{ part { name parts { sure: certain } } }", json!({})).await;
    assert_eq!(data, r#"{"part":null}"#);
    assert_eq!(errors, [json!([["part", "parts", 1, "sure"], "no sure", 23])]);
    let (data, errors) = answer("{ x: sure { first { certain } name } }", json!({})).await;
    assert_eq!(data, r#"{"x":{"first":null,"name":"x"}}"#);
    assert_eq!(errors, [json!([["x", "first", "certain"], "no certain", 21])]);
    let (data, errors) = answer("{ part { type } sure { parts { certain } } }", json!({})).await;
    assert_eq!(data, "null");
    assert_eq!(errors, [json!([["sure", "parts", 0, "certain"], "no certain", 32])]);
    let (data, errors) = answer("{ part { type } none: sure { type } }", json!({})).await;
    assert_eq!((data.as_str(), errors), ("null", vec![json!([["none"], "there is none", 17])]));
}

#[tokio::test]
async fn a_field_of_the_root_that_is_selected_twice_is_answered_once_with_all_of_it() {
    let (data, errors) =
        answer("{ part { type } ...f part { first { name } } } fragment f on Query { part { name } }", json!({})).await;
    assert_eq!((data.as_str(), errors.len()), (r#"{"part":{"type":"part","name":"a\"b","first":{"name":"c"}}}"#, 0));
}
