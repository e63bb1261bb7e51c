//! Imports: rows in, results out, streamed both ways.
//!
//! Guarantees: results come in the order of the rows; memory is bounded by what is at work; a refused row does not stop
//! the others; while the store does not answer, rows wait a bounded time; if the client disconnects, the work stops.
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
use service_kit::backoff::Backoff;
use service_kit::clock::Stopwatch;
use service_kit::http::is_media_type;
use service_kit::poll::pause;
use service_kit::problem::Problem;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use super::row::{ImportRow, RowResult};
use super::{AppState, ImportEffect, Imported, Orders};
use command_kit::http::{LINE_BYTES_MAX, Line, Lines, Unkeyed};
use command_kit::{Caller, Refusal, code};
use domain::order::ImportOrder;

/// Most results written in one piece.
const RESULTS_PER_PIECE: usize = 64;
/// Bytes of rows for each permit of an import's semaphore.
const ROOM_UNIT_BYTES: usize = 1_024;
/// First and longest pause before a row is retried, in milliseconds.
const RETRY_PAUSE_MS_MIN: u64 = 50;
const RETRY_PAUSE_MS_MAX: u64 = 2_000;

/// Import orders of another system
///
/// The body has one JSON object on each line, and each is an order. The answer has one result on each line, in the same
/// order, and begins while the rest is still being sent. Orders are identified by source and reference, so an import
/// can be repeated and needs no Idempotency-Key. A row that is refused does not stop the others. A row has at most 1
/// MiB and 2,000 lines; it is imported whole or not at all.
///
/// A row whose order was imported before with other content is refused as `import_conflict`, unless it has `"update":
/// true`: then it replaces that order, whose history keeps both. A number of the form `SO-…` moves the tenant's own
/// counter, so that the next placement comes after it; beyond `SO-1000000000000` it is refused.
#[utoipa::path(post, path = "/v1/imports", tag = "imports",
    params(("dryRun" = Option<bool>, Query,
        description = "Whether nothing is imported: each result then says what its row would lead to now.")),
    request_body(content = ImportRow, content_type = "application/x-ndjson"),
    responses((status = 200, description = "One result for each row, in order.", body = RowResult,
        content_type = "application/x-ndjson")))]
pub(super) async fn import_orders(
    State(state): State<AppState>,
    Unkeyed(caller): Unkeyed,
    query: Result<Query<ImportQuery>, QueryRejection>,
    request: Request,
) -> Result<Response, Refusal> {
    Orders::may_import(&caller)?;
    let Query(query) =
        query.map_err(|_| Refusal::new(code::MALFORMED_BODY, "the one parameter is dryRun=true or false"))?;
    if !is_media_type(request.headers(), "application/x-ndjson") {
        return Err(Refusal::new(code::WRONG_CONTENT_TYPE, "send content-type: application/x-ndjson"));
    }
    let share = match state.import_shares.take(&caller.principal) {
        Ok(share) => share,
        Err(taken) => return Ok(Problem::from(taken).into_response()),
    };
    let permit = Arc::clone(&state.import_streams)
        .try_acquire_owned()
        .map_err(|_full| Refusal::new(code::OVERLOADED, "too many imports are at work; try again"))?;
    let lines =
        Lines::new(request.into_body().into_data_stream(), Duration::from_millis(state.limits.import_idle_ms_max));
    let import = Import {
        orders: Arc::clone(&state.orders),
        // Versions and keys are for commands on one order.
        caller: Caller { key: None, expected: None, is_dry_run: query.dry_run, ..caller },
        mostly_known: AtomicBool::new(false),
        retry_limit: Duration::from_millis(state.limits.import_retry_ms_max),
    };
    let results = results(lines, Arc::new(import), state.limits.import_rows_max, state.limits.import_bytes_max);
    let body = Body::from_stream(results.map(move |piece| {
        let _held_until_the_end = (&permit, &share);
        Ok::<_, std::convert::Infallible>(piece)
    }));
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response())
}

/// The query parameters of an import.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ImportQuery {
    /// Whether this is a dry run: nothing is imported, and each result says what the row would lead to now.
    #[serde(default)]
    dry_run: bool,
}

/// One import at work.
struct Import {
    orders: Arc<Orders>,
    caller: Caller,
    /// Whether the last row had been imported before. The next one probably was too, and the right guess saves a
    /// conflict.
    mostly_known: AtomicBool,
    retry_limit: Duration,
}

/// The results of lines, in order, in pieces. Each row runs as a task of its own, so that a client that reads slowly
/// cannot stop a row halfway, where it would delay other commands.
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
        .map(move |(line, permit)| {
            let (import, number) = (Arc::clone(&import), line.number());
            let task = async move {
                let result = import.row(line).await;
                drop(permit);
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

/// Waits until the import has memory for a line's bytes.
async fn admit(line: Line, room: Arc<Semaphore>) -> (Line, OwnedSemaphorePermit) {
    let bytes = if let Line::Row(_, bytes) = &line { bytes.len() } else { 0 };
    let units = u32::try_from(bytes / ROOM_UNIT_BYTES + 1).expect("a line has at most a mebibyte");
    let permit = room.acquire_many_owned(units).await.expect("the semaphore is never closed");
    (line, permit)
}

impl Import {
    async fn row(&self, line: Line) -> RowResult {
        match line {
            Line::Row(number, bytes) => {
                let imported = match ImportRow::read(&bytes, &self.caller.principal.tenant, self.orders.now()) {
                    Ok(order) => self.import(order).await,
                    Err(refusal) => Err(refusal),
                };
                RowResult::of(number, imported)
            }
            Line::TooLong(number) => {
                let detail = format!("a row has at most {LINE_BYTES_MAX} bytes");
                RowResult::of(number, Err(Refusal::new(code::BODY_TOO_LARGE, detail)))
            }
            Line::Stalled(number) => {
                let refusal =
                    Refusal::new(code::SLOW_BODY, "nothing more came; this row and all after it were not read");
                RowResult::of(number, Err(refusal))
            }
        }
    }

    /// Imports an order, and retries for a bounded time while the store is busy or does not answer.
    async fn import(&self, order: ImportOrder) -> Result<Imported, Refusal> {
        let watch = Stopwatch::start();
        let never = CancellationToken::new();
        let mut pauses = Backoff::between_ms(RETRY_PAUSE_MS_MIN, RETRY_PAUSE_MS_MAX);
        loop {
            let known = self.mostly_known.load(Ordering::Relaxed);
            let expects = if known { Expectation::Existing } else { Expectation::New };
            match self.orders.import(&self.caller, order.clone(), expects).await {
                Err(refusal) if refusal.code.is_retryable() && watch.elapsed() < self.retry_limit => {
                    pause(pauses.next_pause(), &never).await;
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
