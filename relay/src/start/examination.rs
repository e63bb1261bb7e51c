//! Reads the outcomes of the shard's records, and proves that the checkpoint belongs to this log.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::contract::Position;
use event_store::StreamId;
use messaging::checkpoint::Checkpoint;
use messaging::{
    CheckpointRecord, EventRecord, EventsLook, Examined, Found, LogSource, Outcome, PartitionLook, Producing,
    look_at_checkpoints, look_at_events, partition_of,
};

use super::decision::{Holds, OpenRecord, PartitionName, PartitionSeen, Seen};
use super::error::StartError;
use crate::{Deps, RelayOptions};

/// An examination of more offsets than this is saved in a checkpoint of its own, so that the next one is short.
const LONG_LOOK_OFFSETS: i64 = 10_000;

/// The result of examining a shard's records.
#[derive(Debug)]
pub(crate) struct Examination {
    pub(crate) seen: Seen,
    pub(crate) checkpoint: Option<Checkpoint>,
    /// The part that the next checkpoints carry.
    pub(crate) examined: ExaminedTopics,
    /// Whether a checkpoint should be written at once to save the examination.
    pub(crate) is_worth_keeping: bool,
    /// The first open record of each partition that has one.
    pub(crate) holders: BTreeMap<PartitionName, Holder>,
}

/// The producer that has a record open.
#[derive(Debug)]
pub(crate) struct Holder {
    pub(crate) producing: Producing,
    /// Of the open record.
    pub(crate) offset: i64,
}

/// What is proven of each topic of events or requests, by its name.
#[derive(Debug, Clone, Default)]
pub(crate) struct ExaminedTopics(BTreeMap<Arc<str>, Examined>);

impl ExaminedTopics {
    /// What a checkpoint says of topics.
    fn of(record: &CheckpointRecord, topics: &[Arc<str>]) -> Self {
        let mut examined = record.examined_further.clone();
        let proven = topics.iter().enumerate().filter_map(|(index, topic)| {
            let of_topic = if index == 0 { record.examined.clone() } else { examined.remove(&**topic) };
            Some((Arc::clone(topic), of_topic?))
        });
        Self(proven.collect())
    }

    /// The checkpoint with what is proven. The first topic has its place where releases with one topic have it.
    pub(crate) fn record(&self, checkpoint: Checkpoint, topics: &[Arc<str>]) -> CheckpointRecord {
        let of = |topic: &Arc<str>| self.0.get(topic).cloned();
        let further = topics.iter().skip(1).filter_map(|topic| Some((topic.to_string(), of(topic)?)));
        CheckpointRecord { checkpoint, examined: topics.first().and_then(of), examined_further: further.collect() }
    }

    /// Partitions of a topic.
    pub(crate) fn partitions_of(&self, topic: &str) -> usize {
        self.0.get(topic).map_or(0, |examined| examined.ends.len())
    }
}

/// Examines the shard's records in the topics of events and requests and its partition of the checkpoint topic.
pub(crate) async fn examine(deps: &Deps, options: &RelayOptions, shard: i16) -> Result<Examination, StartError> {
    let source = LogSource { incarnation: deps.store.identity().incarnation, shard };
    let checkpoints = look_at_checkpoints(&deps.brokers, &options.checkpoint_topic, shard).await?;
    let committed = checkpoints.found.iter().rev().find(|found| found.outcome == Outcome::Committed);
    let committed = committed.map(|found| found.item.clone());
    let stream = match &committed {
        Some(record) => prove(deps, &record.checkpoint).await?,
        None => None,
    };
    let checkpoint = committed.as_ref().map(|record| record.checkpoint);
    let before =
        committed.map_or_else(ExaminedTopics::default, |record| ExaminedTopics::of(&record, deps.kinds.topics()));
    let mut topics = Vec::new();
    for topic in deps.kinds.topics() {
        let events = look_at_events(&deps.brokers, topic, source, before.0.get(topic).cloned()).await?;
        let own = stream.as_ref().filter(|stream| deps.kinds.topic_of(&stream.kind) == topic);
        let partition = own.and_then(|stream| partition_of(stream.id.as_bytes(), events.partitions.len()));
        let is_trimmed = partition.is_some_and(|partition| is_trimmed(&events.partitions[partition]));
        let holds = if deps.kinds.has_events(topic) { Holds::Events } else { Holds::Requests };
        topics.push(TopicLook { topic: Arc::clone(topic), holds, events, is_trimmed });
    }
    let examination = summarise(options, checkpoint, &checkpoints, &topics, source);
    if checkpoint.is_none() && examination.seen.committed.max(examination.seen.committed_request) > 0 {
        let topic = deps.kinds.topics_text();
        let checkpoint_topic = options.checkpoint_topic.to_string();
        return Err(StartError::CheckpointLost { topic, checkpoint_topic, shard });
    }
    let is_worth_keeping = topics.iter().any(|look| {
        before.0.get(&look.topic).is_none_or(|before| {
            let looked_at: i64 = look.events.partitions.iter().map(|look| look.end - look.from).sum();
            let is_changed = examination.examined.0.get(&look.topic).is_none_or(|now| now.unmarked != before.unmarked);
            looked_at > LONG_LOOK_OFFSETS || is_changed
        })
    });
    Ok(Examination { is_worth_keeping, ..examination })
}

/// What was found in a topic of events or of requests.
struct TopicLook {
    topic: Arc<str>,
    holds: Holds,
    events: EventsLook,
    /// Whether the checkpoint's event was published here and retention may have removed it.
    is_trimmed: bool,
}

