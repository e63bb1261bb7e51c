//! Who may do what.

use std::time::Duration;

use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{CustomerId, SubjectId};
use serde_json::{Value, json};
use service_kit::auth::{Role, Scope};
use service_kit::clock::SharedClock;
use service_kit::testing::TestIssuer;

use crate::world::{Reply, World, address, line, tenant};

const NO_BODY: Value = Value::Null;

/// One request to every path of an order.
fn every_endpoint(path: &str) -> Vec<(Method, String, Value)> {
    let some_line = "0b7e1d9c-0000-4000-8000-000000000001";
    vec![
        (Method::GET, path.to_owned(), NO_BODY),
        (Method::DELETE, path.to_owned(), NO_BODY),
        (Method::POST, format!("{path}/lines"), line()),
        (Method::PUT, format!("{path}/lines/{some_line}"), json!({"quantity": 1})),
        (Method::DELETE, format!("{path}/lines/{some_line}"), NO_BODY),
        (Method::PUT, format!("{path}/address"), address()),
        (Method::POST, format!("{path}/address"), address()),
        (Method::POST, format!("{path}/place"), json!({})),
        (Method::POST, format!("{path}/cancel"), json!({"reason": "CUSTOMER"})),
        (Method::POST, format!("{path}/validate/place"), json!({})),
        (Method::POST, format!("{path}/validate/set-address"), address()),
    ]
}

async fn call(world: &World, (method, path, body): (Method, String, Value), token: &str) -> Reply {
    let call = world.call(method, &path).token(token).header("if-match", "*");
    if body == NO_BODY { call.send().await } else { call.json(&body).send().await }
}

#[tokio::test]
async fn somebody_elses_order_looks_like_none_at_every_endpoint() {
    let world = World::new().await;
    let theirs = world.placed("c-1").await;
    let absent = "/v1/orders/01936f2a-7c00-7abc-8def-0123456789ab";
    let own = CustomerId::try_new("c-2").unwrap();
    let scopes = [Role::Customer.scopes(), Role::Clerk.scopes()].map(|scopes| scopes.to_string()).join(" ");
    let scopes = scopes.split(' ').collect();
    let intruder = world.issuer.token_with(scopes, &tenant("shop"), Some(&own));
    let neighbour = world.issuer.token(Role::Admin, &tenant("elsewhere"), None);
    let before = world.events().await;
    for token in [&intruder, &neighbour] {
        for (request, to_nothing) in every_endpoint(&theirs).into_iter().zip(every_endpoint(absent)) {
            let name = format!("{} {}", request.0, request.1);
            let (found, nothing) = (call(&world, request, token).await, call(&world, to_nothing, token).await);
            assert_eq!((found.status, &found.body["code"]), (404, &json!("order_not_found")), "{name}");
            assert_eq!(found.body, nothing.body, "{name}");
        }
    }
    assert_eq!(world.events().await, before);
}

#[tokio::test]
async fn a_customer_orders_for_herself_alone() {
    let world = World::new().await;
    let token = world.customer("c-1");
    let order = json!({"currency": "EUR"});
    let created = world.post("/v1/orders", &order).token(&token).send().await.assert(201);
    let view = world.get(created.header("location")).token(&token).send().await.assert(200);
    assert_eq!(view.body["customer"], "c-1");
    let other = json!({"currency": "EUR", "customer": "c-2"});
    world.post("/v1/orders", &other).token(&token).send().await.assert_problem(403, "customer_not_yours");
    let own = json!({"currency": "EUR", "customer": "c-1"});
    world.post("/v1/orders", &own).token(&token).send().await.assert(201);
    // An id that somebody else has used reveals nothing about their order.
    let used_id = created.body["orderId"].clone();
    let refused =
        world.post("/v1/orders", &json!({"id": used_id, "currency": "EUR"})).token(world.customer("c-2")).send().await;
    assert_eq!(refused.assert_problem(409, "order_exists").body["currentVersion"], NO_BODY);
}

#[tokio::test]
async fn a_customer_sets_no_price_and_cancels_in_her_own_name() {
    let world = World::new().await;
    let path = world.placed("c-1").await;
    let token = world.customer("c-1");
    let draft = world.draft("c-1").await;
    let refused = world.post(&format!("{draft}/lines"), &line()).token(&token).send().await;
    assert!(
        refused.assert_problem(403, "price_scope_required").body["detail"].as_str().unwrap().contains("orders:price")
    );
    let cancel = |reason| {
        world.post(&format!("{path}/cancel"), &json!({"reason": reason})).token(&token).header("if-match", "*")
    };
    cancel("STAFF").send().await.assert_problem(403, "forbidden");
    cancel("CUSTOMER").send().await.assert(200);
}

