//! Checks in Kafka: I4 and I5, by comparing each record of a topic with the log.

use std::collections::{BTreeMap, HashMap};

use domain::contract::Position;
use event_store::audit::{AuditedRow, Range, rows_at, streams_at};
use messaging::whole_topic::Topic;
use messaging::{IncomingRecord, headers, partition_of};
use service_kit::BoxError;
use service_kit::audit::{Finding, Findings, Invariant};
use tokio_postgres::Client;

use super::seen::Seen;

/// Positions whose streams are asked for at once.
const POSITIONS_AT_ONCE: usize = 10_000;

/// Compares a topic with the log.
struct Comparison<'a> {
    client: &'a Client,
    findings: &'a mut Findings,
    partitions: usize,
    /// By shard.
    seen: BTreeMap<i16, Seen>,
    /// The last position of each shard in each partition.
    last: HashMap<(i32, i16), (i64, i64)>,
    /// Records compared.
    compared: u64,
}

/// What a record says of itself.
struct Claim {
    key: String,
    position: Position,
    version: Option<i64>,
    event_id: Option<String>,
    hash: Option<String>,
}

/// Compares all committed records of a topic with the log, in both directions. `belongs` says of which kinds of streams the topic
/// has the events; `on_records` gets each batch after it was compared, with the number of records compared so far. Returns that
/// number.
///
/// # Errors
/// When Kafka or the database cannot be read, or what `on_records` answers.
pub async fn compare(
    client: &Client,
    mut topic: Topic,
    ranges: &[Range],
    belongs: impl Fn(&str) -> bool,
    findings: &mut Findings,
    mut on_records: impl AsyncFnMut(&[IncomingRecord], u64, &mut Findings) -> Result<(), BoxError>,
) -> Result<u64, BoxError> {
    let seen = ranges.iter().map(|range| (range.shard, Seen::new(range.after, range.last))).collect();
    let partitions = topic.partitions();
    let mut comparison = Comparison { client, findings, partitions, seen, last: HashMap::new(), compared: 0 };
    while let Some(records) = topic.next().await? {
        comparison.batch(&records).await?;
        on_records(&records, comparison.compared, comparison.findings).await?;
    }
    topic.close().await;
    comparison.missing(belongs).await?;
    Ok(comparison.compared)
}

impl Comparison<'_> {
    async fn batch(&mut self, records: &[IncomingRecord]) -> Result<(), BoxError> {
        let mut by_shard: BTreeMap<i16, Vec<Claim>> = BTreeMap::new();
        for record in records {
            let Some(claim) = self.claim(record) else { continue };
            self.check_order(record, &claim);
            let Some(seen) = self.seen.get_mut(&claim.position.shard) else {
                self.findings.push(claim.finding("unknown_shard", "the log has no such shard"));
                continue;
            };
            if !seen.covers(claim.position.position) {
                continue; // before the beginning, or of events that came after the audit began
            }
            if !seen.note(claim.position.position) {
                let detail = format!("the position is in the topic more than once, here at {}", location(record));
                self.findings.push(claim.finding("doubled", &detail));
            }
            by_shard.entry(claim.position.shard).or_default().push(claim);
        }
        for (shard, claims) in by_shard {
            self.against_log(shard, &claims).await?;
        }
        Ok(())
    }

    fn claim(&mut self, record: &IncomingRecord) -> Option<Claim> {
        let text =
            |name| record.headers.last(name).and_then(|value| std::str::from_utf8(value).ok()).map(str::to_owned);
        let position = text(headers::GLOBAL_POSITION).and_then(|text| text.parse::<Position>().ok());
        let Some(position) = position else {
            let detail = format!("the record at {} does not say which position it is", location(record));
            self.findings.push(Finding::new(Invariant::I4, "no_position", detail));
            return None;
        };
        Some(Claim {
            key: record.key.as_deref().map(String::from_utf8_lossy).unwrap_or_default().into_owned(),
            position,
            version: text(headers::AGGREGATE_VERSION).and_then(|text| text.parse().ok()),
            event_id: text(headers::ID),
            hash: text(headers::PAYLOAD_HASH),
        })
    }

    /// I5: positions grow within a partition and a key has one partition; with I3 a stream's versions are in order then.
    fn check_order(&mut self, record: &IncomingRecord, claim: &Claim) {
        let Position { shard, position } = claim.position;
        let last = self.last.insert((record.partition, shard), (position, record.offset));
        if let Some((before, at)) = last.filter(|(before, _)| *before >= position) {
            let detail = format!("it stands at {}, behind position {before} at offset {at}", location(record));
            self.findings.push(Finding { invariant: Invariant::I5, ..claim.finding("out_of_order", &detail) });
        }
        let belongs = partition_of(claim.key.as_bytes(), self.partitions);
        if belongs != usize::try_from(record.partition).ok() {
            let detail = format!("it is in partition {}, its key belongs to {belongs:?}", record.partition);
            self.findings.push(Finding { invariant: Invariant::I5, ..claim.finding("wrong_partition", &detail) });
        }
    }

    async fn against_log(&mut self, shard: i16, claims: &[Claim]) -> Result<(), BoxError> {
        let positions: Vec<i64> = claims.iter().map(|claim| claim.position.position).collect();
        let rows = rows_at(self.client, shard, &positions).await?;
        let stored: HashMap<i64, AuditedRow> = rows.into_iter().map(|row| (row.position, row)).collect();
        for claim in claims {
            self.compared += 1;
            let Some(row) = stored.get(&claim.position.position) else {
                self.findings.push(claim.finding("not_in_log", "the log has no such event"));
                continue;
            };
            let differences = [
                ("stream", row.stream_id != claim.key),
                ("version", Some(row.version) != claim.version),
                ("event id", Some(&row.event_id) != claim.event_id.as_ref()),
                ("payload", Some(&row.payload_hash) != claim.hash.as_ref()),
            ];
            for (what, _) in differences.iter().filter(|(_, differs)| *differs) {
                let AuditedRow { stream_id, version, .. } = row;
                let detail = format!("its {what} is another one in the log (stream {stream_id}, version {version})");
                self.findings.push(claim.finding("differs", &detail));
            }
        }
        Ok(())
    }

    /// What the log has and the topic lacks.
    async fn missing(&mut self, belongs: impl Fn(&str) -> bool) -> Result<(), BoxError> {
        for (shard, seen) in std::mem::take(&mut self.seen) {
            let missing: Vec<i64> = seen.missing().collect();
            for positions in missing.chunks(POSITIONS_AT_ONCE) {
                let streams = streams_at(self.client, shard, positions).await?;
                for stream in streams.into_iter().filter(|stream| belongs(&stream.kind)) {
                    let position = Position { shard, position: stream.position };
                    let finding = Finding::new(Invariant::I4, "not_in_kafka", "the topic has no record of the event");
                    self.findings.push(finding.of(stream.stream_id, stream.version).at(position));
                }
            }
        }
        Ok(())
    }
}

/// The offset and partition of a record, as text for people.
fn location(record: &IncomingRecord) -> String {
    format!("offset {} of partition {}", record.offset, record.partition)
}

impl Claim {
    fn finding(&self, code: &'static str, detail: &str) -> Finding {
        let finding = Finding::new(Invariant::I4, code, detail).at(self.position);
        Finding { stream: Some(self.key.clone()), version: self.version, ..finding }
    }
}
