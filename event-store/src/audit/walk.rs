//! Shows the stored events of a kind, one stream after the other.

use std::sync::Arc;

use domain::{Decider, upcast};
use service_kit::BoxError;
use service_kit::audit::{Finding, Findings, Invariant};
use service_kit::errors::chain;
use tokio_postgres::Transaction;

use super::Histories;
use crate::StoredRow;

/// What examines the streams of a kind.
pub trait Examination {
    type Kind: Decider;
    /// The promise that its findings break, unless they say another.
    const INVARIANT: Invariant;

    /// The next event of a stream, or the first one of the next stream.
    ///
    /// # Errors
    /// Why nothing more can be said of the stream.
    fn event(
        &mut self,
        at: &Place<'_>,
        event: <Self::Kind as Decider>::Event,
        found: &mut Findings,
    ) -> Result<(), String>;

    /// The stream has ended; without a good end where one of its events could not be followed.
    fn end(&mut self, stream: &str, is_whole: bool, found: &mut Findings);
}

/// Where an event stands.
pub struct Place<'a> {
    row: &'a StoredRow,
    invariant: Invariant,
    position: domain::contract::Position,
}

impl Place<'_> {
    /// The id of the stream.
    pub fn stream(&self) -> &str {
        &self.row.stream.id
    }

    /// The version of the event in its stream.
    pub fn version(&self) -> i64 {
        self.row.version
    }

    /// A finding about the event.
    pub fn finding(&self, code: &'static str, detail: String) -> Finding {
        let detail = format!("{}: {detail}", self.row.event_type);
        Finding::new(self.invariant, code, detail).of(self.stream(), self.version()).at(self.position)
    }
}

/// Shows all streams of a kind to what examines them, as a transaction of the level repeatable read over the log sees them. Returns
/// how many streams and events there were.
///
/// # Errors
/// When the log cannot be read.
pub async fn walk<X: Examination>(
    log: &Transaction<'_>,
    examination: &mut X,
    found: &mut Findings,
) -> Result<(u64, u64), BoxError> {
    let mut histories = Histories::open(log, X::Kind::KIND).await?;
    let mut current: Option<(Arc<str>, bool)> = None;
    let (mut streams, mut events) = (0, 0);
    loop {
        let page = histories.page().await?;
        if page.is_empty() {
            break;
        }
        for (position, row) in &page {
            events += 1;
            let place = Place { row, invariant: X::INVARIANT, position: *position };
            let mut is_whole = match current.take() {
                Some((stream, is_whole)) if stream == row.stream.id => is_whole,
                before => {
                    if let Some((stream, is_whole)) = before {
                        examination.end(&stream, is_whole, found);
                    }
                    streams += 1;
                    true
                }
            };
            if is_whole {
                let followed = upcast::decode(&row.event_type, &row.event_version, &row.payload)
                    .map_err(|error| chain(&error))
                    .and_then(|event| examination.event(&place, event, found));
                if let Err(reason) = followed {
                    found.push(place.finding("not_followed", format!("the stream is not examined further: {reason}")));
                    is_whole = false;
                }
            }
            current = Some((Arc::clone(&row.stream.id), is_whole));
        }
    }
    if let Some((stream, is_whole)) = current {
        examination.end(&stream, is_whole, found);
    }
    Ok((streams, events))
}
