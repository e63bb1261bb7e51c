//! Examines how far a group has come, I14: no record that its offsets have passed is lost.
//!
//! Guarantees: it writes nothing and blocks nobody, and looks at records before the offsets that were committed when it began, so live
//! traffic does not disturb it. Memory holds one batch, and the offsets of what is parked and discarded. Does not: look at records
//! that retention has removed. Of a topic whose records need not lead to an event, it cannot tell those that were handled from those
//! that were skipped.

use std::collections::{BTreeMap, HashMap};

use event_store::audit::{Cause, without_effect};
use messaging::consumer::{TopicPartition, offsets_of};
use messaging::whole_topic::Topic;
use messaging::{IncomingRecord, headers, inspect};
use serde::Serialize;
use service_kit::BoxError;
use service_kit::audit::{Finding, Findings, Invariant};
use tokio_postgres::Client;

/// What this reader is to Kafka.
const CLIENT_ID: &str = "audit-groups";

/// A group and one of its topics.
#[derive(Debug, Clone, Copy)]
pub struct AuditedGroup<'a> {
    pub group: &'a str,
    pub topic: &'a str,
    /// Whether every record leads to an event of the stream of its key, which the record's id caused.
    pub is_answered: bool,
}

/// What became of the records that a group has passed since it began, as far as the topic still has them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupProgress {
    pub group: String,
    pub topic: String,
    pub consumed: u64,
    /// Neither parked nor discarded, nor found to be without effect.
    pub handled: u64,
    pub parked: u64,
    pub discarded: u64,
    /// Whether each handled one was seen to have led to an event.
    pub effects_compared: bool,
}

/// Offsets of a partition: the first to be looked at, and the one behind the last.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: i64,
    to: i64,
}

impl AuditedGroup<'_> {
    /// Compares the group's offsets with where it began and with the topic, and what it has passed with what it left.
    ///
    /// # Errors
    /// When Kafka or the database cannot be read.
    pub async fn check(&self, log: &Client, brokers: &str, findings: &mut Findings) -> Result<GroupProgress, BoxError> {
        let Self { group, topic, is_answered } = *self;
        // The offsets first: what they have passed is handled or parked by then.
        let committed = offsets_of(brokers, group, &[topic]).await?;
        let begun = self.begun(log).await?;
        let first = inspect::first_offsets(brokers, topic).await?;
        let retained = |partition: i32| first.get(&partition).copied().unwrap_or(0);
        let ends = inspect::ends(brokers, topic).await?;
        let end = |partition: i32| ends.get(&partition).copied().unwrap_or(0);
        let spans = self.spans(&committed, &begun, &|partition| (retained(partition), end(partition)), findings);
        let set_apart = self.set_apart(log).await?;
        let from = |partition: i32| {
            spans
                .get(&partition)
                .map_or_else(|| retained(partition), |span| span.from.clamp(retained(partition), end(partition)))
        };
        let mut progress = GroupProgress {
            group: group.to_owned(),
            topic: topic.to_owned(),
            effects_compared: is_answered,
            ..GroupProgress::default()
        };
        if spans.values().all(|span| span.to <= span.from) {
            return Ok(progress);
        }
        let mut reading = Topic::open(CLIENT_ID, brokers, topic, from).await?;
        while let Some(records) = reading.next().await? {
            let is_passed =
                |record: &&IncomingRecord| spans.get(&record.partition).is_some_and(|span| record.offset < span.to);
            let passed: Vec<&IncomingRecord> = records.iter().filter(is_passed).collect();
            self.count(log, &passed, &set_apart, &mut progress, findings).await?;
        }
        reading.close().await;
        Ok(progress)
    }

    /// What the group has passed in each partition where that can be told; `in_topic` gives the first offset and the end.
    fn spans(
        &self,
        committed: &BTreeMap<TopicPartition, Option<i64>>,
        begun: &HashMap<i32, i64>,
        in_topic: &dyn Fn(i32) -> (i64, i64),
        findings: &mut Findings,
    ) -> HashMap<i32, Span> {
        let mut spans = HashMap::new();
        for (TopicPartition { partition, .. }, committed) in committed {
            let Some(from) = begun.get(partition).copied() else {
                self.report("group_not_begun", *partition, "where the group begins is not recorded", findings);
                continue;
            };
            let Some(to) = *committed else {
                let detail = format!("the group began at {from}, and Kafka has no offset of it any more");
                self.report("offset_missing", *partition, &detail, findings);
                continue;
            };
            if to < from {
                let detail = format!("its offset is {to}, before {from}, where it began");
                self.report("offset_set_back", *partition, &detail, findings);
            }
            let (first, end) = in_topic(*partition);
            if to > end {
                let detail = format!("its offset is {to}, and the partition ends at {end}: the topic was made anew");
                self.report("offset_beyond_end", *partition, &detail, findings);
            }
            if to < first {
                let detail = format!("its offset is {to}, and retention has removed all records before {first}");
                self.report("requests_expired", *partition, &detail, findings);
            }
            spans.insert(*partition, Span { from, to });
        }
        spans
    }

    /// Counts records that the group has passed, and finds those that left nothing.
    async fn count(
        &self,
        log: &Client,
        passed: &[&IncomingRecord],
        set_apart: &HashMap<(i32, i64), bool>,
        progress: &mut GroupProgress,
        findings: &mut Findings,
    ) -> Result<(), BoxError> {
        let mut handled = Vec::new();
        for record in passed {
            progress.consumed += 1;
            match set_apart.get(&(record.partition, record.offset)) {
                Some(true) => progress.discarded += 1,
                Some(false) => progress.parked += 1,
                None => handled.push(*record),
            }
        }
        progress.handled += u64::try_from(handled.len())?;
        if !self.is_answered {
            return Ok(());
        }
        let causes: Vec<Cause> = handled.iter().map(|record| cause(record)).collect();
        for index in without_effect(log, &causes).await? {
            progress.handled -= 1;
            let (record, Cause { stream_id, id }) = (handled[index], causes[index].clone());
            let detail = format!(
                "group {} has passed offset {} of partition {} of {}, and no event names request {id} as its cause",
                self.group, record.offset, record.partition, self.topic
            );
            let finding = Finding::new(Invariant::I14, "neither_handled_nor_parked", detail);
            findings.push(Finding { stream: Some(stream_id), ..finding });
        }
        Ok(())
    }

    async fn begun(&self, log: &Client) -> Result<HashMap<i32, i64>, BoxError> {
        let rows = log.query(include_str!("sql/audit_begun.sql"), &[&self.group, &self.topic]).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    /// Partition and offset of what is parked, and whether it was discarded since.
    async fn set_apart(&self, log: &Client) -> Result<HashMap<(i32, i64), bool>, BoxError> {
        let rows = log.query(include_str!("sql/audit_set_apart.sql"), &[&self.group, &self.topic]).await?;
        rows.iter().map(|row| Ok(((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?))).collect()
    }

    fn report(&self, code: &'static str, partition: i32, detail: &str, findings: &mut Findings) {
        let Self { group, topic, .. } = self;
        let detail = format!("group {group} in partition {partition} of {topic}: {detail}");
        findings.push(Finding::new(Invariant::I14, code, detail));
    }
}

fn cause(record: &IncomingRecord) -> Cause {
    let text = |bytes: Option<&[u8]>| bytes.map(String::from_utf8_lossy).unwrap_or_default().into_owned();
    Cause { stream_id: text(record.key.as_deref()), id: text(record.headers.last(headers::ID)) }
}
