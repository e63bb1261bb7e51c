//! Checks of consumed records: I14. Each one is applied, parked, dropped by a user, or belongs to no stream of the models.

use std::collections::{BTreeMap, HashMap};

use domain::contract::PublicEvents;
use messaging::{Decoder, IncomingRecord, KindReader, ReadRecord};
use read_models::generation::schema;
use read_models::{Generations, ModelSet};
use serde::Serialize;
use service_kit::BoxError;
use service_kit::audit::{Finding, Findings, Invariant};
use service_kit::errors::chain;
use tokio_postgres::{GenericClient, Transaction};
use uuid::Uuid;

/// Parked and given-up records of one stream.
#[derive(Debug, Clone)]
pub struct Held {
    pub records: u64,
    /// Why the first waits.
    pub reason: String,
    /// Why somebody gave one up.
    pub given_up: Option<String>,
}

/// Records by what became of them.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Behind the group's offsets.
    pub consumed: u64,
    /// Of those, in the read models.
    pub applied: u64,
    /// Of those, rows of other programs that are no stream's, and records of other kinds.
    pub foreign: u64,
    /// Of those, parked.
    pub parked: u64,
    /// Of those, given up.
    pub dropped: u64,
}

/// What a group has consumed, as one transaction over the read models sees it.
pub struct Consumed<'a, M: ModelSet> {
    transaction: &'a Transaction<'a>,
    reader: KindReader<M::Event>,
    /// The statement that finds applied events. It names the table with its schema, since the audit of another set selects others.
    applied: String,
    next_offsets: BTreeMap<i32, i64>,
    /// Partition and offset of each record that is parked (`false`) or was given up (`true`).
    held: HashMap<(i32, i64), bool>,
    /// What is held by stream; records that name none are not in it.
    pub(super) streams: HashMap<Uuid, Held>,
    /// What was counted so far.
    pub counts: Counts,
}

/// Offsets of every group that reads a topic.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn groups(
    client: &impl GenericClient,
    topic: &str,
) -> Result<BTreeMap<String, BTreeMap<i32, i64>>, BoxError> {
    let mut groups: BTreeMap<String, BTreeMap<i32, i64>> = BTreeMap::new();
    for row in client.query(include_str!("../sql/audit_groups.sql"), &[&topic]).await? {
        groups.entry(row.try_get(0)?).or_default().insert(row.try_get(1)?, row.try_get(2)?);
    }
    Ok(groups)
}

