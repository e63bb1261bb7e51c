//! Webhooks: signed as Standard Webhooks describes, and sent now, twice, when they are released, or never.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use service_kit::backoff::Backoff;
use service_kit::clock::SharedClock;
use service_kit::standard_webhooks::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER};
use tokio_util::sync::CancellationToken;

use crate::WebhookTarget;
use crate::faults::WebhookMode;

/// How often a webhook is sent that is not taken.
const TRIES_MAX: u32 = 5;
/// Pause before it is sent again, in milliseconds; doubled with each time.
const FIRST_PAUSE_MS: u64 = 200;
/// Longest such pause, in milliseconds.
const PAUSE_MS_MAX: u64 = 5_000;
/// Longest wait for an answer, in milliseconds.
const ANSWER_MS_MAX: u64 = 10_000;

/// A parcel of which there is something new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) carrier: String,
    pub(crate) tracking: String,
}

pub(crate) struct Webhooks {
    clock: SharedClock,
    target: Option<WebhookTarget>,
    held: Mutex<Vec<Moved>>,
    /// One for all of them, since each new one reads the machine's certificates.
    http: reqwest::Client,
}

impl Webhooks {
    pub(crate) fn new(clock: SharedClock, target: Option<WebhookTarget>) -> Self {
        Self { clock, target, held: Mutex::default(), http: reqwest::Client::new() }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Vec<Moved>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends webhooks, keeps them, or forgets them.
    pub(crate) fn take(&self, moved: Vec<Moved>, mode: WebhookMode) {
        let Some(target) = self.target.clone() else { return };
        let times = match mode {
            WebhookMode::Held => {
                self.held().extend(moved);
                return;
            }
            WebhookMode::Lost => 0,
            WebhookMode::Once => 1,
            WebhookMode::Twice => 2,
        };
        for moved in moved {
            for _ in 0..times {
                let second = self.second();
                let (http, target, moved) = (self.http.clone(), target.clone(), moved.clone());
                tokio::spawn(async move {
                    let mut pauses = Backoff::between_ms(FIRST_PAUSE_MS, PAUSE_MS_MAX);
                    for _ in 0..TRIES_MAX {
                        if send(&http, &target, &moved, second).await.is_ok_and(|status| status < 300) {
                            return;
                        }
                        service_kit::poll::pause(pauses.next_pause(), &CancellationToken::new()).await;
                    }
                    tracing::warn!(url = target.url, "a webhook was not taken");
                });
            }
        }
    }

    fn second(&self) -> i64 {
        self.clock.now().micros().div_euclid(1_000_000)
    }

    /// Sends what is held, each so many times, one after the other. Returns the statuses that were answered; 0 for none.
    pub(crate) async fn release(&self, reversed: bool, times: usize) -> Vec<u16> {
        let Some(target) = &self.target else { return Vec::new() };
        let mut moved = std::mem::take(&mut *self.held());
        if reversed {
            moved.reverse();
        }
        let mut statuses = Vec::new();
        for moved in moved {
            for _ in 0..times {
                statuses.push(send(&self.http, target, &moved, self.second()).await.unwrap_or(0));
            }
        }
        statuses
    }
}

async fn send(
    http: &reqwest::Client,
    target: &WebhookTarget,
    moved: &Moved,
    second: i64,
) -> Result<u16, reqwest::Error> {
    let Moved { carrier, tracking } = moved;
    let payload = json!({"type": "parcel.updated", "trackingNumber": tracking}).to_string();
    let id = format!("msg_{tracking}_{second}");
    let signature = target.key.sign(&id, second, payload.as_bytes());
    let answer = http
        .post(format!("{}/{carrier}", target.url))
        .header("content-type", "application/json")
        .header(ID_HEADER, id)
        .header(TIMESTAMP_HEADER, second.to_string())
        .header(SIGNATURE_HEADER, signature)
        .timeout(Duration::from_millis(ANSWER_MS_MAX))
        .body(payload)
        .send()
        .await?;
    Ok(answer.status().as_u16())
}
