//! A tenant with tokens, and the requests its people make.

use std::time::Duration;

use domain::{CustomerId, TenantId};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use service_kit::auth::{Role, Scopes, TokenRequest, mint};
use service_kit::clock::{Clock, Ids, Stopwatch, SystemClock, SystemIds};
pub use service_kit::testing::PATIENCE;

use crate::engine::engine;

pub const LOOK: Duration = Duration::from_millis(20);
/// How long a test's tokens are good for.
const TOKEN_LIFETIME_S: u32 = 3_600;

/// A tenant of a test's own.
pub struct TestTenant {
    pub id: TenantId,
    http: reqwest::Client,
}

/// Somebody with a token.
#[derive(Clone)]
pub struct Caller {
    http: reqwest::Client,
    pub token: String,
}

/// An order as the commands answered it.
#[derive(Debug, Clone)]
pub struct Ordered {
    pub id: String,
    pub etag: String,
    pub consistency: String,
    pub body: Value,
}

impl TestTenant {
    pub fn open() -> Self {
        let id = TenantId::try_new(format!("t-{}", SystemIds.random().simple())).unwrap();
        Self { id, http: reqwest::Client::new() }
    }

    pub fn admin(&self) -> Caller {
        self.caller(Role::Admin.scopes(), None)
    }

    pub fn customer(&self, id: &str) -> Caller {
        self.caller(Role::Customer.scopes(), Some(CustomerId::try_new(id).unwrap()))
    }

    fn caller(&self, scopes: Scopes, customer: Option<CustomerId>) -> Caller {
        let jwt = &engine().settings.jwt;
        let request = TokenRequest {
            issuer: jwt.issuer.clone(),
            audience: jwt.audience.clone(),
            subject: customer.as_ref().map_or_else(|| "clerk".to_owned(), ToString::to_string),
            tenant: self.id.clone(),
            customer,
            scopes,
            lifetime_s: TOKEN_LIFETIME_S,
        };
        let token = mint(&engine().signing_key, &request, SystemClock.now()).unwrap();
        Caller { http: self.http.clone(), token }
    }
}

impl Caller {
    /// A request with the token and a fresh idempotency key.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http
            .request(method, format!("{}{path}", engine().url))
            .bearer_auth(&self.token)
            .header("Idempotency-Key", SystemIds.random().to_string())
    }

    pub async fn send(&self, method: Method, path: &str, body: Value) -> Response {
        self.request(method, path).json(&body).send().await.unwrap()
    }

    /// Sends a command that must succeed.
    pub async fn command(&self, method: Method, path: &str, body: Value) -> Ordered {
        ordered(self.send(method, path, body).await).await
    }

    /// A draft with one line of three pieces at 2.55 and an address.
    pub async fn draft(&self) -> Ordered {
        let draft = self.command(Method::POST, "/v1/orders", json!({"customer": "c-1", "currency": "EUR"})).await;
        let path = format!("/v1/orders/{}", draft.id);
        let line = json!({"sku": "85123A", "description": "Holder", "quantity": 3, "unitPrice": "2.55"});
        self.command(Method::POST, &format!("{path}/lines"), line).await;
        let address = json!({"kind": "SHIPPING", "name": "R. Ecipient", "line1": "1 Long Street", "city": "Zurich",
            "postalCode": "8001", "country": "CH"});
        self.command(Method::PUT, &format!("{path}/address"), address).await
    }

    /// A draft that was placed.
    pub async fn placed(&self) -> Ordered {
        let draft = self.draft().await;
        self.command(Method::POST, &format!("/v1/orders/{}/place", draft.id), json!({})).await
    }

    /// Asks GraphQL, as of at least what `after` answered. Errors of the answer end the test.
    pub async fn query(&self, after: Option<&Ordered>, query: &str, variables: Value) -> Value {
        let answer = self.ask_until_shown(after, query, variables).await;
        assert!(answer["errors"].is_null(), "{answer:#}");
        answer["data"].clone()
    }

    /// Asks GraphQL as [`Self::ask`] does, and again as long as what is asked for is not projected: the engine gives up waiting for a projector
    /// that has little of the machine for itself.
    pub async fn ask_until_shown(&self, after: Option<&Ordered>, query: &str, variables: Value) -> Value {
        let watch = Stopwatch::start();
        loop {
            let answer = self.ask(after, query, variables.clone()).await;
            let is_early = answer["errors"][0]["extensions"]["code"] == "CONSISTENCY_TIMEOUT";
            if !is_early || watch.elapsed() > PATIENCE {
                return answer;
            }
        }
    }

    /// Asks GraphQL and answers the whole body.
    pub async fn ask(&self, after: Option<&Ordered>, query: &str, variables: Value) -> Value {
        let mut request = self.request(Method::POST, "/graphql").json(&json!({"query": query, "variables": variables}));
        if let Some(after) = after {
            request = request.header("Order-Consistency-Token", &after.consistency);
        }
        request.send().await.unwrap().json().await.unwrap()
    }
}

async fn ordered(answer: Response) -> Ordered {
    let status = answer.status();
    let headers = answer.headers().clone();
    let body: Value = answer.json().await.unwrap();
    assert!(status.is_success(), "{status}: {body:#}");
    let header = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
    let id = body["orderId"].as_str().unwrap().to_owned();
    Ordered { id, etag: header("etag"), consistency: header("order-consistency-token"), body }
}
