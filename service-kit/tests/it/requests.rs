//! What a handler gets and a client sees: principals, bodies, correlation.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::Response;
use axum::routing::{get, post};
use domain::TenantId;
use serde_json::Value;
use service_kit::auth::{Principal, Role, Verifier};
use service_kit::clock::SystemClock;
use service_kit::http::{Check, health_router};
use service_kit::problem::{Problem, StrictJson};
use service_kit::telemetry::{CorrelationId, observe};
use service_kit::testing::TestIssuer;
use tower::ServiceExt;

async fn who(principal: Principal) -> String {
    principal.tenant.to_string()
}

async fn sum(StrictJson(numbers): StrictJson<Vec<u32>>) -> Result<String, Problem> {
    let total = numbers.iter().try_fold(0_u32, |total, number| total.checked_add(*number));
    total
        .map(|total| total.to_string())
        .ok_or_else(|| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_large", "The sum is too large"))
}

fn router(verifier: Verifier) -> Router {
    Router::new()
        .route("/who", get(who))
        .route("/sum", post(sum))
        .route("/correlation", get(async |id: CorrelationId| id.to_string()))
        .layer(from_fn(observe))
        .with_state(verifier)
}

async fn call(router: &Router, request: axum::http::request::Builder, body: &str) -> (Response, String) {
    let response = router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let text = String::from_utf8(to_bytes(body, 100_000).await.unwrap().to_vec()).unwrap();
    (Response::from_parts(parts, Body::empty()), text)
}

#[tokio::test]
async fn a_bearer_token_makes_a_principal_and_anything_else_a_401() {
    let issuer = TestIssuer::new(Arc::new(SystemClock)).await;
    let router = router(issuer.verifier());
    let token = issuer.token(Role::Clerk, &TenantId::try_new("shop").unwrap(), None);
    let authorized = Request::get("/who").header(header::AUTHORIZATION, format!("bearer {token}"));
    assert_eq!(call(&router, authorized, "").await.1, "shop");

    let twice = Request::get("/who")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    for request in [
        Request::get("/who"),
        twice,
        Request::get("/who").header(header::AUTHORIZATION, format!("Basic {token}")),
        Request::get("/who").header(header::AUTHORIZATION, token.as_str()),
        Request::get("/who").header(header::AUTHORIZATION, &b"Bearer \xff"[..]),
    ] {
        let (response, body) = call(&router, request, "").await;
        assert_eq!(response.status(), 401);
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["code"], "unauthenticated");
    }
}

#[tokio::test]
async fn bodies_are_taken_strictly() {
    let issuer = TestIssuer::new(Arc::new(SystemClock)).await;
    let router = router(issuer.verifier());
    let json = || Request::post("/sum").header(header::CONTENT_TYPE, "application/json");
    assert_eq!(call(&router, json(), "[1,2]").await.1, "3");
    assert_eq!(call(&router, json(), "[4294967295,1]").await.0.status(), 422);
    let (response, body) = call(&router, json(), "[1,-2]").await;
    assert_eq!(response.status(), 400);
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["errors"][0]["pointer"], "/1");
    assert_eq!(call(&router, Request::post("/sum"), "[1]").await.0.status(), 415);
}

#[tokio::test]
async fn correlation_ids_are_taken_made_and_echoed() {
    let issuer = TestIssuer::new(Arc::new(SystemClock)).await;
    let router = router(issuer.verifier());
    let given = Request::get("/correlation").header("x-correlation-id", "cart-42");
    let (response, body) = call(&router, given, "").await;
    assert_eq!((&response.headers()["x-correlation-id"], &*body), (&"cart-42".parse().unwrap(), "cart-42"));
    let evil = Request::get("/correlation").header("x-correlation-id", "two words");
    let (response, body) = call(&router, evil, "").await;
    assert_eq!(response.headers()["x-correlation-id"].to_str().unwrap(), body);
    assert!(uuid::Uuid::parse_str(&body).is_ok(), "{body}");
}

#[tokio::test]
async fn readiness_needs_every_check_and_tells_no_secrets() {
    let good = || Check::new("bread", async || Ok::<_, std::io::Error>(()));
    let bad = Check::new("butter", async || Err(std::io::Error::other("password hunter2 refused")));
    let (response, body) = call(&health_router(vec![good()]), Request::get("/readyz"), "").await;
    assert_eq!((response.status(), &*body), (StatusCode::OK, r#"{"status":"ok","checks":{"bread":"ok"}}"#));
    let router = health_router(vec![good(), bad]);
    let (response, body) = call(&router, Request::get("/readyz"), "").await;
    let expected = r#"{"status":"failed","checks":{"bread":"ok","butter":"failed"}}"#;
    assert_eq!((response.status(), &*body), (StatusCode::SERVICE_UNAVAILABLE, expected));
    assert_eq!(call(&router, Request::get("/healthz"), "").await.0.status(), 200);
}

#[tokio::test]
async fn a_note_is_told_whether_its_check_passes_or_not() {
    for passes in [true, false] {
        let answer = move || std::future::ready(if passes { Ok(()) } else { Err(std::io::Error::other("stale")) });
        let noted = Check::new("bread", answer).noting(|| Some("a day old".to_owned()));
        let (_, body) = call(&health_router(vec![noted]), Request::get("/readyz"), "").await;
        assert!(body.ends_with(r#""notes":{"bread":"a day old"}}"#), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_check_that_hangs_fails() {
    let hanging = Check::new("butter", std::future::pending::<Result<(), std::io::Error>>);
    let (response, _) = call(&health_router(vec![hanging]), Request::get("/readyz"), "").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
}
