//! Checks requests in Kafka: I4 and I5, by comparing a topic with what the log's events ask for.
//!
//! Guarantees: a request that is missing, doubled, changed or that no event asks for is found. Memory holds 24 bytes for each
//! request and one bit for each event. Does not: look at requests that retention has removed; a partition is compared from its
//! first record on.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use domain::contract::{Position, PublicEvents, Requests};
use event_store::audit::Range;
use event_store::{Store, StoredRow};
use messaging::headers::{self, SOURCE, SOURCE_VALUE, TYPE};
use messaging::whole_topic::Topic;
use messaging::{IncomingRecord, inspect, partition_of, schemas};
use service_kit::BoxError;
use service_kit::audit::{Finding, Findings, Invariant};
use service_kit::errors::chain;

use super::claim::{Claim, Sequences, location, text};
use super::seen::Seen;
use crate::outgoing::{own_event, payload_hash};
use crate::{Route, UnreadableEvent};

/// Events of one page of the log.
const PAGE_EVENTS_MAX: i64 = 4_000;

/// What the events of a kind ask for in one topic, as the relay's routes have it.
pub struct AuditedRoute {
    kind: &'static str,
    asked: Box<AskedBy>,
}

type AskedBy = dyn Fn(Position, &StoredRow) -> Result<Option<Asked>, UnreadableEvent> + Send + Sync;

/// What a request's record says, or has to say.
#[derive(Hash)]
struct Asked {
    id: String,
    key: String,
    /// The full name of its record.
    name: String,
    payload_hash: String,
}

impl AuditedRoute {
    /// The route that the relay has for these events.
    pub fn of<E: PublicEvents, R: Requests>(route: Route<E, R>) -> Self {
        let asked = move |position, row: &StoredRow| {
            let Some(own) = own_event::<E>(position, row)? else { return Ok(None) };
            Ok(route(&row.stream.id, &own.stored).map(|request| Asked {
                id: row.event_id.to_string(),
                key: request.key().to_owned(),
                name: schemas::of::<R>()[request.index()].full_name.clone(),
                payload_hash: headers::hexadecimal(&payload_hash(row)),
            }))
        };
        Self { kind: E::KIND, asked: Box::new(asked) }
    }
}

/// A request that the log asks for.
struct Expected {
    position: i64,
    /// Of [`Asked`].
    hash: u64,
    partition: i32,
}

struct Comparison<'a> {
    store: &'a Store,
    routes: &'a [AuditedRoute],
    findings: &'a mut Findings,
    /// By shard, in the order of positions.
    expected: BTreeMap<i16, Vec<Expected>>,
    seen: BTreeMap<i16, Seen>,
    /// The first position of each shard in each partition.
    first: HashMap<(i32, i16), i64>,
    sequences: Sequences,
    compared: u64,
}

/// Compares the committed records of a topic of requests with what the events of a log ask for in it. Returns how many requests of
/// the log were compared; those of other logs are theirs.
///
/// # Errors
/// When Kafka or the database cannot be read.
pub async fn compare_requests(
    store: &Store,
    brokers: &str,
    topic: &str,
    ranges: &[Range],
    routes: &[AuditedRoute],
    findings: &mut Findings,
) -> Result<u64, BoxError> {
    let begins = inspect::first_offsets(brokers, topic).await?;
    let mut reading =
        Topic::open("audit-requests", brokers, topic, |one| begins.get(&one).copied().unwrap_or(0)).await?;
    let partitions = reading.partitions();
    let seen = ranges.iter().map(|range| (range.shard, Seen::new(range.after, range.last))).collect();
    let expected = BTreeMap::new();
    let first = HashMap::new();
    let sequences = Sequences::new(partitions);
    let mut comparison = Comparison { store, routes, findings, expected, seen, first, sequences, compared: 0 };
    for range in ranges {
        comparison.expect(*range, partitions).await?;
    }
    while let Some(records) = reading.next().await? {
        for record in &records {
            comparison.record(record).await?;
        }
    }
    reading.close().await;
    let is_trimmed = |partition| begins.get(&partition).is_some_and(|begin| *begin > 0);
    comparison.missing(is_trimmed).await?;
    Ok(comparison.compared)
}

