//! A merchant's system that takes webhooks.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use reqwest::Method;
use serde_json::{Value, json};
use service_kit::poll::wait_until;
use service_kit::testing::PATIENCE;
use tokio::net::TcpListener;

use crate::engine::Engine;
use crate::sagas::says;
use crate::waits::LOOK;

pub struct Merchant {
    endpoint: String,
    url: String,
    /// The id of each webhook that came, in their order.
    came: Arc<Mutex<Vec<String>>>,
}

impl Merchant {
    /// Listens, and has an engine send everything.
    pub async fn listens(engine: &Engine) -> Self {
        let came = Arc::new(Mutex::new(Vec::new()));
        let coming = Arc::clone(&came);
        let take = move |headers: HeaderMap| async move {
            coming.lock().unwrap().push(headers["webhook-id"].to_str().unwrap().to_owned());
            StatusCode::NO_CONTENT
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let app = Router::new().route("/hooks", post(take));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let added = engine.send(Method::POST, "/v1/webhook-endpoints", &json!({"url": url})).await;
        Self { endpoint: added["id"].as_str().unwrap().to_owned(), url, came }
    }

    /// What it was told is listed and shown, and is sent again under the same id.
    pub async fn is_told_again(&self, engine: &Engine) {
        let endpoints = engine.orderctl("webhooks list").await;
        says(&endpoints, &format!("{}  on  {}", self.endpoint, self.url));
        let list = format!("webhooks list --endpoint {}", self.endpoint);
        let is_cancelled = |one: &Value| one["kind"] == "CANCELLATION" && one["status"] == "SENT";
        let listed =
            engine.until(&format!("{list} --json"), |rows| rows.as_array().unwrap().iter().any(is_cancelled)).await;
        let webhook = listed.as_array().unwrap().iter().find(|one| is_cancelled(one)).unwrap();
        let id = webhook["id"].as_str().unwrap();
        says(&engine.orderctl(&list).await, &format!("{id}  CANCELLATION"));
        says(&engine.orderctl(&format!("webhooks show {id}")).await, "by WEBHOOK: SENT");
        let order = webhook["orderId"].as_str().unwrap();
        says(&engine.orderctl(&format!("notifications {order}")).await, &format!("{id}  CANCELLATION"));
        let times = || self.came.lock().unwrap().iter().filter(|came| *came == id).count();
        assert_eq!(times(), 1);
        says(&engine.orderctl(&format!("webhooks replay {id}")).await, &format!("{id}: to be sent again"));
        wait_until(PATIENCE, LOOK, async || times() == 2).await.unwrap();
    }
}
