//! A simulator, and a client of it.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use domain::Timestamp;
use payment_simulator::{Faults, Options, Simulator};
use serde_json::Value;
use service_kit::clock::ManualClock;
use tower::ServiceExt;

const ANSWER_BYTES_MAX: usize = 1 << 20;

pub struct World {
    pub simulator: Simulator,
    pub clock: Arc<ManualClock>,
    app: Router,
}

impl World {
    pub fn new() -> Self {
        Self::with(Faults::default())
    }

    pub fn with(faults: Faults) -> Self {
        let noon = Timestamp::try_from("2026-06-01T12:00:00Z".to_owned()).unwrap();
        let clock = Arc::new(ManualClock::new(noon));
        let simulator = Simulator::new(clock.clone(), Options { seed: 7, faults, webhooks: None });
        let app = simulator.router();
        Self { simulator, clock, app }
    }

    pub async fn send(&self, method: &str, path: &str, key: Option<&str>, token: &str, body: &str) -> (u16, Value) {
        let mut request =
            Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let json = path.starts_with("/_simulator");
        request =
            request.header("content-type", if json { "application/json" } else { "application/x-www-form-urlencoded" });
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let (head, body) = self.app.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = to_bytes(body, ANSWER_BYTES_MAX).await.unwrap();
        (head.status.as_u16(), serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    pub async fn post(&self, path: &str, body: &str) -> (u16, Value) {
        self.send("POST", path, None, "sk_test_1", body).await
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.send("GET", path, None, "sk_test_1", "").await
    }

    /// The id of a new payment of 100 with manual capture.
    pub async fn payment(&self) -> String {
        let (status, intent) = self.post("/v1/payment_intents", "amount=100&currency=eur&capture_method=manual").await;
        assert_eq!((status, intent["status"].as_str()), (200, Some("requires_payment_method")));
        intent["id"].as_str().unwrap().to_owned()
    }

    pub async fn confirm(&self, id: &str, method: &str) -> (u16, Value) {
        self.post(&format!("/v1/payment_intents/{id}/confirm"), &format!("payment_method={method}")).await
    }

    /// Kinds and amounts of the ledger.
    pub fn booked(&self) -> Vec<(String, i64)> {
        let named = |entry: payment_simulator::Entry| (format!("{:?}", entry.kind), entry.amount);
        self.simulator.ledger().into_iter().map(named).collect()
    }
}