impl TopicLook {
    /// The highest position that is committed here.
    fn committed(&self) -> i64 {
        let found = self.events.partitions.iter().filter_map(highest_committed).max();
        found.unwrap_or(0).max(self.events.proven.position)
    }
}

fn summarise(
    options: &RelayOptions,
    checkpoint: Option<Checkpoint>,
    checkpoints: &PartitionLook<CheckpointRecord>,
    topics: &[TopicLook],
    source: LogSource,
) -> Examination {
    let position = checkpoint.map_or(0, |checkpoint| checkpoint.position);
    let committed_of = |holds| {
        let looks = topics.iter().filter(|look| look.holds == holds);
        looks.map(TopicLook::committed).max().unwrap_or(0)
    };
    let committed = committed_of(Holds::Events);
    let committed_request = committed_of(Holds::Requests);
    let is_trimmed = topics.iter().any(|look| look.is_trimmed);
    let mut holders = BTreeMap::new();
    let mut partitions = Vec::new();
    let own = checkpoints.found.iter().filter(|found| {
        found.item.checkpoint.incarnation == source.incarnation && found.item.checkpoint.shard == source.shard
    });
    let positions: Vec<_> = own.map(|found| at_position(found, found.item.checkpoint.position)).collect();
    partitions.push(seen(
        &options.checkpoint_topic,
        checkpoints.partition,
        &positions,
        Holds::Checkpoints,
        &mut holders,
    ));
    let mut examined = ExaminedTopics::default();
    for topic in topics {
        let committed = topic.committed();
        let reached = if topic.is_trimmed { committed.max(position) } else { committed };
        let mut proven = Examined { position: reached, ..Examined::default() };
        for look in &topic.events.partitions {
            let positions: Vec<_> = look.found.iter().map(|found| at_position(found, found.item.position)).collect();
            let partition = seen(&topic.topic, look.partition, &positions, topic.holds, &mut holders);
            let first_open = partition.open.iter().map(|open| open.offset).min();
            proven.ends.push(first_open.unwrap_or(look.end));
            if partition.open.iter().any(|open| open.position <= position) {
                proven.unmarked.push(look.partition);
            }
            partitions.push(partition);
        }
        examined.0.insert(Arc::clone(&topic.topic), proven);
    }
    let seen = Seen { checkpoint: position, committed, committed_request, is_trimmed, partitions };
    Examination { seen, checkpoint, examined, is_worth_keeping: true, holders }
}

/// Whether retention may have removed the shard's last record of a partition. It removes the oldest records first, so
/// then no record of the shard is left there.
fn is_trimmed(look: &PartitionLook<EventRecord>) -> bool {
    look.low > look.floor && highest_committed(look).is_none()
}

fn highest_committed(look: &PartitionLook<EventRecord>) -> Option<i64> {
    let committed = look.found.iter().filter(|found| found.outcome == Outcome::Committed);
    committed.map(|found| found.item.position).max()
}

/// A found record, reduced to its position.
fn at_position<T>(found: &Found<T>, position: i64) -> Found<i64> {
    Found { offset: found.offset, outcome: found.outcome, item: position }
}

/// Summarises what was found in a partition, from the records' positions.
fn seen(
    topic: &Arc<str>,
    partition: i32,
    records: &[Found<i64>],
    holds: Holds,
    holders: &mut BTreeMap<PartitionName, Holder>,
) -> PartitionSeen {
    let name = PartitionName { topic: Arc::clone(topic), partition };
    let committed: BTreeSet<i64> =
        records.iter().filter(|record| record.outcome == Outcome::Committed).map(|record| record.item).collect();
    let mut open = Vec::new();
    let mut aborted = BTreeSet::new();
    for &Found { offset, outcome, item: position } in records {
        match outcome {
            Outcome::Open(producing) if !committed.contains(&position) => {
                holders.entry(name.clone()).or_insert(Holder { producing, offset });
                open.push(OpenRecord { offset, position });
            }
            Outcome::Aborted if holds != Holds::Checkpoints && !committed.contains(&position) => {
                aborted.insert(position);
            }
            Outcome::Open(_) | Outcome::Aborted | Outcome::Committed => {}
        }
    }
    for record in &open {
        aborted.remove(&record.position);
    }
    PartitionSeen { name, open, aborted: aborted.into_iter().collect(), holds }
}

/// Verifies that the log has the checkpoint's event. Returns the key of its record; `None` before the first event.
async fn prove(deps: &Deps, checkpoint: &Checkpoint) -> Result<Option<StreamId>, StartError> {
    let expected = deps.store.identity().incarnation;
    if checkpoint.incarnation != expected {
        return Err(StartError::OtherLog { found: checkpoint.incarnation, expected });
    }
    // A shard that has published nothing has its checkpoint before the first event.
    if checkpoint.position == 0 {
        return Ok(None);
    }
    let page = deps.store.read_log(checkpoint.shard, checkpoint.position - 1, 1).await?;
    let found = match page.rows.first() {
        Some((_, row)) if row.event_id == checkpoint.event_id => return Ok(Some(row.stream.clone())),
        Some((_, row)) => format!("is event {}", row.event_id),
        None => "is none yet".to_owned(),
    };
    let position = Position { shard: checkpoint.shard, position: checkpoint.position };
    Err(StartError::Restored { position, published: checkpoint.event_id, found })
}
