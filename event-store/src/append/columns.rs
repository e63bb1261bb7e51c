//! A batch as the columns of the append statement.

use domain::EventId;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::request::Pending;
use super::rows::{NewAnswers, NewEvents};
use crate::json::JsonText;

/// A batch in the order of the statement's parameters.
pub(super) struct Columns<'a> {
    pub(super) kinds: Vec<&'a str>,
    pub(super) ids: Vec<&'a str>,
    pub(super) versions: Vec<i64>,
    events: NewEvents<'a>,
    answers: NewAnswers<'a>,
    pub(super) claim_scopes: Vec<&'a str>,
    pub(super) claim_values: Vec<&'a str>,
    claimants: Vec<&'a str>,
}

impl<'a> Columns<'a> {
    pub(super) fn of(batch: &'a [Pending]) -> Self {
        let mut columns = Self {
            kinds: Vec::with_capacity(batch.len()),
            ids: Vec::with_capacity(batch.len()),
            versions: Vec::with_capacity(batch.len()),
            events: NewEvents(batch),
            answers: NewAnswers(batch),
            claim_scopes: Vec::new(),
            claim_values: Vec::new(),
            claimants: Vec::new(),
        };
        for Pending { append, .. } in batch {
            for (version, _) in append.versioned() {
                columns.kinds.push(&append.stream.kind);
                columns.ids.push(&append.stream.id);
                columns.versions.push(version);
            }
            for claim in &append.claims {
                columns.claim_scopes.push(&claim.scope);
                columns.claim_values.push(&claim.value);
                columns.claimants.push(&append.stream.id);
            }
        }
        columns
    }

    pub(super) fn parameters(&self) -> [&(dyn ToSql + Sync); 8] {
        [
            &self.kinds,
            &self.ids,
            &self.versions,
            &self.events,
            &self.answers,
            &self.claim_scopes,
            &self.claim_values,
            &self.claimants,
        ]
    }
}

/// The same as single values, for a batch of one event with its answer: under low load most batches are.
pub(super) struct Lone<'a> {
    kind: &'a str,
    id: &'a str,
    version: i64,
    event_type: &'a str,
    event_version: &'a str,
    payload: JsonText<'a>,
    metadata: JsonText<'a>,
    event_id: Uuid,
    tenant: &'a str,
    answer_id: &'a [u8],
    fingerprint: &'a [u8],
    answer: JsonText<'a>,
    keep_s: Option<f64>,
}

impl<'a> Lone<'a> {
    pub(super) fn of(batch: &'a [Pending]) -> Option<Self> {
        let [Pending { append, .. }] = batch else { return None };
        let ([event], Some(answer), []) = (&*append.events, &append.answer, &*append.claims) else { return None };
        Some(Self {
            kind: &append.stream.kind,
            id: &append.stream.id,
            version: append.expected_version + 1,
            event_type: &event.event_type,
            event_version: &event.event_version,
            payload: JsonText(&event.payload),
            metadata: JsonText(&append.metadata),
            event_id: EventId::uuid(event.id),
            tenant: append.tenant.as_str(),
            answer_id: answer.id.as_bytes(),
            fingerprint: &answer.fingerprint,
            answer: JsonText(&answer.answer),
            keep_s: answer.keep_s,
        })
    }

    pub(super) fn parameters(&self) -> [&(dyn ToSql + Sync); 13] {
        [
            &self.kind,
            &self.id,
            &self.version,
            &self.event_type,
            &self.event_version,
            &self.payload,
            &self.metadata,
            &self.event_id,
            &self.tenant,
            &self.answer_id,
            &self.fingerprint,
            &self.answer,
            &self.keep_s,
        ]
    }
}
