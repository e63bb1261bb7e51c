//! Telling a failed batch's losers from the rest: whose version, key or claim is in the tables already.

use std::collections::{HashMap, HashSet};

use tokio_postgres::Client;
use uuid::Uuid;

use super::columns::Columns;
use super::request::{Append, AppendError, Claim, Pending};

/// What the tables hold of a batch.
#[derive(Default)]
struct Existing {
    events: HashMap<(String, String, i64), Uuid>,
    answers: HashSet<Vec<u8>>,
    /// With the stream that holds each.
    claims: HashMap<(String, String), String>,
}

impl Existing {
    /// The stream that holds a value.
    fn holder(&self, claim: &Claim) -> Option<&str> {
        self.claims.get(&(claim.scope.clone(), claim.value.clone())).map(String::as_str)
    }
}

/// Answers those of a batch whose fate the tables tell, and gives back the rest.
///
/// # Errors
/// What Postgres or the connection says; the batch is then as it was.
pub(super) async fn weed(
    client: &Client,
    batch: Vec<Pending>,
) -> Result<Vec<Pending>, (Vec<Pending>, tokio_postgres::Error)> {
    let existing = match look(client, &batch).await {
        Ok(existing) => existing,
        Err(error) => return Err((batch, error)),
    };
    let mut rest = Vec::with_capacity(batch.len());
    for mut pending in batch {
        match fate(&pending, &existing) {
            Fate::Open => {
                // What the stream holds already it need not claim again.
                pending.append.claims.retain(|claim| existing.holder(claim).is_none());
                rest.push(pending);
            }
            Fate::Stored => pending.settle(Ok(())),
            Fate::Conflict => pending.conflict(),
            Fate::Refused(error) => pending.settle(Err(error)),
        }
    }
    Ok(rest)
}

async fn look(client: &Client, batch: &[Pending]) -> Result<Existing, tokio_postgres::Error> {
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

enum Fate {
    /// Nothing of it is in the tables.
    Open,
    /// All of it is: a write whose outcome was unknown had succeeded.
    Stored,
    /// Somebody else's events stand where its own would.
    Conflict,
    Refused(AppendError),
}

fn fate(pending: &Pending, existing: &Existing) -> Fate {
    let append = &pending.append;
    if is_stored(append, existing) {
        return Fate::Stored;
    }
    // A repeat answers what was answered before, whatever else stands in its way.
    if let Some(answer) = &append.answer
        && existing.answers.contains(answer.id.as_bytes())
    {
        return Fate::Refused(AppendError::AnswerExists);
    }
    if append.versioned().any(|(version, _)| stored_at(append, version, existing).is_some()) {
        return Fate::Conflict;
    }
    for claim in &append.claims {
        if existing.holder(claim).is_some_and(|holder| *holder != *append.stream.id) {
            let (scope, value) = (claim.scope.clone(), claim.value.clone());
            return Fate::Refused(AppendError::ClaimTaken { scope, value });
        }
    }
    Fate::Open
}

/// Events of one statement are stored all or none, so the first tells for the rest.
fn is_stored(append: &Append, existing: &Existing) -> bool {
    append
        .events
        .first()
        .is_some_and(|first| stored_at(append, append.expected_version + 1, existing) == Some(first.id.uuid()))
}

fn stored_at(append: &Append, version: i64, existing: &Existing) -> Option<Uuid> {
    existing.events.get(&(append.stream.kind.to_string(), append.stream.id.to_string(), version)).copied()
}
