//! Sends rows to the engine and reads the result of each.
//!
//! Guarantees: a row without a result is sent again, which changes nothing if it had already arrived. The wait for an engine
//! that does not answer is limited. A refusal of the whole request ends the import at once.

use std::collections::HashMap;
use std::time::Duration;

use futures::StreamExt;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use service_kit::BoxError;
use service_kit::backoff::Backoff;
use service_kit::clock::Stopwatch;
use service_kit::poll::pause;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::ledger::{Completed, Outcome};
use super::order::Prepared;
use super::progress::Progress;
use crate::engine::Engine;

/// Longest silence of the engine within an answer; it waits a minute for its own store.
const SILENCE_MAX: Duration = Duration::from_secs(75);
/// Shortest and longest delay before rows are sent again.
const REST_MS_MIN: u64 = 200;
const REST_MS_MAX: u64 = 5_000;
/// How long a stopped import waits for the results of what was sent.
const GRACE: Duration = Duration::from_secs(10);
/// How much of an answer that is no result is kept for the message.
const ANSWER_BYTES_MAX: usize = 16 * 1_024;
/// Longest line of results.
const RESULT_BYTES_MAX: usize = 256 * 1_024;

/// Why rows have no result.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    #[error(
        "the engine at {url} gave no result for {seconds} s ({last}); see that it runs, then repeat the import: it goes on where it stopped"
    )]
    Away {
        url: String,
        /// How long it was waited for.
        seconds: u64,
        /// What went wrong last.
        last: String,
    },
    #[error("the engine refused the import: {answer}")]
    Refused { answer: String },
    #[error(transparent)]
    Token(BoxError),
    /// Stopped by the user, with rows that have no result.
    #[error("the import was stopped")]
    Stopped,
}

/// How one attempt failed; what had a result by then is completed.
enum SendFailure {
    /// Worth another attempt, after a rest where the engine asks for one.
    Transient {
        reason: String,
        rest: Option<Duration>,
    },
    Final(SendError),
}

/// Sends rows.
#[derive(Clone)]
pub struct Sender {
    pub engine: Engine,
    /// Whether the engine only says what it would do.
    pub dry_run: bool,
    /// Longest wait for the next result.
    pub patience: Duration,
    /// Where completed invoices go.
    pub completions: mpsc::Sender<Completed>,
    /// Where waiting shows.
    pub progress: Progress,
    /// Ends the sending.
    pub stop: CancellationToken,
}

/// The engine's word on a row.
#[derive(Debug, Deserialize)]
struct RowResult {
    row: usize,
    status: RowStatus,
    code: Option<String>,
    detail: Option<String>,
    #[serde(default)]
    errors: Vec<FieldError>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RowStatus {
    Imported,
    Corrected,
    Already,
    Refused,
    Failed,
}

#[derive(Debug, Deserialize)]
struct FieldError {
    pointer: String,
    detail: String,
}

impl RowResult {
    /// `Err` with the reason when the row is to be sent again.
    fn outcome(self) -> Result<Outcome, String> {
        let mut detail = self.detail.unwrap_or_default();
        for error in self.errors {
            detail = format!("{detail}; {}: {}", error.pointer, error.detail);
        }
        let code = self.code.unwrap_or_else(|| "refused".to_owned());
        match self.status {
            RowStatus::Imported => Ok(Outcome::Imported),
            RowStatus::Corrected => Ok(Outcome::Corrected),
            RowStatus::Already => Ok(Outcome::Already),
            RowStatus::Refused => Ok(Outcome::Refused { code, detail }),
            RowStatus::Failed => Err(format!("{code}: {detail}")),
        }
    }
}

impl Sender {
    /// Sends invoices until each has its result.
    ///
    /// # Errors
    /// [`SendError`] when some have none.
    pub async fn deliver(&self, invoices: Vec<Prepared>) -> Result<(), SendError> {
        let mut waiting = invoices;
        let mut quiet = Stopwatch::start();
        let mut rests = Backoff::between_ms(REST_MS_MIN, REST_MS_MAX);
        loop {
            let before = waiting.len();
            let Some(outcome) = self.bounded(self.attempt(&mut waiting)).await else { return Err(SendError::Stopped) };
            if waiting.is_empty() {
                return Ok(());
            }
            if waiting.len() < before {
                (quiet, rests) = (Stopwatch::start(), Backoff::between_ms(REST_MS_MIN, REST_MS_MAX));
            }
            let (last, rest) = match outcome {
                Ok(()) => ("the answer ended before its last result".to_owned(), None),
                Err(SendFailure::Transient { reason, rest }) => (reason, rest),
                Err(SendFailure::Final(error)) => return Err(error),
            };
            if quiet.elapsed() >= self.patience {
                let seconds = self.patience.as_secs();
                return Err(SendError::Away { url: self.engine.url.clone(), seconds, last });
            }
            self.progress.waiting(&last);
            let next = rests.next_pause();
            let rest = rest.unwrap_or(next).min(Duration::from_millis(REST_MS_MAX));
            if !pause(rest, &self.stop).await {
                return Err(SendError::Stopped);
            }
        }
    }

