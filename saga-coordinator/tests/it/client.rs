//! Operators over HTTP.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request};
use domain::OrderId;
use serde_json::Value;
use service_kit::auth::Role;
use service_kit::clock::{Ids, SystemIds};
use tower::ServiceExt;

use crate::orders::tenant;
use crate::world::World;

const ANSWER_BYTES_MAX: usize = 1 << 20;

/// A response.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Reply {
    #[track_caller]
    pub fn assert(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// The code of a problem of a status.
    #[track_caller]
    pub fn refused(self, status: u16) -> String {
        self.assert(status).body["code"].as_str().unwrap().to_owned()
    }
}

/// Somebody with a role in a tenant.
#[derive(Clone, Copy)]
pub struct Operator<'a> {
    pub world: &'a World,
    pub role: Role,
    pub tenant: &'a str,
}

impl World {
    /// A clerk of the shop.
    pub fn clerk(&self) -> Operator<'_> {
        Operator { world: self, role: Role::Clerk, tenant: "shop" }
    }
}

impl Operator<'_> {
    /// The saga of an order.
    pub async fn saga(self, order: OrderId) -> Reply {
        self.send(Method::GET, &format!("/v1/orders/{order}/saga"), &[], &Value::Null).await
    }

    /// A command on the saga of an order, such as `retry`, under a new key.
    pub async fn order(self, order: OrderId, command: &str, body: &Value) -> Reply {
        self.order_with(order, command, &[], body).await
    }

    /// The same with headers, which may bring a key.
    pub async fn order_with(self, order: OrderId, command: &str, headers: &[(&str, &str)], body: &Value) -> Reply {
        let key = SystemIds.random().to_string();
        let headers = [&[("idempotency-key", key.as_str())], headers].concat();
        let own = headers.iter().filter(|(name, _)| *name == "idempotency-key").count();
        let headers = if own > 1 { &headers[1..] } else { &headers[..] };
        self.send(Method::POST, &format!("/v1/orders/{order}/saga/{command}"), headers, body).await
    }

    async fn send(self, method: Method, path: &str, headers: &[(&str, &str)], body: &Value) -> Reply {
        let token = self.world.issuer.token(self.role, &tenant(self.tenant), None);
        let mut request =
            Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header("content-type", "application/json");
            Body::from(body.to_string())
        };
        let (head, body) = self.world.app.clone().oneshot(request.body(body).unwrap()).await.unwrap().into_parts();
        let bytes = to_bytes(body, ANSWER_BYTES_MAX).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status: head.status.as_u16(), headers: head.headers, body }
    }
}
