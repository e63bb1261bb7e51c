//! An engine on the stack's own log, which drives the orders of its policies. It ends with the test, so that its
//! consumers leave their groups.

use std::path::Path;

use order_engine::{Role, ServeError, serve_until};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use service_kit::clock::{Ids, SystemIds};
use service_kit::config::{DatabaseSettings, MessagingSettings, Settings, TopicSettings, Variables};
use service_kit::poll::{wait_for, wait_until};
use service_kit::testing::{PATIENCE, wait_for_turn_with_engine};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::program::{Ended, orderctl};
use crate::waits::LOOK;

/// One location, answers that are waited for briefly, and totals that are soon large.
const POLICIES: &str =
    "[default]\nlocations = [\"zrh-1\"]\nanswer_s = 3\n[default.screening]\nlarge_total_minor = 100000\n";

pub struct Engine {
    url: String,
    token: String,
    http: Client,
    stop: CancellationToken,
    running: JoinHandle<Result<(), ServeError>>,
}

impl Engine {
    /// Makes its keys, tables, topics and schemas; answers its settings.
    pub async fn prepare() -> Settings {
        let state = Variables::load().unwrap().required("ORDERS_STATE").expect("run `make test`").to_owned();
        wait_for_turn_with_engine(Path::new(&state));
        let (keys, policies) = (Path::new(&state).join("keys"), Path::new(&state).join("orderctl-policies.toml"));
        std::fs::write(&policies, POLICIES).unwrap();
        let policies = ("SAGA_POLICIES_FILE".to_owned(), policies.to_str().unwrap().to_owned());
        let webhooks = ("WEBHOOK_PRIVATE_ADDRESSES".to_owned(), "allow".to_owned());
        let variables = Variables::from_pairs([policies, webhooks]).or(Variables::load().unwrap());
        order_engine::keys(&keys, &SystemIds).unwrap();
        let databases = DatabaseSettings::from_variables(&variables).unwrap();
        order_engine::migrate(&databases).await.unwrap();
        let messaging = MessagingSettings::from_variables(&variables).unwrap();
        let topics = TopicSettings::from_variables(&variables).unwrap();
        order_engine::topics(&databases, &messaging, &topics).await.unwrap();
        order_engine::schemas(&messaging).await.unwrap();
        Settings::from_variables(&variables).unwrap()
    }

    pub async fn start(settings: Settings, roles: &'static [Role]) -> Self {
        let url = format!("http://{}", settings.http.listen);
        let stop = CancellationToken::new();
        let mut running = tokio::spawn(serve_until(settings, roles, stop.clone()));
        let http = Client::new();
        let ready = async || http.get(format!("{url}/readyz")).send().await.is_ok_and(|it| it.status().is_success());
        tokio::select! {
            ended = &mut running => panic!("the engine ended while it started: {ended:?}"),
            ready = wait_until(PATIENCE, LOOK, ready) => ready.unwrap(),
        }
        let token = orderctl(&[], &["token", "--role", "admin"]).await.output.trim().to_owned();
        Self { url, token, http, stop, running }
    }

    /// Ends it in good order.
    pub async fn stop(self) {
        self.stop.cancel();
        self.running.await.unwrap().unwrap();
    }

    /// Runs the program for it.
    pub async fn orderctl(&self, line: &str) -> Ended {
        let settings = [("ENGINE_URL", &*self.url), ("ENGINE_TOKEN", &*self.token)];
        orderctl(&settings, &line.split(' ').collect::<Vec<_>>()).await
    }

    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Value {
        let request = self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token);
        let answer = request.header("idempotency-key", SystemIds.random().to_string()).json(body).send().await.unwrap();
        let (status, body) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{path}: {status} {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Places an order of three pieces of a SKU; answers its id.
    pub async fn places(&self, sku: &str, price: &str) -> String {
        let draft = self.send(Method::POST, "/v1/orders", &json!({"currency": "EUR"})).await;
        let id = draft["orderId"].as_str().unwrap().to_owned();
        let line = json!({"sku": sku, "quantity": 3, "unitPrice": price});
        self.send(Method::POST, &format!("/v1/orders/{id}/lines"), &line).await;
        let address = json!({"kind": "SHIPPING", "country": "CH", "name": "A", "line1": "B 1", "city": "C",
            "postalCode": "8000"});
        self.send(Method::PUT, &format!("/v1/orders/{id}/address"), &address).await;
        self.send(Method::POST, &format!("/v1/orders/{id}/place"), &json!({})).await;
        id
    }

    /// What the program prints as JSON once that is so.
    pub async fn until(&self, line: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let look = async || Some(self.orderctl(line).await.json()).filter(&is_so);
        wait_for(PATIENCE, LOOK, look).await.unwrap_or_else(|_| panic!("never so: {line}"))
    }
}
