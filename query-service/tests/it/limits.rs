//! Requests beyond the limits, and invalid ones.

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
        "{ orders(where: {customer: {eq: null}}) { totalCount } }".to_owned(),
        "{ orders(where: {customer: null}) { totalCount } }".to_owned(),
        "{ orders(where: {AND: null}) { totalCount } }".to_owned(),
        "{ orders(where: {total: {gte: null}}) { totalCount } }".to_owned(),
        "{ orders(where: {state: {in: null}}) { totalCount } }".to_owned(),
        "subscription { a: orderChanged(id: \"1\") { type } b: orderChanged(id: \"1\") { type } }".to_owned(),
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

/// A null that reaches a condition must not drop it: the answer would be everybody's orders.
#[tokio::test]
async fn a_null_variable_never_widens_a_filter() {
    let world = World::new().await;
    world.apply(&imported(1, "c1").records()).await;
    let staff = world.staff();
    for (declared, filter, value) in [
        ("$v: String!", "{customer: {eq: $v}}", json!(null)),
        ("$v: String", "{customer: {eq: $v}}", json!(null)),
        ("$v: StringFilter", "{customer: $v}", json!(null)),
        ("$v: StringFilter", "{customer: $v}", json!({"eq": null})),
        ("$v: [OrderWhere!]", "{AND: $v}", json!(null)),
        ("$v: OrderWhere!", "$v", json!(null)),
        ("$v: OrderWhere!", "$v", json!({"customer": {"in": null}})),
    ] {
        let query = format!("query ({declared}) {{ orders(where: {filter}) {{ totalCount }} }}");
        let answer = world.ask_with(&staff, &query, json!({"v": value})).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{query}: {}", answer.body);
        assert!(answer.body["data"].is_null(), "{query}: {}", answer.body);
    }
    let absent = "query ($w: OrderWhere) { orders(where: $w) { totalCount } }";
    assert_eq!(world.ask_with(&staff, absent, json!({"w": null})).await.body["data"]["orders"]["totalCount"], 1);
}

#[tokio::test]
async fn a_budget_is_reported_and_ends_in_429() {
    let limits = Limits { cost_per_s: std::num::NonZeroU32::new(10), cost_max: 50, ..Limits::default() };
    let world = World::with(limits).await;
    let query = "{ orders(first: 29) { nodes { number } } }";
    let first = world.ask(&world.customer("greedy"), query).await;
    let cost = &first.body["extensions"]["cost"];
    assert_eq!(cost, &json!({"requested": 30, "limit": 50, "remaining": 20, "resetSeconds": 3}));
    let many =
        futures::future::join_all((0..20).map(|_| async { world.ask(&world.customer("greedy"), query).await })).await;
    let refused: Vec<_> = many.iter().filter(|answer| answer.status == 429).collect();
    assert!(!refused.is_empty());
    assert!(refused.iter().all(|answer| answer.code() == "RATE_LIMITED" && answer.body.get("data").is_none()));
    assert!(refused.iter().all(|answer| answer.body["extensions"]["cost"]["remaining"].as_u64().unwrap() < 30));
    assert_eq!(world.ask(&world.customer("modest"), query).await.status, 200);
}

#[tokio::test]
async fn an_answer_has_a_bounded_size() {
    let world = World::with(Limits { answer_bytes_max: 2_000, ..Limits::default() }).await;
    let answer = world.ask(&world.staff(), "{ __schema { types { name description } } }").await;
    assert_eq!((answer.status, answer.code()), (400, "COST_EXCEEDED"));
    assert!(answer.body.get("data").is_none());
}
