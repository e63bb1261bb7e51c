//! Attempts to have a request answered, with pauses between them.
//!
//! Guarantees: the wait for an engine that does not answer is limited; a pause ends when the user stops the import; of an answer that
//! refuses, a limited part is read. Does not: send.

use std::time::Duration;

use futures::StreamExt;
use reqwest::header::RETRY_AFTER;
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use service_kit::backoff::Backoff;
use service_kit::clock::Stopwatch;
use service_kit::poll::pause;
use tokio_util::sync::CancellationToken;

use crate::progress::Progress;

/// Longest silence of the engine; it waits a minute for its own store.
pub const SILENCE_MAX: Duration = Duration::from_secs(75);
/// Shortest and longest pause before a request is sent again.
const PAUSE_MS_MIN: u64 = 200;
const PAUSE_MS_MAX: u64 = 5_000;
/// How much of an answer that is no result is read.
const ANSWER_BYTES_MAX: usize = 16 * 1_024;
/// How much of an answer that is no problem document is shown.
const SHOWN_CHARS_MAX: usize = 200;

/// How one attempt failed.
pub enum Failure<E> {
    /// Worth another attempt, after a pause where the engine asks for one.
    Transient {
        reason: String,
        wait: Option<Duration>,
    },
    Final(E),
}

/// Why there is no further attempt.
pub enum GivenUp {
    /// The engine was silent for too long.
    Away {
        /// How long it was waited for, in seconds.
        seconds: u64,
        /// What went wrong last.
        last: String,
    },
    /// The user stopped the import.
    Stopped,
}

/// The attempts of one request.
pub struct Attempts<'a> {
    patience: Duration,
    progress: &'a Progress,
    stop: &'a CancellationToken,
    quiet: Stopwatch,
    pauses: Backoff,
}

impl<'a> Attempts<'a> {
    /// Of an engine that may be silent for so long. Waiting shows in `progress`.
    pub fn new(patience: Duration, progress: &'a Progress, stop: &'a CancellationToken) -> Self {
        Self { patience, progress, stop, quiet: Stopwatch::start(), pauses: pauses() }
    }

    /// The engine has answered some of it, so it may be silent as long as at first.
    pub fn renew(&mut self) {
        (self.quiet, self.pauses) = (Stopwatch::start(), pauses());
    }

    /// Pauses after an attempt that failed, for as long as the engine asked for, within bounds.
    ///
    /// # Errors
    /// [`GivenUp`], when there must be no other attempt.
    pub async fn pause(&mut self, last: String, wait: Option<Duration>) -> Result<(), GivenUp> {
        if self.quiet.elapsed() >= self.patience {
            return Err(GivenUp::Away { seconds: self.patience.as_secs(), last });
        }
        self.progress.waiting(&last);
        let next = self.pauses.next_pause();
        let wait = wait.unwrap_or(next).min(Duration::from_millis(PAUSE_MS_MAX));
        if pause(wait, self.stop).await { Ok(()) } else { Err(GivenUp::Stopped) }
    }
}

fn pauses() -> Backoff {
    Backoff::between_ms(PAUSE_MS_MIN, PAUSE_MS_MAX)
}

/// A failure of the connection, described by its innermost cause, because the outer ones repeat the address at length.
pub fn disconnected<E>(error: &reqwest::Error) -> Failure<E> {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    Failure::Transient { reason: innermost.to_string(), wait: None }
}

/// The reason for an answer that this release cannot read.
pub fn unreadable(what: &str) -> String {
    format!("its answer cannot be read ({what}); do this tool and the engine have the same version?")
}

/// An answer that is no success.
pub struct Refusal {
    pub status: StatusCode,
    /// How long the engine asks to wait.
    pub wait: Option<Duration>,
    pub problem: Problem,
}

/// A problem document, as far as it is shown. Source: RFC 9457.
#[derive(Deserialize)]
pub struct Problem {
    #[serde(default)]
    r#type: String,
    pub title: String,
    pub detail: Option<String>,
    #[serde(default)]
    errors: Vec<FieldError>,
}

/// What is wrong with one field of a request.
#[derive(Debug, Deserialize)]
pub struct FieldError {
    pointer: String,
    detail: String,
}

impl Refusal {
    /// Reads its status, the pause that the engine asks for, and the beginning of its body.
    pub async fn read(response: Response) -> Self {
        let status = response.status();
        let wait = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let mut text = Vec::new();
        let mut chunks = response.bytes_stream();
        while let Ok(Some(Ok(chunk))) = tokio::time::timeout(SILENCE_MAX, chunks.next()).await {
            text.extend_from_slice(&chunk);
            if text.len() > ANSWER_BYTES_MAX {
                break;
            }
        }
        Self { status, wait: wait.map(Duration::from_secs), problem: Problem::read(&text) }
    }

    /// Whether another attempt may succeed. A conflict is with others who change the same, or with an earlier attempt that is still at
    /// work.
    pub fn is_transient(&self) -> bool {
        self.status.is_server_error()
            || matches!(self.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT)
    }
}

impl Problem {
    /// A problem document; of any other text its beginning stands for the title.
    fn read(text: &[u8]) -> Self {
        let title = || String::from_utf8_lossy(text).chars().take(SHOWN_CHARS_MAX).collect();
        let other = |_| Self { r#type: String::new(), title: title(), detail: None, errors: Vec::new() };
        serde_json::from_slice(text).unwrap_or_else(other)
    }

    /// The name of the problem's type, for programs.
    pub fn code(&self) -> &str {
        self.r#type.rsplit(':').next().unwrap_or_default()
    }

    /// The detail, or else the title, and what is wrong with each field.
    pub fn explained(self) -> String {
        explained(self.detail.unwrap_or(self.title), self.errors)
    }
}

/// An explanation with what is wrong with each field.
pub fn explained(detail: String, errors: Vec<FieldError>) -> String {
    errors.into_iter().fold(detail, |all, FieldError { pointer, detail }| format!("{all}; {pointer}: {detail}"))
}
