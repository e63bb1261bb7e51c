//! A buyer, a location and a clerk, who repeat what they ask with its key until somebody answers.

use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::{Value, json};
use service_kit::clock::{Ids, SystemIds};
use service_kit::poll::wait_for;
use service_kit::testing::PATIENCE;

use crate::parts::{run, this, variable};
use crate::sagas::{PIECES, SKU};

const LOOK: Duration = Duration::from_millis(50);
/// Between two looks at an order.
const STEP: Duration = Duration::from_millis(300);
/// Of so many orders one is paid with a card that is declined.
const DECLINED_EVERY: usize = 9;
/// Of so many orders one is cancelled when it is paid.
const CANCELLED_EVERY: usize = 7;

pub struct Buyer {
    client: Client,
    url: String,
    token: String,
}

impl Buyer {
    pub async fn of(tenant: &str) -> Self {
        let token = run(this(&["ctl", "token", "--role", "admin", "--tenant", tenant])).await.trim().to_owned();
        Self { client: Client::new(), url: variable("ENGINE_URL"), token }
    }

    /// One attempt; `None` where no answer came, or one that says to try again.
    async fn attempt(
        &self,
        method: Method,
        path: &str,
        (key, version): (&str, Option<i64>),
        body: &Value,
    ) -> Option<(u16, Value)> {
        let request = self.client.request(method.clone(), format!("{}{path}", self.url)).bearer_auth(&self.token);
        let request = if method == Method::GET { request } else { request.header("idempotency-key", key).json(body) };
        let request = match version {
            Some(version) => request.header("if-match", format!("\"{version}\"")),
            None => request,
        };
        let answer = request.send().await.ok()?;
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.ok()?;
        if [429, 500, 502, 503, 504].contains(&status) { None } else { Some((status, body)) }
    }