#[tokio::test]
async fn every_command_needs_its_scope() {
    let world = World::new().await;
    let path = world.ready("c-1").await;
    let before = world.events().await;
    let reader = world.staff_with(&[Scope::ORDERS_READ]);
    for request in every_endpoint(&path).into_iter().skip(1) {
        let name = format!("{} {}", request.0, request.1);
        let refused = call(&world, request, &reader).await;
        assert_eq!((refused.status, &refused.body["code"]), (403, &json!("forbidden")), "{name}");
    }
    let drafter = world.staff_with(&[Scope::ORDERS_DRAFT]);
    world.get(&path).token(&drafter).send().await.assert_problem(403, "forbidden");
    world
        .post(&format!("{path}/lines"), &line())
        .token(&drafter)
        .send()
        .await
        .assert_problem(403, "price_scope_required");
    let import = world.call(Method::POST, "/v1/imports").raw("", "application/x-ndjson");
    import.send().await.assert_problem(403, "forbidden");
    assert_eq!(world.events().await, before);
}

#[tokio::test]
async fn the_personal_part_of_an_address_is_opened_for_few() {
    let world = World::new().await;
    let path = world.placed("c-1").await;
    let reader = world.staff_with(&[Scope::ORDERS_READ]);
    let closed = world.get(&path).token(&reader).send().await.assert(200);
    assert_eq!(closed.body["shippingAddress"], json!({"country": "GB"}));
    let herself = world.get(&path).token(world.customer("c-1")).send().await.assert(200);
    assert_eq!(herself.body["shippingAddress"]["details"]["name"], "A. Example");

    let subject = SubjectId::of_order(Some(&CustomerId::try_new("c-1").unwrap()), "0".repeat(32).parse().unwrap());
    world.keys.destroy(&tenant("shop"), &subject).await.unwrap();
    let erased = world.get(&path).send().await.assert(200);
    assert_eq!(erased.body["shippingAddress"], json!({"country": "GB", "erased": true}));
    let draft = world.draft("c-1").await;
    world.put(&format!("{draft}/address"), &address()).send().await.assert_problem(409, "subject_erased");
}

#[tokio::test]
async fn tokens_that_are_not_ours_open_nothing() {
    let world = World::new().await;
    let path = world.draft("c-1").await;
    let good = world.clerk();
    let parts: Vec<&str> = good.split('.').collect();
    let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = format!("{}.{}.", encode(json!({"alg": "none"})), parts[1]);
    let other_family = format!("{}.{}.{}", encode(json!({"alg": "HS256"})), parts[1], parts[2]);
    let unknown_key = format!("{}.{}.{}", encode(json!({"alg": "EdDSA", "kid": "nobody"})), parts[1], parts[2]);
    let swapped = format!("{}.{}.{}", parts[0], encode(json!({"tenant": "elsewhere"})), parts[2]);
    let clock: SharedClock = world.clock.clone();
    let stranger = TestIssuer::new(clock).await.token(Role::Admin, &tenant("shop"), None);
    let oversized = format!("{good}{}", "x".repeat(20_000));
    let garbage = "not a token".to_owned();
    for token in [unsigned, other_family, unknown_key, swapped, stranger, oversized, garbage, String::new()] {
        let refused = world.get(&path).token(token.as_str()).send().await.assert_problem(401, "unauthenticated");
        assert_eq!(refused.header("www-authenticate"), "Bearer", "{token}");
    }
    world.get(&path).no_token().send().await.assert_problem(401, "unauthenticated");
    world
        .get(&path)
        .no_token()
        .header("authorization", "Basic YTpi")
        .send()
        .await
        .assert_problem(401, "unauthenticated");
    world.get(&path).header("authorization", "Bearer x").send().await.assert_problem(401, "unauthenticated");
    world.get(&path).token(good.as_str()).send().await.assert(200);
    world.clock.advance(Duration::from_secs(2 * 3_600));
    world.get(&path).token(good).send().await.assert_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_request_without_a_token_is_refused_before_its_body_is_read() {
    let world = World::new().await;
    let never = axum::body::Body::from_stream(futures::stream::pending::<Result<bytes::Bytes, std::io::Error>>());
    let refused = world.call(Method::POST, "/v1/orders").no_token().raw(never, "application/json").send().await;
    refused.assert_problem(401, "unauthenticated");
}
