//! The bodies of the requests of each case.

use serde_json::{Value, json};

use super::case::{Case, WALK};
use super::client::Endpoint;
use super::keys::{Customer, Keys};

/// The engine's requests of a case.
pub async fn of_engine(case: Case, keys: &Keys, engine: &Endpoint) -> Vec<String> {
    let query = case.engine_query();
    let variables = match case {
        Case::CustomerOrders => keys.customers.iter().map(|customer| json!({"customer": customer.id})).collect(),
        Case::WholeOrder => keys.orders.iter().map(|id| json!({"id": id})).collect(),
        Case::FilteredPage => keys.countries.iter().map(|country| json!({"country": country})).collect(),
        Case::Count => keys.countries[keys.first_count..].iter().map(|country| json!({"country": country})).collect(),
        Case::Page => walk(engine, query, "orders", &json!({}), keys.pages).await,
    };
    bodies(query, variables)
}

/// PostGraphile's requests of a case, in the order of the engine's.
pub async fn of_postgraphile(case: Case, keys: &Keys, tenant: &str, postgraphile: &Endpoint) -> Vec<String> {
    let query = case.postgraphile_query();
    let filter = |country: &String| json!({"tenant": tenant, "country": country});
    let variables = match case {
        Case::CustomerOrders => {
            let buyer =
                |Customer { id, currency }: &Customer| json!({"tenant": tenant, "customer": id, "currency": currency});
            keys.customers.iter().map(buyer).collect()
        }
        Case::WholeOrder => keys.orders.iter().map(|id| json!({"id": id})).collect(),
        Case::FilteredPage => keys.countries.iter().map(filter).collect(),
        Case::Count => keys.countries[keys.first_count..].iter().map(filter).collect(),
        Case::Page => walk(postgraphile, query, "purchases", &json!({"tenant": tenant}), keys.pages).await,
    };
    bodies(query, variables)
}

/// The engine's requests for the first page of a walk and for a late one, and the number of the late one: at most `page`.
pub async fn first_and_late_page(engine: &Endpoint, page: u64) -> (String, String, u64) {
    let steps = walk(engine, WALK, "orders", &json!({}), page).await;
    let number = steps.len() as u64;
    let bodies = bodies(WALK, steps);
    (bodies[0].clone(), bodies[bodies.len() - 1].clone(), number)
}

/// The variables for page after page, at most so many.
async fn walk(endpoint: &Endpoint, query: &str, list: &str, variables: &Value, pages: u64) -> Vec<Value> {
    let mut steps = Vec::new();
    let mut after = Value::Null;
    for _ in 0..pages {
        let mut step = variables.clone();
        step["after"] = after;
        let answer = endpoint.data(&body(query, &step)).await;
        let page = &answer[list]["pageInfo"];
        after = page["endCursor"].clone();
        let is_last = page["hasNextPage"] != true;
        steps.push(step);
        if is_last {
            break;
        }
    }
    steps
}

fn bodies(query: &str, variables: Vec<Value>) -> Vec<String> {
    variables.iter().map(|variables| body(query, variables)).collect()
}

/// The query goes on one line, as programs send it that were written for speed.
fn body(query: &str, variables: &Value) -> String {
    let query = query.split_whitespace().collect::<Vec<_>>().join(" ");
    json!({"query": query, "variables": variables}).to_string()
}
