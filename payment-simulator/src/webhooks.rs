//! Webhooks: signed as Stripe signs them, and sent now, twice, or when they are released.

use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::hmac;
use serde_json::Value;
use service_kit::backoff::Backoff;
use service_kit::clock::SharedClock;
use tokio_util::sync::CancellationToken;

use crate::faults::WebhookMode;
use crate::{SIGNATURE_HEADER, WebhookTarget};

/// How often a webhook is sent that is not taken.
const TRIES_MAX: u32 = 5;
/// Pause before it is sent again, in milliseconds; doubled with each time.
const FIRST_PAUSE_MS: u64 = 200;
/// Longest such pause, in milliseconds.
const PAUSE_MS_MAX: u64 = 5_000;
/// Longest wait for an answer, in milliseconds.
const ANSWER_MS_MAX: u64 = 10_000;

pub(crate) struct Webhooks {
    clock: SharedClock,
    target: Option<WebhookTarget>,
    held: Mutex<Vec<Value>>,
    /// One for all of them, since each new one reads the machine's certificates.
    http: reqwest::Client,
}

/// The signature of a payload at a moment, in seconds since 1970.
pub(crate) fn signature(secret: &str, at: i64, payload: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{at}.{payload}").as_bytes());
    let mut text = format!("t={at},v1=");
    for byte in tag.as_ref() {
        write!(text, "{byte:02x}").expect("a text takes every character");
    }
    text
}

impl Webhooks {
    pub(crate) fn new(clock: SharedClock, target: Option<WebhookTarget>) -> Self {
        Self { clock, target, held: Mutex::default(), http: reqwest::Client::new() }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Vec<Value>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends events, or keeps them.
    pub(crate) fn take(&self, events: Vec<Value>, mode: WebhookMode) {
        let Some(target) = self.target.clone() else { return };
        let times = match mode {
            WebhookMode::Held => {
                self.held().extend(events);
                return;
            }
            WebhookMode::Once => 1,
            WebhookMode::Twice => 2,
        };
        for event in events {
            for _ in 0..times {
                let at = self.seconds();
                let (http, target, event) = (self.http.clone(), target.clone(), event.clone());
                tokio::spawn(async move {
                    let mut pauses = Backoff::between_ms(FIRST_PAUSE_MS, PAUSE_MS_MAX);
                    for _ in 0..TRIES_MAX {
                        if send(&http, &target, &event, at).await.is_ok_and(|status| status < 300) {
                            return;
                        }
                        service_kit::poll::pause(pauses.next_pause(), &CancellationToken::new()).await;
                    }
                    tracing::warn!(url = target.url, "a webhook was not taken");
                });
            }
        }
    }

    fn seconds(&self) -> i64 {
        self.clock.now().micros().div_euclid(1_000_000)
    }

    /// Sends what is held, each so many times, one after the other. Returns the statuses that were answered; 0 for none.
    pub(crate) async fn release(&self, reversed: bool, times: usize) -> Vec<u16> {
        let Some(target) = &self.target else { return Vec::new() };
        let mut events = std::mem::take(&mut *self.held());
        if reversed {
            events.reverse();
        }
        let mut statuses = Vec::new();
        for event in events {
            for _ in 0..times {
                statuses.push(send(&self.http, target, &event, self.seconds()).await.unwrap_or(0));
            }
        }
        statuses
    }
}

async fn send(http: &reqwest::Client, target: &WebhookTarget, event: &Value, at: i64) -> Result<u16, reqwest::Error> {
    let payload = event.to_string();
    let answer = http
        .post(&target.url)
        .header("content-type", "application/json; charset=utf-8")
        .header(SIGNATURE_HEADER, signature(target.secret.expose(), at, &payload))
        .timeout(Duration::from_millis(ANSWER_MS_MAX))
        .body(payload)
        .send()
        .await?;
    Ok(answer.status().as_u16())
}
