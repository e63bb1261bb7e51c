//! Carriers and a client of them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use carrier_simulator::{Options, Simulator};
use serde_json::{Value, json};
use service_kit::clock::ManualClock;
use tower::ServiceExt;

const ANSWER_BYTES_MAX: usize = 1 << 20;

pub struct World {
    pub clock: Arc<ManualClock>,
    pub simulator: Simulator,
    app: Router,
}

impl World {
    /// Carriers at a speed.
    pub fn new(speed: u32) -> Self {
        let clock = Arc::new(ManualClock::new(domain::Timestamp::EPOCH));
        let simulator = Simulator::new(clock.clone(), Options { seed: 7, speed, ..Options::default() });
        let app = simulator.router();
        Self { clock, simulator, app }
    }

    pub fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Buys a label of `postal` for a recipient with a second line.
    pub async fn buy(&self, key: &str, line2: &str) -> (u16, Value) {
        let body = json!({"reference": key, "service": "parcel", "weightG": 800, "pieces": 1,
            "recipient": {"name": "A <B>", "line1": "C 1", "line2": line2, "city": "D", "country": "CH"}});
        self.send(Method::POST, "/postal/labels", Some(key), &body).await
    }

    /// The tracking number of a new label.
    pub async fn bought(&self, key: &str, line2: &str) -> String {
        let (status, label) = self.buy(key, line2).await;
        assert_eq!(status, 201, "{label}");
        label["trackingNumber"].as_str().unwrap().to_owned()
    }

    pub async fn void(&self, key: &str, tracking: &str) -> (u16, Value) {
        self.send(Method::POST, &format!("/postal/labels/{tracking}/void"), Some(key), &json!({})).await
    }

    pub async fn control(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send(Method::POST, &format!("/_simulator/{path}"), None, body).await
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.send(Method::GET, path, None, &Value::Null).await
    }

    /// The statuses of a parcel.
    pub async fn statuses(&self, tracking: &str) -> Vec<String> {
        let (_, parcel) = self.get(&format!("/postal/parcels/{tracking}")).await;
        parcel["events"].as_array().unwrap().iter().map(|event| event["status"].as_str().unwrap().to_owned()).collect()
    }

    async fn send(&self, method: Method, path: &str, key: Option<&str>, body: &Value) -> (u16, Value) {
        let request = Request::builder().method(method).uri(path).header("host", "carrier.example");
        let request = request.header("authorization", "Bearer ck_1").header("content-type", "application/json");
        let request = key.into_iter().fold(request, |request, key| request.header("idempotency-key", key));
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let (head, body) = self.app.clone().oneshot(request.body(body).unwrap()).await.unwrap().into_parts();
        let bytes = to_bytes(body, ANSWER_BYTES_MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        (head.status.as_u16(), serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}
