use async_graphql::Variables;
use async_graphql::parser::parse_query;

use super::*;

fn measured(query: &str) -> Result<Measured, CostRefusal> {
    measure(&parse_query(query).unwrap(), None, &Variables::default())
}

#[test]
fn a_page_costs_its_size_times_its_content() {
    assert_eq!(measured("{ order(id: 1) { number } }").unwrap().cost, 1);
    assert_eq!(
        measured("{ orders(first: 50) { edges { node { number } } pageInfo { endCursor } } }").unwrap().cost,
        51
    );
    let nested = "{ orders(first: 10) { edges { node { lines(first: 5) { edges { node { sku } } } } } } }";
    assert_eq!(measured(nested).unwrap().cost, 1 + 10 * (1 + 1 + 5));
    assert_eq!(measured("{ orders { nodes { number } } }").unwrap().cost, 21);
    assert_eq!(measured("{ orders(first: 1000000000) { nodes { number } } }").unwrap().cost, 1_000_000_001);
    assert_eq!(measured("{ nodes(ids: [1, 2, 3]) { id } }").unwrap().cost, 3);
}

#[test]
fn variables_and_their_defaults_count() {
    let query = "query($n: Int = 7) { orders(first: $n) { nodes { number } } }";
    assert_eq!(measured(query).unwrap().cost, 8);
    let variables = Variables::from_json(serde_json::json!({"n": 90}));
    assert_eq!(measure(&parse_query(query).unwrap(), None, &variables).unwrap().cost, 91);
}

#[test]
fn a_cost_is_fixed_where_no_size_is_a_variable() {
    let fixed = |query: &str| measure_fixed(&parse_query(query).unwrap(), None);
    let query = "query($id: ID!) { order(id: $id) { lines(first: 5) { nodes { sku } } } }";
    assert_eq!(fixed(query), Some(measured(query).unwrap()));
    assert_eq!(fixed("query($n: Int = 7) { orders(first: $n) { nodes { number } } }"), None);
    assert_eq!(fixed("query($ids: [ID!]!) { nodes(ids: $ids) { id } }"), None);
    assert_eq!(fixed("{ order(id: 1) { ...f } } fragment f on Order { ...f }"), None);
}

#[test]
fn fragments_multiply_without_being_walked_again() {
    let fragments: Vec<String> =
        (0..60).map(|n| format!("fragment f{n} on Order {{ ...f{0} ...f{0} }}", n + 1)).collect();
    let last = "fragment f60 on Order { a: number }";
    let found = measured(&format!("{{ order(id: 1) {{ ...f0 }} }} {} {last}", fragments.join(" "))).unwrap();
    assert_eq!((found.aliases, found.fields), (1 << 60, (1 << 60) + 1));
    assert!(admit(&found, &Limits::default()).is_err());
}

#[test]
fn cycles_are_reported() {
    let query = "{ order(id: 1) { ...a } } fragment a on Order { ...b } fragment b on Order { ...a }";
    assert!(matches!(measured(query), Err(CostRefusal::Cycle(_))));
    assert!(matches!(measured("{ order(id: 1) { id } } fragment a on Order { ...a }"), Err(CostRefusal::Cycle(_))));
}

#[test]
fn depth_counts_selections_and_spares_the_schema() {
    assert_eq!(measured("{ a { b { c } } }").unwrap().depth, 3);
    let deep = |levels: usize, root: &str| format!("{{ {root} {} a {} }}", "{ a ".repeat(levels), "}".repeat(levels));
    assert!(admit(&measured(&deep(20, "a")).unwrap(), &Limits::default()).is_err());
    assert!(admit(&measured(&deep(16, "__schema")).unwrap(), &Limits::default()).is_ok());
    assert!(admit(&measured(&deep(50, "__schema")).unwrap(), &Limits::default()).is_err());
}

#[test]
fn nesting_is_distinguished_from_texts_and_comments() {
    assert!(too_nested(&"{a".repeat(50_000)));
    assert!(too_nested(&format!("{{ a(b: {} ", "[".repeat(100))));
    assert!(too_nested(&"{ a #}\n".repeat(100)));
    assert!(too_nested(&"{ a(b: \"}\\\"})\") ".repeat(100)));
    assert!(too_nested(&"{ a(b: \"\"\"}\\\"\"\"}\"\"\") ".repeat(100)));
    assert!(!too_nested(&format!("{{ a(b: \"{}\") }} # {}", "{".repeat(100), "[".repeat(100))));
    assert!(!too_nested("{ a { b } }"));
}

#[test]
fn the_schema_is_priced_by_its_lists() {
    let whole = "__schema { types { name fields { name args { name type { name } } type { name } } } }";
    let once = measured(&format!("{{ {whole} }}")).unwrap().cost;
    assert!((50..500).contains(&once), "{once}");
    let many: Vec<String> = (0..29).map(|n| format!("a{n}: {whole}")).collect();
    assert!(admit(&measured(&format!("{{ {} }}", many.join(" "))).unwrap(), &Limits::default()).is_err());
    let schema = crate::schema::sdl();
    for (name, _) in document::INTROSPECTION_LISTS {
        assert!(!schema.contains(&format!("\t{name}:")) && !schema.contains(&format!("\t{name}(")), "{name}");
    }
}
