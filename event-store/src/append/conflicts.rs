//! Conflict resolution: finds the commands of a failed batch whose version, idempotency key or claim the tables hold
//! already.

use std::collections::{HashMap, HashSet};

use tokio_postgres::Client;
use uuid::Uuid;

use super::columns::Columns;
use super::request::{Append, AppendError, Claim, Pending, StreamAppend};

/// What the tables hold of a batch.
#[derive(Default)]
struct Existing {
    events: HashMap<(String, String, i64), Uuid>,
    answers: HashSet<Vec<u8>>,
    /// The id of the stream that holds each scope and value.
    claims: HashMap<(String, String), String>,
}

impl Existing {
    /// The id of the stream that holds a claimed value.
    fn holder(&self, claim: &Claim) -> Option<&str> {
        self.claims.get(&(claim.scope.clone(), claim.value.clone())).map(String::as_str)
    }
}

/// Answers the commands of a batch whose outcome the tables decide, and returns the others, which may be tried again.
///
/// # Errors
/// The error of Postgres or of the connection, with the whole batch unanswered.
pub(super) async fn resolve_conflicts(
    client: &Client,
    batch: Vec<Pending>,
) -> Result<Vec<Pending>, (Vec<Pending>, tokio_postgres::Error)> {
    let existing = match look_up(client, &batch).await {
        Ok(existing) => existing,
        Err(error) => return Err((batch, error)),
    };
    let mut rest = Vec::with_capacity(batch.len());
    for mut pending in batch {
        match outcome(&pending, &existing) {
            Outcome::Open => {
                // The stream holds some of its claims already; claiming them again would conflict with itself.
                for one in pending.append.streams_mut() {
                    one.claims.retain(|claim| existing.holder(claim).is_none());
                }
                rest.push(pending);
            }
            Outcome::Stored => pending.complete(Ok(())),
            Outcome::Conflict { stream } => pending.conflict(stream),
            Outcome::Refused(error) => pending.complete(Err(error)),
        }
    }
    Ok(rest)
}

async fn look_up(client: &Client, batch: &[Pending]) -> Result<Existing, tokio_postgres::Error> {
    let columns = Columns::of(batch);
    let mut existing = Existing::default();
    let rows = client
        .query(include_str!("../sql/existing_events.sql"), &[&columns.kinds, &columns.ids, &columns.versions])
        .await?;
    for row in rows {
        existing.events.insert((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?), row.try_get(3)?);
    }
    let answer_ids: Vec<&[u8]> =
        batch.iter().filter_map(|pending| pending.append.answer.as_ref()).map(|answer| answer.id.as_bytes()).collect();
    if !answer_ids.is_empty() {
        client.execute(include_str!("../sql/forget_expired.sql"), &[&answer_ids]).await?;
        for row in client.query(include_str!("../sql/existing_answers.sql"), &[&answer_ids]).await? {
            existing.answers.insert(row.try_get(0)?);
        }
    }
    if !columns.claim_values.is_empty() {
        let rows = client
            .query(include_str!("../sql/existing_claims.sql"), &[&columns.claim_scopes, &columns.claim_values])
            .await?;
        for row in rows {
            existing.claims.insert((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?);
        }
    }
    Ok(existing)
}

/// What the tables say about a command of a failed batch.
enum Outcome {
    /// Nothing of it is in the tables.
    Open,
    /// All of it is in the tables: a write whose outcome was unknown had succeeded.
    Stored,
    /// Other events have the versions that its own would get in the stream of this index.
    Conflict {
        stream: usize,
    },
    Refused(AppendError),
}

fn outcome(pending: &Pending, existing: &Existing) -> Outcome {
    let append = &pending.append;
    if is_stored(append, existing) {
        return Outcome::Stored;
    }
    // A repeated request gets the stored answer, whatever else conflicts.
    if let Some(answer) = &append.answer
        && existing.answers.contains(answer.id.as_bytes())
    {
        return Outcome::Refused(AppendError::AnswerExists);
    }
    for (stream, one) in append.streams().enumerate() {
        if one.versioned().any(|(version, _)| stored_at(one, version, existing).is_some()) {
            return Outcome::Conflict { stream };
        }
    }
    for one in append.streams() {
        for claim in &one.claims {
            if existing.holder(claim).is_some_and(|holder| *holder != *one.stream.id) {
                let scope = claim.scope.clone();
                let value = claim.value.clone();
                return Outcome::Refused(AppendError::ClaimTaken { scope, value });
            }
        }
    }
    Outcome::Open
}

/// The events of one statement are stored all or none, so looking at the first is enough.
fn is_stored(append: &Append, existing: &Existing) -> bool {
    append
        .streams()
        .find_map(|one| one.versioned().next().map(|(version, first)| (one, version, first)))
        .is_some_and(|(one, version, first)| stored_at(one, version, existing) == Some(first.id.uuid()))
}

fn stored_at(one: &StreamAppend, version: i64, existing: &Existing) -> Option<Uuid> {
    existing.events.get(&(one.stream.kind.to_string(), one.stream.id.to_string(), version)).copied()
}
