//! A batch as the columns of the append statement.

use domain::EventId;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::request::Pending;

/// Borrowed columns of a batch, in the order of the statement's parameters.
#[derive(Default)]
pub(super) struct Columns<'a> {
    pub(super) kinds: Vec<&'a str>,
    pub(super) ids: Vec<&'a str>,
    pub(super) versions: Vec<i64>,
    event_types: Vec<&'a str>,
    event_versions: Vec<&'a str>,
    payloads: Vec<&'a str>,
    metadata: Vec<&'a str>,
    pub(super) event_ids: Vec<Uuid>,
    tenants: Vec<&'a str>,
    pub(super) answer_ids: Vec<&'a [u8]>,
    fingerprints: Vec<&'a [u8]>,
    answers: Vec<&'a str>,
    keeps_s: Vec<Option<f64>>,
    pub(super) claim_scopes: Vec<&'a str>,
    pub(super) claim_values: Vec<&'a str>,
    claimants: Vec<&'a str>,
}

impl<'a> Columns<'a> {
    pub(super) fn of(batch: &'a [Pending]) -> Self {
        let mut columns = Self::default();
        for pending in batch {
            columns.push(pending);
        }
        columns
    }

    fn push(&mut self, pending: &'a Pending) {
        let append = &pending.append;
        for (version, event) in (append.expected_version + 1..).zip(&append.events) {
            self.kinds.push(&append.stream.kind);
            self.ids.push(&append.stream.id);
            self.versions.push(version);
            self.event_types.push(&event.event_type);
            self.event_versions.push(&event.event_version);
            self.payloads.push(&event.payload);
            self.metadata.push(&append.metadata);
            self.event_ids.push(EventId::uuid(event.id));
            self.tenants.push(append.tenant.as_str());
        }
        if let Some(answer) = &append.answer {
            self.answer_ids.push(answer.id.as_bytes());
            self.fingerprints.push(&answer.fingerprint);
            self.answers.push(&answer.answer);
            self.keeps_s.push(answer.keep_s);
        }
        for claim in &append.claims {
            self.claim_scopes.push(&claim.scope);
            self.claim_values.push(&claim.value);
            self.claimants.push(&append.stream.id);
        }
    }

    /// The same as single values, where the batch is one event with its answer: what most commands of a quiet shop are.
    pub(super) fn lone(&self) -> Option<[&(dyn ToSql + Sync); 13]> {
        if (self.versions.len(), self.answer_ids.len(), self.claim_values.len()) != (1, 1, 0) {
            return None;
        }
        Some([
            &self.kinds[0],
            &self.ids[0],
            &self.versions[0],
            &self.event_types[0],
            &self.event_versions[0],
            &self.payloads[0],
            &self.metadata[0],
            &self.event_ids[0],
            &self.tenants[0],
            &self.answer_ids[0],
            &self.fingerprints[0],
            &self.answers[0],
            &self.keeps_s[0],
        ])
    }

    pub(super) fn parameters(&self) -> [&(dyn ToSql + Sync); 16] {
        [
            &self.kinds,
            &self.ids,
            &self.versions,
            &self.event_types,
            &self.event_versions,
            &self.payloads,
            &self.metadata,
            &self.event_ids,
            &self.tenants,
            &self.answer_ids,
            &self.fingerprints,
            &self.answers,
            &self.keeps_s,
            &self.claim_scopes,
            &self.claim_values,
            &self.claimants,
        ]
    }
}
