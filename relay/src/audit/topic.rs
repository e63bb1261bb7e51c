//! Checks in Kafka: I4 and I5, by comparing each record of a topic with the log.

use std::collections::{BTreeMap, HashMap};

use domain::contract::Position;
use event_store::audit::{AuditedRow, Range, rows_at, streams_at};
use messaging::IncomingRecord;
use messaging::whole_topic::Topic;
use service_kit::BoxError;
use service_kit::audit::{Finding, Findings, Invariant};
use tokio_postgres::Client;

use super::claim::{Claim, Order, location};
use super::seen::Seen;

/// Positions whose streams are asked for at once.
const POSITIONS_AT_ONCE: usize = 10_000;

/// Compares a topic with the log.
struct Comparison<'a> {
    client: &'a Client,
    findings: &'a mut Findings,
    /// By shard.
    seen: BTreeMap<i16, Seen>,
    order: Order,
    /// Records compared.
    compared: u64,
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
    let order = Order::new(topic.partitions());
    let mut comparison = Comparison { client, findings, seen, order, compared: 0 };
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
            let Some(claim) = Claim::of(record, self.findings) else { continue };
            self.order.check(record, &claim, self.findings);
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
