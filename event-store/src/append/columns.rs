//! A batch as the columns of the append statement.
//!
//! Events, answers, claims and timers stand in the order of their keys, whichever commands they are of. Two statements of two
//! processes that have keys in common therefore wait for each other at the first of them, and never each for the other.

use chrono::{DateTime, Utc};
use domain::EventId;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::request::{Claim, NewAnswer, Pending, StreamAppend, TimerChange};
use super::rows::{EventRow, NewAnswers, NewEvents};
use crate::StreamId;
use crate::json::JsonText;

/// A batch in the order of the statement's parameters.
pub(super) struct Columns<'a> {
    /// Of each event, in the order of decision, which becomes the order of the log.
    pub(super) kinds: Vec<&'a str>,
    pub(super) ids: Vec<&'a str>,
    pub(super) versions: Vec<i64>,
    events: NewEvents<'a>,
    answers: NewAnswers<'a>,
    pub(super) claim_scopes: Vec<&'a str>,
    pub(super) claim_values: Vec<&'a str>,
    claimants: Vec<&'a str>,
    timers: Timers<'a>,
}

/// The timers that a batch sets and cancels.
#[derive(Default)]
struct Timers<'a> {
    set_kinds: Vec<&'a str>,
    set_ids: Vec<&'a str>,
    set_due: Vec<DateTime<Utc>>,
    /// The streams' versions after the append.
    set_versions: Vec<i64>,
    cancelled_kinds: Vec<&'a str>,
    cancelled_ids: Vec<&'a str>,
}

impl<'a> Columns<'a> {
    pub(super) fn of(batch: &'a [Pending]) -> Self {
        let mut kinds = Vec::with_capacity(batch.len());
        let mut ids = Vec::with_capacity(batch.len());
        let mut versions = Vec::with_capacity(batch.len());
        let mut rows = Vec::with_capacity(batch.len());
        let mut answers: Vec<&NewAnswer> = Vec::with_capacity(batch.len());
        let mut claims: Vec<(&Claim, &StreamId)> = Vec::new();
        let mut timers: Vec<&StreamAppend> = Vec::new();
        for Pending { append, .. } in batch {
            answers.extend(&append.answer);
            for one in append.streams() {
                for (version, event) in one.versioned() {
                    kinds.push(&*one.stream.kind);
                    ids.push(&*one.stream.id);
                    versions.push(version);
                    rows.push(EventRow { append, stream: &one.stream, version, event });
                }
                claims.extend(one.claims.iter().map(|claim| (claim, &one.stream)));
                timers.extend((one.timer != TimerChange::Keep).then_some(one));
            }
        }
        rows.sort_by(|a, b| a.stream.cmp(b.stream));
        answers.sort_unstable_by(|a, b| a.id.as_bytes().cmp(b.id.as_bytes()));
        claims.sort_unstable_by(|(a, _), (b, _)| (&a.scope, &a.value).cmp(&(&b.scope, &b.value)));
        timers.sort_unstable_by(|a, b| a.stream.cmp(&b.stream));
        Self {
            kinds,
            ids,
            versions,
            events: NewEvents(rows),
            answers: NewAnswers(answers),
            claim_scopes: claims.iter().map(|(claim, _)| &*claim.scope).collect(),
            claim_values: claims.iter().map(|(claim, _)| &*claim.value).collect(),
            claimants: claims.iter().map(|(_, stream)| &*stream.id).collect(),
            timers: Timers::of(&timers),
        }
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

    /// Whether the batch sets or cancels a timer, so that it needs the statement that does.
    pub(super) fn has_timers(&self) -> bool {
        !self.timers.set_ids.is_empty() || !self.timers.cancelled_ids.is_empty()
    }

    pub(super) fn parameters_with_timers(&self) -> [&(dyn ToSql + Sync); 14] {
        let [kinds, ids, versions, events, answers, claim_scopes, claim_values, claimants] = self.parameters();
        let Timers { set_kinds, set_ids, set_due, set_versions, cancelled_kinds, cancelled_ids } = &self.timers;
        [
            kinds,
            ids,
            versions,
            events,
            answers,
            claim_scopes,
            claim_values,
            claimants,
            set_kinds,
            set_ids,
            set_due,
            set_versions,
            cancelled_kinds,
            cancelled_ids,
        ]
    }
}

impl<'a> Timers<'a> {
    fn of(streams: &[&'a StreamAppend]) -> Self {
        let mut timers = Self::default();
        for one in streams {
            match one.timer {
                TimerChange::Keep => {}
                TimerChange::Set(due) => {
                    timers.set_kinds.push(&one.stream.kind);
                    timers.set_ids.push(&one.stream.id);
                    timers.set_due.push(due.to_datetime());
                    timers.set_versions.push(one.version_after());
                }
                TimerChange::Cancel => {
                    timers.cancelled_kinds.push(&one.stream.kind);
                    timers.cancelled_ids.push(&one.stream.id);
                }
            }
        }
        timers
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
        let StreamAppend { stream, expected_version, events, claims, timer } = &append.first;
        let ([event], Some(answer), [], TimerChange::Keep, []) =
            (&**events, &append.answer, &**claims, timer, &*append.others)
        else {
            return None;
        };
        Some(Self {
            kind: &stream.kind,
            id: &stream.id,
            version: expected_version + 1,
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
