//! What records say of themselves, and whether they stand where they belong.

use std::collections::HashMap;

use domain::contract::Position;
use messaging::{IncomingRecord, headers, partition_of};
use service_kit::audit::{Finding, Findings, Invariant};

/// What a record says of itself.
pub(super) struct Claim {
    pub(super) key: String,
    pub(super) position: Position,
    pub(super) version: Option<i64>,
    pub(super) event_id: Option<String>,
    pub(super) hash: Option<String>,
}

impl Claim {
    /// Reads a record's claim. A record without a position is a finding.
    pub(super) fn of(record: &IncomingRecord, findings: &mut Findings) -> Option<Self> {
        let position = text(record, headers::GLOBAL_POSITION).and_then(|text| text.parse::<Position>().ok());
        let Some(position) = position else {
            let detail = format!("the record at {} does not say which position it is", location(record));
            findings.push(Finding::new(Invariant::I4, "no_position", detail));
            return None;
        };
        Some(Self {
            key: record.key.as_deref().map(String::from_utf8_lossy).unwrap_or_default().into_owned(),
            position,
            version: text(record, headers::AGGREGATE_VERSION).and_then(|text| text.parse().ok()),
            event_id: text(record, headers::ID),
            hash: text(record, headers::PAYLOAD_HASH),
        })
    }

    pub(super) fn finding(&self, code: &'static str, detail: &str) -> Finding {
        let finding = Finding::new(Invariant::I4, code, detail).at(self.position);
        Finding { stream: Some(self.key.clone()), version: self.version, ..finding }
    }
}

/// Checks I5: positions grow within a partition and a key has one partition; with I3 a stream's versions are in order then.
pub(super) struct Order {
    partitions: usize,
    /// The last position of each shard in each partition, and its offset.
    last: HashMap<(i32, i16), (i64, i64)>,
}

impl Order {
    pub(super) fn new(partitions: usize) -> Self {
        Self { partitions, last: HashMap::new() }
    }

    pub(super) fn check(&mut self, record: &IncomingRecord, claim: &Claim, findings: &mut Findings) {
        let Position { shard, position } = claim.position;
        let last = self.last.insert((record.partition, shard), (position, record.offset));
        if let Some((before, at)) = last.filter(|(before, _)| *before >= position) {
            let detail = format!("it stands at {}, behind position {before} at offset {at}", location(record));
            findings.push(Finding { invariant: Invariant::I5, ..claim.finding("out_of_order", &detail) });
        }
        let belongs = partition_of(claim.key.as_bytes(), self.partitions);
        if belongs != usize::try_from(record.partition).ok() {
            let detail = format!("it is in partition {}, its key belongs to {belongs:?}", record.partition);
            findings.push(Finding { invariant: Invariant::I5, ..claim.finding("wrong_partition", &detail) });
        }
    }
}

/// The text of a record's header.
pub(super) fn text(record: &IncomingRecord, name: &str) -> Option<String> {
    record.headers.last(name).and_then(|value| std::str::from_utf8(value).ok()).map(str::to_owned)
}

/// The offset and partition of a record, as text for people.
pub(super) fn location(record: &IncomingRecord) -> String {
    format!("offset {} of partition {}", record.offset, record.partition)
}