impl<'a, M: ModelSet> Consumed<'a, M> {
    /// Reads offsets and what is held.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn load(
        transaction: &'a Transaction<'a>,
        decoder: &Decoder<M::Event>,
        group: &str,
        topic: &str,
    ) -> Result<Self, BoxError> {
        let next_offsets = groups(transaction, topic).await?.remove(group).unwrap_or_default();
        let mut held = HashMap::new();
        let mut streams = HashMap::new();
        for row in transaction.query(include_str!("../sql/audit_parked.sql"), &[&group, &topic]).await? {
            let given_up: Option<String> = row.try_get(4)?;
            held.insert((row.try_get(0)?, row.try_get(1)?), given_up.is_some());
            if let Some(stream) = row.try_get::<_, Option<Uuid>>(2)? {
                let new = Held { records: 0, reason: row.try_get(3)?, given_up: None };
                let stream = streams.entry(stream).or_insert(new);
                stream.records += u64::from(given_up.is_none());
                stream.given_up = given_up.or_else(|| stream.given_up.take());
            }
        }
        let history = M::MODELS.history;
        let live = Generations::live(transaction, &[history]).await?;
        let generation = live.of(history).ok_or("the history has no live generation")?;
        let applied = include_str!("../sql/audit_applied.sql")
            .replace("{history}", &format!("{}.{}", schema(history, generation), history.name()))
            .replace("{id}", history.table().key()[0]);
        Ok(Self {
            transaction,
            applied,
            reader: KindReader::new(decoder.clone(), M::OTHER_NAMESPACES),
            next_offsets,
            held,
            streams,
            counts: Counts::default(),
        })
    }

    /// Looks what became of records, and whether they can be read (I13).
    ///
    /// # Errors
    /// When the database or the registry cannot be asked.
    pub async fn batch(&mut self, records: &[IncomingRecord], findings: &mut Findings) -> Result<(), BoxError> {
        let mut unreconciled: Vec<(&IncomingRecord, Uuid, i64)> = Vec::new();
        for record in records {
            let decoded = self.read(record, findings).await?;
            let next = self.next_offsets.get(&record.partition).copied().unwrap_or(0);
            if record.offset >= next {
                continue;
            }
            self.counts.consumed += 1;
            let held = self.held.remove(&(record.partition, record.offset));
            match (held, decoded) {
                (Some(true), _) => self.counts.dropped += 1,
                (Some(false), _) => self.counts.parked += 1,
                (None, Some(ReadRecord::OfAnotherKind)) => self.counts.foreign += 1,
                (None, Some(ReadRecord::Event(published))) if M::is_foreign(&published.event) => {
                    self.counts.foreign += 1;
                }
                (None, Some(ReadRecord::Event(published))) => match published.event.stream_id().parse() {
                    Ok(stream) => unreconciled.push((record, stream, published.event.version())),
                    Err(_) => findings.push(lost(record)),
                },
                (None, None) => findings.push(lost(record)),
            }
        }
        self.reconcile(&unreconciled, findings).await
    }

    async fn read(
        &self,
        record: &IncomingRecord,
        findings: &mut Findings,
    ) -> Result<Option<ReadRecord<M::Event>>, BoxError> {
        match self.reader.read(record).await {
            Ok(read) => Ok(Some(read)),
            Err(error) if error.is_transient() => Err(error.into()),
            Err(error) => {
                let finding = Finding::new(
                    Invariant::I13,
                    "record_undecodable",
                    format!("{}: {}", location(record), chain(&error)),
                );
                findings.push(Finding { stream: key(record), ..finding });
                Ok(None)
            }
        }
    }

    async fn reconcile(
        &mut self,
        unreconciled: &[(&IncomingRecord, Uuid, i64)],
        findings: &mut Findings,
    ) -> Result<(), BoxError> {
        if unreconciled.is_empty() {
            return Ok(());
        }
        let streams: Vec<Uuid> = unreconciled.iter().map(|(_, stream, _)| *stream).collect();
        let versions: Vec<i64> = unreconciled.iter().map(|(.., version)| *version).collect();
        let mut applied = vec![false; unreconciled.len()];
        for row in self.transaction.query(&self.applied, &[&streams, &versions]).await? {
            let index = usize::try_from(row.try_get::<_, i64>(0)? - 1)?;
            applied[index] = true;
        }
        for ((record, stream, version), applied) in unreconciled.iter().zip(applied) {
            if applied {
                self.counts.applied += 1;
            } else {
                findings.push(lost(record).of(stream.to_string(), *version));
            }
        }
        Ok(())
    }

    /// Finds what is parked and was not consumed, once all records were looked at.
    pub fn finish(&self, findings: &mut Findings) {
        for ((partition, offset), given_up) in &self.held {
            let next = self.next_offsets.get(partition).copied().unwrap_or(0);
            if *offset >= next {
                let what = if *given_up { "given up" } else { "parked" };
                let detail = format!("offset {offset} of partition {partition} is {what}, the group stands at {next}");
                findings.push(Finding::new(Invariant::I14, "parked_unconsumed", detail));
            }
        }
    }
}

fn lost(record: &IncomingRecord) -> Finding {
    let detail = format!("{} was consumed and is neither applied nor parked", location(record));
    Finding { stream: key(record), ..Finding::new(Invariant::I14, "neither_applied_nor_parked", detail) }
}

/// The offset and partition of a record, as text for people.
fn location(record: &IncomingRecord) -> String {
    format!("offset {} of partition {}", record.offset, record.partition)
}

fn key(record: &IncomingRecord) -> Option<String> {
    record.key.as_deref().map(|key| String::from_utf8_lossy(key).into_owned())
}
