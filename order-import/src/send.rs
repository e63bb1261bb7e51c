//! Sends rows to the engine and reads the result of each.
//!
//! Guarantees: a row without a result is sent again, which changes nothing if it had already arrived. The wait for an engine
//! that does not answer is limited. A refusal of the whole request ends the import at once.

use std::collections::HashMap;
use std::time::Duration;

use futures::StreamExt;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use service_kit::BoxError;
use service_kit::poll::pause;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::ledger::{Completed, Outcome};
use super::order::Prepared;
use super::progress::Progress;
use crate::attempts::{self, Attempts, Failure, FieldError, GivenUp, Problem, Refusal, SILENCE_MAX, disconnected};
use crate::engine::Engine;

/// How long a stopped import waits for the results of what was sent.
const GRACE: Duration = Duration::from_secs(10);
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
type SendFailure = Failure<SendError>;

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

impl RowResult {
    /// `Err` with the reason when the row is to be sent again.
    fn outcome(self) -> Result<Outcome, String> {
        let detail = attempts::explained(self.detail.unwrap_or_default(), self.errors);
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
        let mut attempts = Attempts::new(self.patience, &self.progress, &self.stop);
        loop {
            let before = waiting.len();
            let Some(outcome) = self.bounded(self.attempt(&mut waiting)).await else { return Err(SendError::Stopped) };
            if waiting.is_empty() {
                return Ok(());
            }
            if waiting.len() < before {
                attempts.renew();
            }
            let (last, wait) = match outcome {
                Ok(()) => ("the answer ended before its last result".to_owned(), None),
                Err(Failure::Transient { reason, wait }) => (reason, wait),
                Err(Failure::Final(error)) => return Err(error),
            };
            attempts.pause(last, wait).await.map_err(|given_up| match given_up {
                GivenUp::Away { seconds, last } => SendError::Away { url: self.engine.url.clone(), seconds, last },
                GivenUp::Stopped => SendError::Stopped,
            })?;
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
        let token = self.engine.token().map_err(|error| Failure::Final(SendError::Token(error)))?;
        let query = if self.dry_run { "?dryRun=true" } else { "" };
        let request = self
            .engine
            .http
            .post(format!("{}/v1/imports{query}", self.engine.url))
            .header(CONTENT_TYPE, "application/x-ndjson")
            .bearer_auth(token)
            .body(body);
        let answer = tokio::time::timeout(SILENCE_MAX, request.send()).await.map_err(|_| silence())?;
        let response = answer.map_err(|error| disconnected(&error))?;
        if response.status() != StatusCode::OK {
            return Err(refused(Refusal::read(response).await));
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
                Ok(Some(chunk)) => chunk.map_err(|error| disconnected(&error))?,
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
        failed.map_or(Ok(()), |reason| Err(Failure::Transient { reason, wait: None }))
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
        self.completions.send(Completed { invoice, outcome }).await.map_err(|_| Failure::Final(SendError::Stopped))?;
        Ok(None)
    }
}

fn silence() -> SendFailure {
    Failure::Transient { reason: format!("no answer within {} s", SILENCE_MAX.as_secs()), wait: None }
}

fn unreadable(what: &str) -> SendFailure {
    Failure::Final(SendError::Refused { answer: attempts::unreadable(what) })
}

/// A whole request refused: for now, or for good.
fn refused(refusal: Refusal) -> SendFailure {
    let is_transient = refusal.is_transient();
    let Refusal { status, wait, problem: Problem { title, detail, .. } } = refusal;
    let explanation = detail.map_or_else(String::new, |detail| format!(": {detail}"));
    let answer = format!("{status} {title}{explanation}");
    if is_transient {
        Failure::Transient { reason: answer, wait }
    } else {
        Failure::Final(SendError::Refused { answer })
    }
}
