//! Sends rows of opening stock to the engine.
//!
//! Guarantees: a request is repeated with its own key until it is answered, so it has one effect; the wait for an engine that does not
//! answer is limited. Rows that the engine refuses are found by halving their request.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use serde::Deserialize;
use service_kit::BoxError;
use tokio_util::sync::CancellationToken;

use crate::attempts::{Attempts, Failure, GivenUp, Refusal, SILENCE_MAX, disconnected, unreadable};
use crate::engine::Engine;
use crate::progress::Progress;

/// Why rows have no result.
#[derive(Debug, thiserror::Error)]
pub enum StockSendError {
    #[error(
        "the engine at {url} did not take the rows in for {seconds} s ({last}); see that it runs, then repeat the import: what was \
         imported stays as it is"
    )]
    Away { url: String, seconds: u64, last: String },
    #[error("the engine refused the import: {0}")]
    Refused(String),
    #[error("there is no token to send")]
    Token(#[source] BoxError),
    #[error("the import was stopped; repeat it, and it goes on where it stopped")]
    Stopped,
}

/// What a row led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum RowOutcome {
    Added,
    Changed,
    Unchanged,
}

/// The engine's answer to a request.
#[derive(Debug)]
pub(super) enum Answer {
    /// What each row led to when the request was first answered, and whether that was before.
    Done { outcomes: Vec<RowOutcome>, is_repeat: bool },
    /// No row was recorded.
    Refused { code: String, detail: String },
}

#[derive(Deserialize)]
struct Receipt {
    outcomes: Vec<RowOutcome>,
}

/// Sends the requests of an import.
pub(super) struct Sender {
    pub(super) engine: Engine,
    /// Longest wait for an engine that does not answer.
    pub(super) patience: Duration,
    pub(super) progress: Progress,
    pub(super) stop: CancellationToken,
}

impl Sender {
    /// Sends a request until it is answered.
    pub(super) async fn send(&self, key: &str, body: &str) -> Result<Answer, StockSendError> {
        let mut attempts = Attempts::new(self.patience, &self.progress, &self.stop);
        loop {
            let attempt = self.stop.run_until_cancelled(self.attempt(key, body)).await;
            let (last, wait) = match attempt.ok_or(StockSendError::Stopped)? {
                Ok(answer) => return Ok(answer),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Transient { reason, wait }) => (reason, wait),
            };
            attempts.pause(last, wait).await.map_err(|given_up| match given_up {
                GivenUp::Away { seconds, last } => StockSendError::Away { url: self.engine.url.clone(), seconds, last },
                GivenUp::Stopped => StockSendError::Stopped,
            })?;
        }
    }

    async fn attempt(&self, key: &str, body: &str) -> Result<Answer, Failure<StockSendError>> {
        let token = self.engine.token().map_err(|error| Failure::Final(StockSendError::Token(error)))?;
        let request = self
            .engine
            .http
            .post(format!("{}/v1/stock/imports", self.engine.url))
            .header(CONTENT_TYPE, "application/json")
            .header("Idempotency-Key", key)
            .timeout(SILENCE_MAX)
            .bearer_auth(token)
            .body(body.to_owned());
        let response = request.send().await.map_err(|error| disconnected(&error))?;
        if response.status() != StatusCode::OK {
            return refused(Refusal::read(response).await);
        }
        let is_repeat = response.headers().get("idempotent-replayed").is_some();
        let text = response.text().await.map_err(|error| disconnected(&error))?;
        let Receipt { outcomes } = serde_json::from_str(&text)
            .map_err(|error| Failure::Final(StockSendError::Refused(unreadable(&error.to_string()))))?;
        Ok(Answer::Done { outcomes, is_repeat })
    }
}

/// What an answer other than success means.
fn refused(refusal: Refusal) -> Result<Answer, Failure<StockSendError>> {
    let is_transient = refusal.is_transient();
    let Refusal { status, wait, problem } = refusal;
    let code = problem.code().to_owned();
    let detail = problem.explained();
    match status {
        _ if is_transient => Err(Failure::Transient { reason: format!("{status} {detail}"), wait }),
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::PAYLOAD_TOO_LARGE => Ok(Answer::Refused { code, detail }),
        _ => Err(Failure::Final(StockSendError::Refused(format!("{status} {detail}")))),
    }
}
