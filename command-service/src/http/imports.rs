//! Imports: rows in, results out, streamed both ways.
//!
//! Guarantees: results come in the order of the rows; memory is bounded by what is at work; a row that is refused stops
//! nobody else's; while the store does not answer, rows wait a bounded time; a client that goes away stops the work.
//! Does not: hold a transaction over rows. Each row is its own command, and repeating an import changes nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use event_store::Expectation;
use futures::{Stream, StreamExt, stream};
use serde::Deserialize;
use service_kit::clock::Stopwatch;
use service_kit::http::is_media_type;
use service_kit::poll::pause;
use service_kit::problem::Problem;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use super::AppState;
use super::caller::Unkeyed;
use super::import_row::{ImportRow, RowResult};
use super::ndjson::{LINE_BYTES_MAX, Line, Lines};
use crate::commands::input::ImportedOrder;
use crate::commands::{Caller, Code, Commands, ImportEffect, Imported, Refusal};

/// Results written in one piece at most.
const RESULTS_PER_PIECE: usize = 64;
/// Bytes of rows that one permit of an import's room stands for.
const ROOM_UNIT_BYTES: usize = 1_024;
/// First and longest pause before a row is tried again.
const RETRY_PAUSE_MS_MIN: u64 = 50;
const RETRY_PAUSE_MS_MAX: u64 = 2_000;

/// Take in orders of another system
///
/// One JSON object a line, each an order; one result a line comes back, in order, while the rest is still being sent. Orders
/// are known by source and reference, so an import can be repeated and needs no Idempotency-Key. A row that is refused does
/// not stop the others. A row has at most 1 MiB and 2,000 lines; it is taken in whole or not at all.
///
/// A row whose order was taken in before with other content is refused as `import_conflict`, unless it says `"update": true`:
/// then it replaces that order, whose history keeps both. A number of the form `SO-…` moves the tenant's own counter, so that
/// the next placement comes after it; beyond `SO-1000000000000` it is refused.
#[utoipa::path(post, path = "/v1/imports", tag = "imports",
    params(("dryRun" = Option<bool>, Query,
        description = "Whether nothing is taken in: each result says what the row would have led to now.")),
    request_body(content = ImportRow, content_type = "application/x-ndjson"),
    responses((status = 200, description = "One result a row, in order.", body = RowResult,
        content_type = "application/x-ndjson")))]
pub(super) async fn import_orders(
    State(state): State<AppState>,
    Unkeyed(caller): Unkeyed,
    query: Result<Query<ImportQuery>, QueryRejection>,
    request: Request,
) -> Result<Response, Refusal> {
    Commands::may_import(&caller.principal)?;
    let Query(query) =
        query.map_err(|_| Refusal::new(Code::MalformedBody, "the one parameter is dryRun=true or false"))?;
    if !is_media_type(request.headers(), "application/x-ndjson") {
        return Err(Refusal::new(Code::WrongContentType, "send content-type: application/x-ndjson"));
    }
    let share = match state.import_shares.take(&caller.principal) {
        Ok(share) => share,
        Err(taken) => return Ok(Problem::from(taken).into_response()),
    };
    let place = Arc::clone(&state.import_streams)
        .try_acquire_owned()
        .map_err(|_full| Refusal::new(Code::Overloaded, "too many imports are at work; try again"))?;
    let lines =
        Lines::new(request.into_body().into_data_stream(), Duration::from_millis(state.limits.import_idle_ms_max));
    let import = Import {
        commands: Arc::clone(&state.commands),
        // Versions and keys are for commands on one order.
        caller: Caller { key: None, expected: None, ..caller },
        mostly_known: AtomicBool::new(false),
        is_dry_run: query.dry_run,
        retry_limit: Duration::from_millis(state.limits.import_retry_ms_max),
    };
    let results = results(lines, Arc::new(import), state.limits.import_rows_max, state.limits.import_bytes_max);
    let body = Body::from_stream(results.map(move |piece| {
        let _held_until_the_end = (&place, &share);
        Ok::<_, std::convert::Infallible>(piece)
    }));
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response())
}

/// How an import is done.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ImportQuery {
    /// Whether nothing is taken in: each result says what the row would have led to now.
    #[serde(default)]
    dry_run: bool,
}