impl Comparison<'_> {
    /// Notes what the events of a range ask for.
    async fn expect(&mut self, range: Range, partitions: usize) -> Result<(), BoxError> {
        let mut requests = Vec::new();
        let mut after = range.after;
        while after < range.last {
            let page = self.store.read_log(range.shard, after, PAGE_EVENTS_MAX.min(range.last - after)).await?;
            if page.rows.is_empty() {
                break;
            }
            after = page.last;
            for (position, row) in page.rows {
                match self.asked(position, &row) {
                    Ok(None) => {}
                    Ok(Some(asked)) => {
                        let partition = partition_of(asked.key.as_bytes(), partitions).unwrap_or_default();
                        let partition = i32::try_from(partition)?;
                        requests.push(Expected { position: position.position, hash: hash(&asked), partition });
                    }
                    Err(error) => {
                        let finding = Finding::new(Invariant::I13, "undecodable", chain(&error)).at(position);
                        self.findings.push(finding.of(row.stream.id.to_string(), row.version));
                    }
                }
            }
        }
        self.expected.insert(range.shard, requests);
        Ok(())
    }

    fn asked(&self, position: Position, row: &StoredRow) -> Result<Option<Asked>, UnreadableEvent> {
        let mut found = None;
        for route in self.routes.iter().filter(|route| *route.kind == *row.stream.kind) {
            found = (route.asked)(position, row)?.or(found);
        }
        Ok(found)
    }

    async fn record(&mut self, record: &IncomingRecord) -> Result<(), BoxError> {
        let source = text(record, SOURCE).unwrap_or_default();
        let own = headers::source_of(self.store.identity().incarnation);
        if source != own && source != SOURCE_VALUE && source.starts_with(SOURCE_VALUE) {
            return Ok(()); // another log's
        }
        let Some(claim) = Claim::of(record, self.findings) else { return Ok(()) };
        self.sequences.check(record, &claim, self.findings);
        let Position { shard, position } = claim.position;
        self.first.entry((record.partition, shard)).or_insert(position);
        let Some(seen) = self.seen.get_mut(&shard) else {
            self.findings.push(claim.finding("unknown_shard", "the log has no such shard"));
            return Ok(());
        };
        if !seen.covers(position) {
            return Ok(()); // before the beginning, or of events that came after the audit began
        }
        self.compared += 1;
        let requests = self.expected.get(&shard).map(Vec::as_slice).unwrap_or_default();
        let Ok(index) = requests.binary_search_by_key(&position, |request| request.position) else {
            let detail = format!("the record at {} is of an event that asks for nothing here", location(record));
            self.findings.push(claim.finding("not_asked", &detail));
            return Ok(());
        };
        if !seen.note(position) {
            let detail = format!("the event's request is in the topic more than once, here at {}", location(record));
            self.findings.push(claim.finding("doubled", &detail));
        }
        if hash(&claimed(record, &claim)) != requests[index].hash {
            self.differs(record, &claim).await?;
        }
        Ok(())
    }

    /// Says in what a record differs from what its event asks for.
    async fn differs(&mut self, record: &IncomingRecord, claim: &Claim) -> Result<(), BoxError> {
        let Some(asked) = self.asked_at(claim.position).await? else { return Ok(()) };
        let said = claimed(record, claim);
        for (what, said, asked) in [
            ("id", said.id, asked.id),
            ("key", said.key, asked.key),
            ("type", said.name, asked.name),
            ("payload", said.payload_hash, asked.payload_hash),
        ] {
            if said != asked {
                let detail = format!("its {what} is {said:?}, the event asks with {asked:?}");
                self.findings.push(claim.finding("differs", &detail));
            }
        }
        Ok(())
    }

    async fn asked_at(&self, position: Position) -> Result<Option<Asked>, BoxError> {
        let page = self.store.read_log(position.shard, position.position - 1, 1).await?;
        let Some((position, row)) = page.rows.first() else { return Ok(None) };
        Ok(self.asked(*position, row)?)
    }

    /// What the log asks for and the topic lacks, as far as retention lets that be seen.
    async fn missing(&mut self, is_trimmed: impl Fn(i32) -> bool) -> Result<(), BoxError> {
        for (shard, seen) in std::mem::take(&mut self.seen) {
            for request in self.expected.remove(&shard).unwrap_or_default() {
                if seen.has(request.position) {
                    continue;
                }
                if is_trimmed(request.partition) {
                    let first = self.first.get(&(request.partition, shard));
                    if first.is_none_or(|first| request.position < *first) {
                        continue;
                    }
                }
                let position = Position { shard, position: request.position };
                let key = self.asked_at(position).await?.map(|asked| asked.key);
                let finding = Finding::new(Invariant::I4, "not_in_kafka", "the topic lacks what the event asks for");
                self.findings.push(Finding { stream: key, ..finding.at(position) });
            }
        }
        Ok(())
    }
}

/// What a record says it is.
fn claimed(record: &IncomingRecord, claim: &Claim) -> Asked {
    Asked {
        id: claim.event_id.clone().unwrap_or_default(),
        key: claim.key.clone(),
        name: text(record, TYPE).unwrap_or_default(),
        payload_hash: claim.hash.clone().unwrap_or_default(),
    }
}

fn hash(said: &Asked) -> u64 {
    let mut hasher = DefaultHasher::new();
    said.hash(&mut hasher);
    hasher.finish()
}
