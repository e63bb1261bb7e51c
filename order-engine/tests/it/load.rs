//! Somebody who orders all the time, repeats what was not answered, and keeps a journal.

use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use service_kit::clock::{Ids, SystemIds};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Longest wait for one answer; then the same request is sent again under the same key.
const ANSWER: Duration = Duration::from_secs(3);
/// Pause before a repeat.
const PAUSE: Duration = Duration::from_millis(100);

/// The orders that were acknowledged.
pub struct Load {
    stop: CancellationToken,
    customers: Vec<JoinHandle<Vec<String>>>,
}

impl Load {
    pub fn start(url: &str, token: &str, customers: usize) -> Self {
        let stop = CancellationToken::new();
        let customers = (0..customers).map(|_| {
            let stop = stop.clone();
            let url = url.to_owned();
            let token = token.to_owned();
            tokio::spawn(async move {
                let client = Client::builder().timeout(ANSWER).build().unwrap();
                let mut journal = Vec::new();
                while !stop.is_cancelled() {
                    journal.push(draft(&client, &url, &token).await);
                }
                journal
            })
        });
        Self { customers: customers.collect(), stop }
    }

    /// Ends after the requests under way and answers all orders that were acknowledged.
    pub async fn end(self) -> Vec<String> {
        self.stop.cancel();
        let mut journal = Vec::new();
        for customer in self.customers {
            journal.extend(customer.await.unwrap());
        }
        journal
    }
}

/// Begins one draft, repeating under the same key until it is acknowledged.
async fn draft(client: &Client, url: &str, token: &str) -> String {
    let key = SystemIds.random().to_string();
    let never = CancellationToken::new();
    loop {
        let request = client.post(format!("{url}/v1/orders")).bearer_auth(token).header("idempotency-key", &key);
        if let Ok(answer) = request.json(&json!({"currency": "EUR"})).send().await
            && answer.status() == 201
            && let Ok(body) = answer.json::<Value>().await
        {
            return body["orderId"].as_str().unwrap().to_owned();
        }
        service_kit::poll::pause(PAUSE, &never).await;
    }
}