/// One import at work.
struct Import {
    commands: Arc<Commands>,
    caller: Caller,
    /// Whether the last row had been taken in before: the next one's likely fate too, and guessing right saves a conflict.
    mostly_known: AtomicBool,
    is_dry_run: bool,
    retry_limit: Duration,
}

/// Results of lines, in order, in pieces. Each row runs as a task of its own: a client that reads slowly must not leave a
/// row half-way, where it would hold up commands of others.
fn results<S, E>(
    lines: Lines<S>,
    import: Arc<Import>,
    rows_max: usize,
    bytes_max: usize,
) -> impl Stream<Item = Bytes> + Send
where
    S: Stream<Item = Result<Bytes, E>> + Send + Unpin + 'static,
    E: Send + 'static,
{
    let room = Arc::new(Semaphore::new(bytes_max.max(LINE_BYTES_MAX) / ROOM_UNIT_BYTES + 1));
    stream::unfold(lines, |mut lines| async move { lines.next().await.map(|line| (line, lines)) })
        .then(move |line| admit(line, Arc::clone(&room)))
        .map(move |(line, place)| {
            let (import, number) = (Arc::clone(&import), line.number());
            let task = async move {
                let result = import.row(line).await;
                drop(place);
                result
            };
            let task = AbortOnDropHandle::new(tokio::spawn(task.in_current_span()));
            async move { to_line(&task.await.unwrap_or_else(|error| RowResult::of(number, Err(Refusal::internal(&error))))) }
        })
        .buffered(rows_max)
        .ready_chunks(RESULTS_PER_PIECE)
        .map(|results| {
            let mut piece = BytesMut::with_capacity(results.iter().map(Vec::len).sum());
            results.iter().for_each(|result| piece.extend_from_slice(result));
            piece.freeze()
        })
}

fn to_line(result: &RowResult) -> Vec<u8> {
    let mut json = serde_json::to_vec(result).expect("results are made of strings and numbers");
    json.push(b'\n');
    json
}

/// Waits until there is room for a line's bytes.
async fn admit(line: Line, room: Arc<Semaphore>) -> (Line, OwnedSemaphorePermit) {
    let bytes = if let Line::Row(_, bytes) = &line { bytes.len() } else { 0 };
    let units = u32::try_from(bytes / ROOM_UNIT_BYTES + 1).expect("a line has at most a mebibyte");
    let place = room.acquire_many_owned(units).await.expect("the semaphore is never closed");
    (line, place)
}

impl Import {
    async fn row(&self, line: Line) -> RowResult {
        match line {
            Line::Row(number, bytes) => {
                let imported = match ImportRow::read(&bytes) {
                    Ok(order) => self.import(order).await,
                    Err(refusal) => Err(refusal),
                };
                RowResult::of(number, imported)
            }
            Line::TooLong(number) => {
                let detail = format!("a row has at most {LINE_BYTES_MAX} bytes");
                RowResult::of(number, Err(Refusal::new(Code::BodyTooLarge, detail)))
            }
            Line::Stalled(number) => {
                let refusal =
                    Refusal::new(Code::SlowBody, "nothing more came; this row and all after it were not read");
                RowResult::of(number, Err(refusal))
            }
        }
    }

    /// Takes an order in, trying again for a bounded time while the store is busy or away.
    async fn import(&self, order: ImportedOrder) -> Result<Imported, Refusal> {
        let (watch, never) = (Stopwatch::start(), CancellationToken::new());
        let mut rest_ms = RETRY_PAUSE_MS_MIN;
        loop {
            let known = self.mostly_known.load(Ordering::Relaxed);
            let expects = if known { Expectation::Existing } else { Expectation::New };
            let result = if self.is_dry_run {
                self.commands.try_import(&self.caller, order.clone()).await
            } else {
                self.commands.import(&self.caller, order.clone(), expects).await
            };
            match result {
                Err(refusal) if refusal.code.is_retryable() && watch.elapsed() < self.retry_limit => {
                    pause(Duration::from_millis(rest_ms), &never).await;
                    rest_ms = (rest_ms * 2).min(RETRY_PAUSE_MS_MAX);
                }
                Ok(imported) => {
                    self.mostly_known.store(imported.effect != ImportEffect::Imported, Ordering::Relaxed);
                    return Ok(imported);
                }
                Err(refusal) => return Err(refusal),
            }
        }
    }
}