    pub async fn told(&self, method: Method, path: &str, version: Option<i64>, body: &Value) -> (u16, Value) {
        let key = SystemIds.random().to_string();
        let told = wait_for(PATIENCE, LOOK, async || self.attempt(method.clone(), path, (&key, version), body).await);
        told.await.unwrap_or_else(|_| panic!("nobody answers to {path}"))
    }

    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.told(Method::POST, path, None, body).await
    }

    pub async fn get(&self, path: &str) -> Option<Value> {
        let (status, body) = self.told(Method::GET, path, None, &Value::Null).await;
        (status == 200).then_some(body)
    }

    pub async fn receives(&self, pieces: u64) {
        let received = json!({"location": "zrh-1", "sku": SKU, "by": pieces, "reason": "RECEIVED"});
        let (status, body) = self.post("/v1/stock/adjustments", &received).await;
        assert_eq!(status, 200, "{body}");
    }

    /// Pieces that are on hand, of which none is reserved once all orders have ended.
    pub async fn on_hand(&self) -> u64 {
        let item = self.get(&format!("/v1/stock/items?location=zrh-1&sku={SKU}")).await;
        item.map_or(0, |item| item["level"]["onHand"].as_u64().unwrap() - item["level"]["reserved"].as_u64().unwrap())
    }

    /// The payments of an order.
    pub async fn payments(&self, order: &str) -> Vec<String> {
        let Some(list) = self.get(&format!("/v1/orders/{order}/payments")).await else { return Vec::new() };
        list["payments"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    }

    /// Places an order.
    pub async fn places(&self) -> String {
        let (_, draft) = self.post("/v1/orders", &json!({"currency": "EUR"})).await;
        let order = draft["orderId"].as_str().unwrap_or_else(|| panic!("{draft}")).to_owned();
        let path = format!("/v1/orders/{order}");
        let line = json!({"sku": SKU, "quantity": PIECES, "unitPrice": "2.55"});
        self.post(&format!("{path}/lines"), &line).await;
        let address = json!({"kind": "SHIPPING", "country": "CH", "name": "A", "line1": "B 1", "city": "C",
            "postalCode": "8000", "email": "a@customer.example"});
        self.told(Method::PUT, &format!("{path}/address"), None, &address).await;
        let (status, body) = self.post(&format!("{path}/place"), &json!({})).await;
        assert_eq!(status, 200, "{body}");
        order
    }

    /// Places an order and does what it takes until its saga has ended. Answers the order with the state that it ended in.
    pub async fn buys(&self, index: usize) -> (String, &'static str) {
        let order = self.places().await;
        let state = self.follows(&order, async |path, saga| self.acts(index, path, saga).await).await;
        (order, state)
    }

    /// Does something for an order at each look until its saga has ended. Answers the state that the order ended in.
    pub async fn follows(&self, order: &str, acts: impl AsyncFn(&str, &Value)) -> &'static str {
        let path = format!("/v1/orders/{order}");
        let ended = wait_for(PATIENCE, STEP, async || {
            let saga = self.get(&format!("{path}/saga")).await?;
            if saga["outcome"].is_string() {
                return Some(());
            }
            acts(&path, &saga).await;
            None
        });
        let saga = if ended.await.is_ok() { None } else { self.get(&format!("{path}/saga")).await };
        assert!(saga.is_none(), "{path} has no end: {saga:#?}");
        let view = self.get(&path).await.unwrap();
        let known = ["COMPLETED", "REJECTED", "CANCELLED"].into_iter().find(|state| view["state"] == *state);
        known.unwrap_or_else(|| panic!("{view:#}"))
    }

    /// What is to be done for an order now.
    async fn acts(&self, index: usize, path: &str, saga: &Value) {
        let method = if index.is_multiple_of(DECLINED_EVERY) { "pm_card_visa_chargeDeclined" } else { "pm_card_visa" };
        self.pays(method, path, saga).await;
        let payment = last(saga, "payments");
        let is_to_cancel = index.is_multiple_of(CANCELLED_EVERY);
        if is_to_cancel && payment["status"] == "CAPTURED" && saga["undoneBecause"].is_null() {
            if let Some(view) = self.get(path).await {
                let cancel = (format!("{path}/cancel"), json!({"reason": "CUSTOMER"}));
                self.told(Method::POST, &cancel.0, view["version"].as_i64(), &cancel.1).await;
            }
            return;
        }
        let fulfilment = last(saga, "fulfilments");
        let Some(id) = fulfilment["id"].as_str() else { return };
        let fulfilment = format!("/v1/fulfilments/{id}");
        let Some(view) = self.get(&fulfilment).await else { return };
        let next = match view["state"].as_str().unwrap_or_default() {
            "REQUESTED" => "accept",
            "ACCEPTED" => "pack",
            // What is to be cancelled does not leave before that: a person would have to decide what becomes of it.
            "PACKED" if view["released"] == true && !is_to_cancel => "ship",
            "SHIPPED" => "deliver",
            _ => return,
        };
        let body = if next == "ship" { json!({"carrier": "post", "tracking": "CH1"}) } else { Value::Null };
        self.post(&format!("{fulfilment}/{next}"), &body).await;
    }

    /// Pays an order by a method, where there is something to pay.
    pub async fn pays(&self, method: &str, path: &str, saga: &Value) {
        if last(saga, "payments")["status"] == "UNKNOWN" && self.is_payable(path).await {
            self.post(&format!("{path}/payments"), &json!({"paymentMethod": method})).await;
        }
    }

    /// Whether the provider has the payment and has nothing to answer.
    async fn is_payable(&self, path: &str) -> bool {
        let Some(list) = self.get(&format!("{path}/payments")).await else { return false };
        let payment = list["payments"].as_array().and_then(|list| list.last()).cloned().unwrap_or_default();
        payment["status"] == "PENDING" && payment["inProgress"] == false
    }
}

/// The last of a saga's payments or fulfilments.
fn last(saga: &Value, parts: &str) -> Value {
    saga[parts].as_array().and_then(|parts| parts.last()).cloned().unwrap_or_default()
}
