//! Who uses an engine over HTTP.

use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use service_kit::clock::{Ids, SystemIds};
use service_kit::poll::wait_for;

use crate::look::{LOOK, PATIENCE};

/// Staff of one tenant.
pub struct Shop {
    url: String,
    http: Client,
    token: String,
}

impl Shop {
    /// The shop whose staff has a token, at an engine's URL.
    pub fn at(url: &str, token: &str) -> Self {
        Self { url: url.to_owned(), http: Client::new(), token: token.to_owned() }
    }

    /// Posts under a new key, and answers the body of the success. What is refused for now is sent again under that key.
    pub async fn post(&self, path: &str, body: &Value) -> Value {
        let key = new_key();
        let answered = async || {
            let request = self.http.post(format!("{}{path}", self.url)).json(body);
            let (status, body) = self.send_under(&key, request).await.unwrap();
            (body["retryable"] != true).then_some((status, body))
        };
        let (status, body) = wait_for(PATIENCE, LOOK, answered).await.unwrap_or_else(|late| panic!("{path}: {late}"));
        assert!((200..300).contains(&status), "{path}: {status} {body}");
        body
    }

    /// Posts under a new key, and answers the status with the body; an error where nobody answers.
    pub async fn attempt(&self, path: &str, body: &Value) -> reqwest::Result<(u16, Value)> {
        self.send(self.http.post(format!("{}{path}", self.url)).json(body)).await
    }

    /// The same for a version that must be the newest.
    pub async fn attempt_at(&self, version: i64, path: &str, body: &Value) -> reqwest::Result<(u16, Value)> {
        let request = self.http.post(format!("{}{path}", self.url)).json(body);
        self.send(request.header("if-match", format!("\"{version}\""))).await
    }

    pub async fn put(&self, path: &str, body: &Value) {
        let (status, body) = self.send(self.http.put(format!("{}{path}", self.url)).json(body)).await.unwrap();
        assert!((200..300).contains(&status), "{path}: {status} {body}");
    }

    async fn send(&self, request: RequestBuilder) -> reqwest::Result<(u16, Value)> {
        self.send_under(&new_key(), request).await
    }

    async fn send_under(&self, key: &str, request: RequestBuilder) -> reqwest::Result<(u16, Value)> {
        let answer = self.authorized(request).header("idempotency-key", key).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }

    /// What is there; `None` where nothing is.
    pub async fn get(&self, path: &str) -> Option<Value> {
        let request = self.authorized(self.http.get(format!("{}{path}", self.url)));
        let answer = request.send().await.unwrap();
        if answer.status().is_success() { Some(answer.json().await.unwrap()) } else { None }
    }

    /// What GraphQL answers to a query.
    pub async fn query(&self, query: &str) -> Value {
        let request = self.authorized(self.http.post(format!("{}/graphql", self.url)));
        let answer = request.json(&serde_json::json!({"query": query})).send().await.unwrap();
        answer.json().await.unwrap()
    }

    fn authorized(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(&self.token)
    }
}

fn new_key() -> String {
    SystemIds.random().to_string()
}
