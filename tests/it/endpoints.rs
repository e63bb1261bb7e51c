//! What is open, and how bad input is refused, at every endpoint.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::engine::engine;
use crate::tenant::TestTenant;

#[tokio::test(flavor = "multi_thread")]
async fn the_public_pages_answer() {
    for (path, expected) in [
        ("/healthz", ""),
        ("/readyz", ""),
        ("/openapi.json", "\"/v1/orders\""),
        ("/docs/", "swagger"),
        ("/graphql", "<html"),
    ] {
        // A command first, so that there is something to measure.
        TestTenant::open().admin().draft().await;
        let client = reqwest::Client::new();
        let answer =
            client.get(format!("{}{path}", engine().url)).header("accept", "text/html,*/*").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let text = answer.text().await.unwrap().to_lowercase();
        assert!(text.contains(&expected.to_lowercase()), "{path}: {text:.200}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_cover_every_role() {
    let clerk = TestTenant::open().admin();
    let placed = clerk.placed().await;
    clerk.query(Some(&placed), "{ projections { __typename } }", json!({})).await;
    // For whoever watches the engine, at an address of its own.
    let absent = reqwest::get(format!("{}/metrics", engine().url)).await.unwrap();
    assert_eq!(absent.status(), StatusCode::NOT_FOUND);
    let metrics = reqwest::get(format!("http://{}/metrics", engine().settings.http.metrics_listen))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    for name in [
        "event_store_append_batch_events",
        "event_store_sequenced_total",
        "relay_lag_events",
        "relay_events_published_total",
        "projector_lag",
        "graphql_requests_total",
        "http_requests_total",
    ] {
        assert!(metrics.contains(name), "{name} is missing:\n{metrics}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_nothing_is_answered() {
    let client = reqwest::Client::new();
    for (method, path) in [
        (Method::POST, "/v1/orders"),
        (Method::GET, "/v1/orders/018f0000-0000-7000-8000-000000000000"),
        (Method::POST, "/v1/imports"),
        (Method::POST, "/graphql"),
    ] {
        let answer = client.request(method, format!("{}{path}", engine().url)).json(&json!({})).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path}");
        assert!(answer.headers().contains_key("www-authenticate"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_business_refusal_is_a_problem_with_a_code() {
    let clerk = TestTenant::open().admin();
    let draft = clerk.command(Method::POST, "/v1/orders", json!({"currency": "EUR"})).await;
    let refused = clerk.send(Method::POST, &format!("/v1/orders/{}/place", draft.id), json!({})).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["code"], "no_lines");
    assert_eq!(problem["retryable"], false);
    assert!(problem["traceId"].as_str().is_some_and(|id| id.len() == 32), "{problem:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_sets_no_price() {
    let customer = TestTenant::open().customer("c-1");
    let draft = customer.command(Method::POST, "/v1/orders", json!({"currency": "EUR"})).await;
    let line = json!({"sku": "85123A", "quantity": 1, "unitPrice": "0.01"});
    let refused = customer.send(Method::POST, &format!("/v1/orders/{}/lines", draft.id), line).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
}
