//! One order as its customer and the warehouse see it, over HTTP that may fail at any moment.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::order_saga::contract::SagaOutcome;
use serde_json::Value;
use service_kit::poll::pause;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::connections::Connections;
use super::followed::{Followed, Progress};

/// The pause before a command is sent again that an engine did not answer, or asked to send again.
const AGAIN: Duration = Duration::from_millis(100);
/// How long a customer who has paid waits before they look whether it is so.
const LOOK_AFTER: Duration = Duration::from_secs(2);

const PAYS: &str = "pm_card_visa";
const IS_DECLINED: &str = "pm_card_visa_chargeDeclined";

/// A line of what is ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedLine {
    pub sku: String,
    pub pieces: u32,
    /// The price of a piece, in minor units of a currency that has two decimals.
    pub price_minor: i64,
}

impl WantedLine {
    /// The line's total, in minor units.
    pub fn total(&self) -> i64 {
        i64::from(self.pieces) * self.price_minor
    }
}

/// What is ordered, and how it is paid.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub customer: Option<String>,
    pub currency: &'static str,
    pub lines: Vec<WantedLine>,
    pub has_money: bool,
}

impl Wanted {
    /// The total, in minor units.
    pub fn total(&self) -> i64 {
        self.lines.iter().map(WantedLine::total).sum()
    }
}

/// The life of an order.
#[derive(Debug, Clone)]
pub struct Life {
    pub id: String,
    pub wanted: Wanted,
    pub placed: Instant,
    /// The customer's payment was answered.
    pub paid: Option<Instant>,
    pub progress: Progress,
}

impl Life {
    /// Whether it was delivered; `None` where its saga has not ended.
    pub fn is_delivered(&self) -> Option<bool> {
        self.progress.ended.as_ref().map(|(outcome, _)| *outcome == SagaOutcome::Completed)
    }
}

/// A customer, and the staff who pack what they order.
pub struct Buyer {
    connections: Arc<Connections>,
    followed: Arc<Followed>,
}

impl Buyer {
    /// A buyer at an engine.
    pub fn new(connections: &Arc<Connections>, followed: &Arc<Followed>) -> Self {
        Self { connections: Arc::clone(connections), followed: Arc::clone(followed) }
    }

    /// Orders, pays, packs, ships and delivers, each when it is time, and returns when the saga has ended, or after the longest time that
    /// it may take from its placement.
    pub async fn lives(&self, wanted: &Wanted, longest: Duration) -> Life {
        let life = self.places(wanted).await;
        self.sees_through(life, longest).await
    }

    /// Drafts and places an order.
    pub async fn places(&self, wanted: &Wanted) -> Life {
        let id = self.drafts(wanted).await;
        // Watched before it is placed, so that nothing is missed.
        drop(self.followed.watch(&id));
        let placed = Instant::now();
        self.command("POST", &format!("/v1/orders/{id}/place"), "{}").await;
        Life { id, wanted: wanted.clone(), placed, paid: None, progress: Progress::default() }
    }

    /// Does for an order that was placed what is to be done, until its saga has ended, or for the longest time that it may take. One that
    /// does not end is counted as unfinished.
    pub async fn sees_through(&self, mut life: Life, longest: Duration) -> Life {
        let mut progress = self.followed.watch(&life.id);
        let whole = async {
            self.pays(&mut life, &mut progress).await;
            self.fulfils(&mut progress).await;
            progress.wait_for(|progress| progress.ended.is_some()).await.unwrap();
        };
        tokio::time::timeout(longest, whole).await.ok();
        life.progress = progress.borrow().clone();
        self.followed.forget(&life.id);
        life
    }

    async fn drafts(&self, wanted: &Wanted) -> String {
        let customer = wanted.customer.as_ref().map(|id| format!(r#""customer":"{id}","#)).unwrap_or_default();
        let draft = format!(r#"{{{customer}"currency":"{}"}}"#, wanted.currency);
        let draft = self.command("POST", "/v1/orders", &draft).await;
        let id = draft["orderId"].as_str().unwrap().to_owned();
        let path = format!("/v1/orders/{id}/lines");
        for WantedLine { sku, pieces, price_minor } in &wanted.lines {
            let price = format!("{}.{:02}", price_minor / 100, price_minor % 100);
            let line = format!(r#"{{"sku":"{sku}","quantity":{pieces},"unitPrice":"{price}"}}"#);
            self.command("POST", &path, &line).await;
        }
        let address = r#"{"kind":"SHIPPING","country":"CH","name":"A","line1":"B 1","city":"C","postalCode":"8000"}"#;
        self.command("PUT", &format!("/v1/orders/{id}/address"), address).await;
        id
    }

    /// Pays as often as it is asked to, until it is authorised or over.
    async fn pays(&self, life: &mut Life, progress: &mut watch::Receiver<Progress>) {
        let path = format!("/v1/orders/{}/payments", life.id);
        let method = if life.wanted.has_money { PAYS } else { IS_DECLINED };
        let body = format!(r#"{{"paymentMethod":"{method}"}}"#);
        let mut seen = 0;
        loop {
            let is_next = |progress: &Progress| {
                progress.payable_count > seen || progress.authorized.is_some() || progress.ended.is_some()
            };
            let is_late = tokio::time::timeout(LOOK_AFTER, progress.wait_for(is_next)).await.is_err();
            let now = progress.borrow().clone();
            if now.authorized.is_some() || now.ended.is_some() {
                return;
            }
            if now.payable_count > seen || (is_late && seen > 0 && self.is_unpaid(&path).await) {
                self.attempt("POST", &path, &body, &key()).await;
                life.paid = life.paid.or(Some(Instant::now()));
                seen = now.payable_count;
            }
        }
    }

    /// Whether the customer is to pay, and no attempt is under way.
    async fn is_unpaid(&self, path: &str) -> bool {
        let Some((200, body)) = self.attempt("GET", path, "", &key()).await else { return false };
        let payment = &body["payments"][0];
        payment["status"] == "PENDING" && payment["inProgress"] == false
    }

    async fn fulfils(&self, progress: &mut watch::Receiver<Progress>) {
        let is_next = |progress: &Progress| progress.released.is_some() || progress.ended.is_some();
        let released = progress.wait_for(is_next).await.unwrap().released.clone();
        let Some((fulfilment, _)) = released else { return };
        let carrier = r#"{"carrier":"post","tracking":"CH1"}"#;
        for (verb, body) in [("accept", "{}"), ("pack", "{}"), ("ship", carrier), ("deliver", "{}")] {
            self.command("POST", &format!("/v1/fulfilments/{fulfilment}/{verb}"), body).await;
        }
    }

    /// Sends a command under one key until it has succeeded.
    ///
    /// # Panics
    /// When it is refused for good.
    pub async fn command(&self, method: &str, path: &str, body: &str) -> Value {
        let key = key();
        loop {
            match self.attempt(method, path, body, &key).await {
                Some((200..300, body)) => return body,
                None | Some((409 | 429 | 500..600, _)) => {
                    pause(AGAIN, &CancellationToken::new()).await;
                }
                Some((status, answer)) => panic!("{method} {path}: {status} {answer}"),
            }
        }
    }

    /// Sends a request once; `None` where nobody answers.
    async fn attempt(&self, method: &str, path: &str, body: &str, key: &str) -> Option<(u16, Value)> {
        let headers = format!("idempotency-key: {key}\r\n");
        let (status, body) = self.connections.send(method, path, &headers, body).await.ok()?;
        Some((status, serde_json::from_str(&body).unwrap_or_default()))
    }
}

fn key() -> String {
    Uuid::now_v7().to_string()
}
