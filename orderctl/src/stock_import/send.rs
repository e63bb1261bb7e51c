//! Sends rows of opening stock to the engine.
//!
//! Guarantees: a request is repeated with its own key until it is answered, so it has one effect; the wait for an engine that does not
//! answer is limited. Rows that the engine refuses are found by halving their request.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use service_kit::BoxError;
use service_kit::backoff::Backoff;
use service_kit::clock::Stopwatch;
use service_kit::errors::chain;
use service_kit::poll::pause;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use order_import::progress::Progress;

/// Longest wait for an answer; the engine waits a minute for its own store.
const ANSWER_MAX: Duration = Duration::from_secs(75);
/// Shortest and longest pause before a request is sent again.
const PAUSE_MS_MIN: u64 = 200;
const PAUSE_MS_MAX: u64 = 5_000;
/// How much of an answer that is no problem document is shown.
const SHOWN_CHARS_MAX: usize = 200;

/// Why rows have no result.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
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

/// A problem document, as far as it is shown.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Problem {
    r#type: String,
    title: String,
    detail: Option<String>,
    errors: Vec<FieldError>,
}

#[derive(Deserialize)]
struct FieldError {
    pointer: String,
    detail: String,
}

/// Sends requests.
pub(super) struct Sender {
    pub(super) engine: Engine,
    /// Longest wait for an engine that does not answer.
    pub(super) patience: Duration,
    pub(super) progress: Progress,
    pub(super) stop: CancellationToken,
}

/// How one attempt failed.
enum Failure {
    /// Worth another attempt, after a pause where the engine asks for one.
    Transient {
        reason: String,
        wait: Option<Duration>,
    },
    Final(SendError),
}

impl Sender {
    /// Sends a request until it is answered.
    pub(super) async fn send(&self, key: &str, body: &str) -> Result<Answer, SendError> {
        let quiet = Stopwatch::start();
        let mut pauses = Backoff::between_ms(PAUSE_MS_MIN, PAUSE_MS_MAX);
        loop {
            let attempt = self.stop.run_until_cancelled(self.attempt(key, body)).await.ok_or(SendError::Stopped)?;
            let (last, wait) = match attempt {
                Ok(answer) => return Ok(answer),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Transient { reason, wait }) => (reason, wait),
            };
            if quiet.elapsed() >= self.patience {
                return Err(SendError::Away { url: self.engine.url.clone(), seconds: self.patience.as_secs(), last });
            }
            self.progress.waiting(&last);
            let rest = wait.unwrap_or_else(|| pauses.next_pause()).min(Duration::from_millis(PAUSE_MS_MAX));
            if !pause(rest, &self.stop).await {
                return Err(SendError::Stopped);
            }
        }
    }

    async fn attempt(&self, key: &str, body: &str) -> Result<Answer, Failure> {
        let token = self.engine.token().map_err(|error| Failure::Final(SendError::Token(error.into())))?;
        let request = self
            .engine
            .http
            .post(format!("{}/v1/stock/imports", self.engine.url))
            .header(CONTENT_TYPE, "application/json")
            .header("Idempotency-Key", key)
            .timeout(ANSWER_MAX)
            .bearer_auth(token)
            .body(body.to_owned());
        let response = request.send().await.map_err(|error| transient(&error))?;
        if response.status() != StatusCode::OK {
            return refused(response).await;
        }
        let is_repeat = response.headers().get("idempotent-replayed").is_some();
        let text = response.text().await.map_err(|error| transient(&error))?;
        let Receipt { outcomes } = serde_json::from_str(&text).map_err(|error| {
            let versions = "do this tool and the engine have the same version?";
            Failure::Final(SendError::Refused(format!("its answer cannot be read ({error}); {versions}")))
        })?;
        Ok(Answer::Done { outcomes, is_repeat })
    }
}

fn transient(error: &reqwest::Error) -> Failure {
    Failure::Transient { reason: chain(error), wait: None }
}

/// What an answer other than success means.
async fn refused(response: Response) -> Result<Answer, Failure> {
    let status = response.status();
    let wait = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let text = response.text().await.unwrap_or_default();
    let problem: Problem = serde_json::from_str(&text)
        .unwrap_or_else(|_| Problem { title: text.chars().take(SHOWN_CHARS_MAX).collect(), ..Problem::default() });
    let code = problem.r#type.rsplit(':').next().unwrap_or_default().to_owned();
    let mut detail = problem.detail.unwrap_or(problem.title);
    for FieldError { pointer, detail: more } in problem.errors {
        detail = format!("{detail}; {pointer}: {more}");
    }
    // A conflict is with others who change the same stock, or with an earlier attempt that is still at work.
    let is_transient = status.is_server_error()
        || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT);
    match status {
        _ if is_transient => {
            Err(Failure::Transient { reason: format!("{status} {detail}"), wait: wait.map(Duration::from_secs) })
        }
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::PAYLOAD_TOO_LARGE => Ok(Answer::Refused { code, detail }),
        _ => Err(Failure::Final(SendError::Refused(format!("{status} {detail}")))),
    }
}
