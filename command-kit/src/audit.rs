//! Checks of kept answers: I7. Postgres does the work, within its own memory limits.

use service_kit::BoxError;
use service_kit::audit::{Finding, Findings, Invariant, LISTED_MAX};
use tokio_postgres::Client;

/// How the receipts of a kind of aggregate say what they are about.
#[derive(Debug, Clone, Copy)]
pub struct ReceiptForm {
    /// The kind of stream.
    pub kind: &'static str,
    /// The receipt's JSON field with the id of the stream.
    pub id_field: &'static str,
    /// The fields by which receipts of other kinds are told, which may name a stream of this kind too.
    pub other_fields: &'static [&'static str],
}

/// Finds success answers whose events are not stored, and events that are the effect of two keys. Returns the number of
/// success answers.
///
/// # Errors
/// When the database cannot be read.
pub async fn check(client: &Client, form: ReceiptForm, findings: &mut Findings) -> Result<u64, BoxError> {
    let limit = i64::try_from(LISTED_MAX).unwrap_or(i64::MAX);
    let ReceiptForm { kind, id_field, other_fields } = form;
    for row in client.query(include_str!("sql/audit_answers.sql"), &[&limit, &kind, &id_field, &other_fields]).await? {
        let key: String = row.try_get(0)?;
        let event: Option<String> = row.try_get(3)?;
        let what = event.map_or_else(|| "that version".to_owned(), |event| format!("event {event} at that version"));
        let detail = format!("key {key} was answered with {what}, which is not stored");
        let finding = Finding::new(Invariant::I7, "answer_without_effect", detail);
        findings.push(finding.of(row.try_get::<_, String>(1)?, row.try_get(2)?));
    }
    for row in client.query(include_str!("sql/audit_answers_twice.sql"), &[&limit, &id_field]).await? {
        let event: String = row.try_get(0)?;
        let keys: String = row.try_get(3)?;
        let detail = format!("event {event} is the effect of several keys: {keys}");
        let finding = Finding::new(Invariant::I7, "effect_of_several_keys", detail);
        findings.push(match row.try_get::<_, Option<String>>(1)? {
            Some(stream) => finding.of(stream, row.try_get(2)?),
            None => finding,
        });
    }
    // Receipts of other kinds may be of several streams.
    for row in client.query(include_str!("sql/audit_answers_lost.sql"), &[&limit, &id_field, &other_fields]).await? {
        let (key, event): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let detail = format!("key {key} was answered with event {event}, which is not stored");
        findings.push(Finding::new(Invariant::I7, "answer_without_effect", detail));
    }
    for row in client.query(include_str!("sql/audit_answers_other.sql"), &[&limit]).await? {
        let detail = format!("key {} has an answer that is neither success nor refusal", row.try_get::<_, String>(0)?);
        findings.push(Finding::new(Invariant::I7, "answer_unreadable", detail));
    }
    let count: i64 = client.query_one(include_str!("sql/audit_answers_count.sql"), &[]).await?.try_get(0)?;
    Ok(count.unsigned_abs())
}
