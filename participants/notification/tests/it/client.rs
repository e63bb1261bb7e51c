//! A client of the endpoints.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use command_kit::http::CommandLimits;
use domain::{CustomerId, TenantId};
use notification::Deps;
use reqwest::Method;
use serde_json::Value;
use service_kit::auth::Role;
use service_kit::testing::TestIssuer;
use tokio::net::TcpListener;

use crate::world::World;

pub struct Client {
    http: reqwest::Client,
    url: String,
    issuer: TestIssuer,
    next_key: AtomicU32,
}

/// A response.
#[derive(Debug)]
pub struct Reply {
    status: u16,
    body: Value,
}

impl Reply {
    /// The body of an answer of a status.
    #[track_caller]
    pub fn assert(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }
}

impl Client {
    pub async fn of(world: &World) -> Self {
        let issuer = TestIssuer::new(world.clock.clone()).await;
        let notifications = Arc::clone(&world.notifications);
        let deps = Deps { notifications, verifier: issuer.verifier(), limits: CommandLimits::default() };
        let (app, _) = notification::router(deps);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { http: reqwest::Client::new(), url, issuer, next_key: AtomicU32::new(0) }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, None, path, &Value::Null, None).await
    }

    pub async fn get_as_customer(&self, path: &str) -> Reply {
        self.send(Method::GET, None, path, &Value::Null, Some("grace")).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, None, path, body, None).await
    }

    pub async fn post_keyed(&self, key: &str, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, Some(key), path, body, None).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PUT, None, path, body, None).await
    }

    pub async fn put_as_customer(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PUT, None, path, body, Some("grace")).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, None, path, &Value::Null, None).await
    }

    /// Opens a link without a token. Returns the page.
    pub async fn open(&self, path: &str) -> String {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap()
    }

    /// What a mail program sends when its user unsubscribes.
    pub async fn one_click(&self, path: &str) -> u16 {
        let request = self.http.post(format!("{}{path}", self.url));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body("List-Unsubscribe=One-Click").send().await.unwrap().status().as_u16()
    }

    async fn send(&self, method: Method, key: Option<&str>, path: &str, body: &Value, customer: Option<&str>) -> Reply {
        let tenant = TenantId::try_new("shop").unwrap();
        let customer = customer.map(|name| CustomerId::try_new(name).unwrap());
        let role = if customer.is_some() { Role::Customer } else { Role::Admin };
        let token = self.issuer.token(role, &tenant, customer.as_ref());
        let changes = method != Method::GET;
        let mut request = self.http.request(method, format!("{}{path}", self.url)).bearer_auth(token);
        if changes {
            let own = format!("key-{}", self.next_key.fetch_add(1, Ordering::Relaxed));
            request = request.header("idempotency-key", key.unwrap_or(&own));
        }
        if !body.is_null() {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        Reply { status, body: answer.json().await.unwrap_or(Value::Null) }
    }
}