    /// Lets an attempt end when the user stops the import, but not for long; `None` when it took too long.
    async fn bounded<T>(&self, attempt: impl Future<Output = T>) -> Option<T> {
        let impatient = async {
            self.stop.cancelled().await;
            pause(GRACE, &CancellationToken::new()).await
        };
        tokio::select! {
            outcome = attempt => Some(outcome),
            _ = impatient => None,
        }
    }

    /// Sends rows once and takes those with a result out of `waiting`.
    async fn attempt(&self, waiting: &mut Vec<Prepared>) -> Result<(), SendFailure> {
        let mut body = Vec::new();
        waiting.iter().filter_map(|invoice| invoice.row.as_deref()).for_each(|row| body.extend_from_slice(row));
        let token = self.engine.token().map_err(|error| SendFailure::Final(SendError::Token(error)))?;
        let query = if self.dry_run { "?dryRun=true" } else { "" };
        let request = self
            .engine
            .http
            .post(format!("{}/v1/imports{query}", self.engine.url))
            .header(CONTENT_TYPE, "application/x-ndjson")
            .bearer_auth(token)
            .body(body);
        let answer = tokio::time::timeout(SILENCE_MAX, request.send()).await.map_err(|_| silence())?;
        let response = answer.map_err(|error| transient(&error))?;
        if response.status() != StatusCode::OK {
            return Err(refused(response).await);
        }
        let mut open: HashMap<usize, Prepared> = (1..).zip(waiting.drain(..)).collect();
        let outcome = self.results(response, &mut open).await;
        // Back in their order, so that another attempt sends them as before.
        let mut left: Vec<_> = open.into_iter().collect();
        left.sort_unstable_by_key(|(row, _)| *row);
        waiting.extend(left.into_iter().map(|(_, invoice)| invoice));
        outcome
    }

    async fn results(&self, response: Response, open: &mut HashMap<usize, Prepared>) -> Result<(), SendFailure> {
        let mut chunks = response.bytes_stream();
        let mut buffer: Vec<u8> = Vec::new();
        let mut failed = None;
        while !open.is_empty() {
            let chunk = match tokio::time::timeout(SILENCE_MAX, chunks.next()).await {
                Err(_) => return Err(silence()),
                Ok(None) => break,
                Ok(Some(chunk)) => chunk.map_err(|error| transient(&error))?,
            };
            buffer.extend_from_slice(&chunk);
            let mut taken = 0;
            while let Some(end) = buffer[taken..].iter().position(|byte| *byte == b'\n') {
                let line = &buffer[taken..taken + end];
                taken += end + 1;
                failed = self.result(line, open).await?.or(failed);
            }
            buffer.drain(..taken);
            if buffer.len() > RESULT_BYTES_MAX {
                return Err(unreadable("a result without end"));
            }
        }
        failed.map_or(Ok(()), |reason| Err(SendFailure::Transient { reason, rest: None }))
    }

    /// Completes one row. Returns the reason when the row must be sent again.
    async fn result(&self, line: &[u8], open: &mut HashMap<usize, Prepared>) -> Result<Option<String>, SendFailure> {
        if line.trim_ascii().is_empty() {
            return Ok(None);
        }
        let result: RowResult = serde_json::from_slice(line).map_err(|error| unreadable(&error.to_string()))?;
        let row = result.row;
        let outcome = match result.outcome() {
            Ok(outcome) => outcome,
            Err(reason) => return Ok(Some(reason)),
        };
        let invoice = open.remove(&row).ok_or_else(|| unreadable(&format!("a second result for row {row}")))?;
        // The ledger leaves only after an error of its own, which ends the import.
        self.completions
            .send(Completed { invoice, outcome })
            .await
            .map_err(|_| SendFailure::Final(SendError::Stopped))?;
        Ok(None)
    }
}

/// A failure of the connection, described by its innermost cause, because the outer ones repeat the address at length.
fn transient(error: &reqwest::Error) -> SendFailure {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    SendFailure::Transient { reason: innermost.to_string(), rest: None }
}

fn silence() -> SendFailure {
    SendFailure::Transient { reason: format!("no answer within {} s", SILENCE_MAX.as_secs()), rest: None }
}

fn unreadable(what: &str) -> SendFailure {
    let answer = format!("its answer cannot be read ({what}); do this tool and the engine have the same version?");
    SendFailure::Final(SendError::Refused { answer })
}

/// A whole request refused: for now, or for good.
async fn refused(response: Response) -> SendFailure {
    let status = response.status();
    let rest = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let mut text = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Ok(Some(Ok(chunk))) = tokio::time::timeout(SILENCE_MAX, chunks.next()).await {
        text.extend_from_slice(&chunk);
        if text.len() > ANSWER_BYTES_MAX {
            break;
        }
    }
    let answer = format!("{status} {}", summary(&text));
    let transient = status.is_server_error()
        || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT);
    if transient {
        return SendFailure::Transient { reason: answer, rest: rest.map(Duration::from_secs) };
    }
    SendFailure::Final(SendError::Refused { answer })
}

/// The title and detail of a problem document, else the beginning of the text.
fn summary(text: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Problem {
        title: String,
        detail: Option<String>,
    }
    serde_json::from_slice::<Problem>(text).map_or_else(
        |_| String::from_utf8_lossy(text).chars().take(200).collect(),
        |problem| match problem.detail {
            Some(detail) => format!("{}: {detail}", problem.title),
            None => problem.title,
        },
    )
}
