//! What is too much, and what is nonsense.

use query_service::Limits;
use serde_json::json;

use super::world::{World, imported};

#[tokio::test]
async fn dear_queries_are_refused_before_they_run() {
    let world = World::new().await;
    world.apply(&imported(1, "c1").records()).await;
    let staff = world.staff();
    let deep = format!(
        "{{ order(number: \"1\") {{ {} number {} }} }}",
        "customer { orders { nodes { ".repeat(5),
        "} } }".repeat(5)
    );
    let aliases: Vec<String> = (0..31).map(|n| format!("a{n}: order(number: \"1\") {{ id }}")).collect();
    let aliases = aliases.join(" ");
    let directives = format!("{{ order(number: \"1\") {{ id {} }} }}", "... @include(if: true) { id } ".repeat(31));
    let fragments: Vec<String> =
        (0..100).map(|n| format!("fragment f{n} on Order {{ ...f{0} ...f{0} }}", n + 1)).collect();
    let last = "fragment f100 on Order { number }";
    let bomb = format!("{{ order(number: \"1\") {{ ...f0 }} }} {} {last}", fragments.join(" "));
    let before = world.reads.statements();
    for query in [
        "{ orders(first: 100) { nodes { lines(first: 100) { nodes { sku } } } } }".to_owned(),
        "{ orders(first: 1000000000) { nodes { number } } }".to_owned(),
        deep,
        format!("{{ {aliases} }}"),
        directives,
        bomb,
        format!("{{ orders{} }}", "{a".repeat(20_000)),
        format!("{{ orders(where: {}", "{AND: [".repeat(10_000)),
    ] {
        let answer = world.ask(&staff, &query).await;
        assert_eq!((answer.code(), answer.status), ("COST_EXCEEDED", 400), "{}", &query[..80.min(query.len())]);
        assert_eq!(answer.body.get("data"), None);
    }
    assert_eq!(world.reads.statements(), before);
    let answer = world.ask(&staff, "{ orders(first: 30) { nodes { number } } }").await;
    assert_eq!(answer.body["extensions"]["cost"], json!({"requested": 31}));
}

#[tokio::test]
async fn nonsense_is_refused_by_name() {
    let world = World::new().await;
    let staff = world.staff();
    let many: Vec<String> = (0..101).map(|n| format!("{{number: {{eq: \"{n}\"}}}}")).collect();
    let many = many.join(", ");
    for query in [
        "{ orders(first: 101) { totalCount } }".to_owned(),
        "{ orders(first: -1) { totalCount } }".to_owned(),
        "{ orders(first: 1, last: 1) { totalCount } }".to_owned(),
        "{ orders(first: 1e9) { totalCount } }".to_owned(),
        "{ orders(where: {number: {eq: \"a\\u0000b\"}}) { totalCount } }".to_owned(),
        "{ orders(where: {number: {in: [\"\\u0000\"]}}) { totalCount } }".to_owned(),
        "{ order(number: \"\\u0000\") { id } }".to_owned(),
        "{ orders(where: {placedAt: {gte: \"+200000-01-01T00:00:00Z\"}}) { totalCount } }".to_owned(),
        "{ orders(where: {total: {eq: 99999999999999999999}}) { totalCount } }".to_owned(),
        format!("{{ orders(where: {{OR: [{many}]}}) {{ totalCount }} }}"),
        "{ order { id } }".to_owned(),
        "{ order(id: \"1\", number: \"1\") { id } }".to_owned(),
        "{ order(id: \"nonsense\") { id } }".to_owned(),
        "{ order(number: \"1\", consistency: \"nonsense\") { id } }".to_owned(),
        "{ nothing }".to_owned(),
        "{".to_owned(),
        String::new(),
        "{ order(number: \"1\") { ...a } } fragment a on Order { ...b } fragment b on Order { ...a }".to_owned(),
        "mutation { nothing }".to_owned(),
        "subscription { nothing }".to_owned(),
    ] {
        let answer = world.ask(&staff, &query).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{query}: {}", answer.body);
    }
}

#[tokio::test]
async fn the_schema_can_be_hidden() {
    let query = "{ __schema { types { name } } }";
    let open = World::new().await;
    let data = open.data(&open.staff(), query).await;
    assert!(data["__schema"]["types"].as_array().unwrap().iter().any(|kind| kind["name"] == "OrderWhere"));
    let hidden = World::with(Limits { introspection: false, ..Limits::default() }).await;
    let answer = hidden.ask(&hidden.staff(), query).await;
    assert!(answer.body["data"]["__schema"].is_null(), "{}", answer.body);
}

#[tokio::test]
async fn the_usual_question_for_the_whole_schema_is_admitted() {
    let world = World::new().await;
    let query = "query IntrospectionQuery { __schema { queryType { name } mutationType { name } types { ...FullType } \
        directives { name description locations args { ...InputValue } } } } \
        fragment FullType on __Type { kind name description fields(includeDeprecated: true) { name description \
        args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason } inputFields { ...InputValue } \
        interfaces { ...TypeRef } enumValues(includeDeprecated: true) { name description } possibleTypes { ...TypeRef } } \
        fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue } \
        fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind \
        name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }";
    assert!(world.data(&world.staff(), query).await["__schema"]["types"].is_array());
}

#[tokio::test]
async fn a_query_that_takes_too_long_is_given_up() {
    let world = World::with(Limits { execution_ms_max: 0, ..Limits::default() }).await;
    let answer = world.ask(&world.staff(), "{ orders { totalCount } }").await;
    assert_eq!((answer.code(), answer.status), ("TIMEOUT", 200));
}

#[tokio::test]
async fn our_own_failures_tell_nothing() {
    let world = World::new().await;
    let client = world.read.client().await;
    client.batch_execute("DROP SCHEMA order_lines_g1 CASCADE; DROP SCHEMA order_summary_g1 CASCADE").await.unwrap();
    let answer = world.ask(&world.staff(), "{ orders { totalCount } }").await;
    assert_eq!(answer.code(), "INTERNAL");
    assert!(!answer.body.to_string().contains("order_summary"), "{}", answer.body);
}
