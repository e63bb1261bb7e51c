//! Reads the outcomes of the shard's records, and proves that the checkpoint belongs to this log.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::contract::Position;
use messaging::checkpoint::Checkpoint;
use messaging::{
    CheckpointRecord, EventRecord, EventsLook, Examined, Found, LogSource, Outcome, PartitionLook, Producing,
    look_at_checkpoints, look_at_events, partition_of,
};

use super::decision::{OpenRecord, PartitionName, PartitionSeen, Seen};
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
    pub(crate) examined: Examined,
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

/// Examines the shard's records in the event topic and its partition of the checkpoint topic.
pub(crate) async fn examine(deps: &Deps, options: &RelayOptions, shard: i16) -> Result<Examination, StartError> {
    let source = LogSource { incarnation: deps.store.identity().incarnation, shard };
    let checkpoints = look_at_checkpoints(&deps.brokers, &options.checkpoint_topic, shard).await?;
    let committed = checkpoints.found.iter().rev().find(|found| found.outcome == Outcome::Committed);
    let committed = committed.map(|found| found.item.clone());
    let key = match &committed {
        Some(record) => prove(deps, &record.checkpoint).await?,
        None => None,
    };
    let (checkpoint, examined) = committed.map_or((None, None), |record| (Some(record.checkpoint), record.examined));
    let events = look_at_events(&deps.brokers, &options.topic, source, examined.clone()).await?;
    let partition = key.and_then(|key| partition_of(key.as_bytes(), events.partitions.len()));
    let is_trimmed = partition.is_some_and(|partition| is_trimmed(&events.partitions[partition]));
    let examination = summarise(options, checkpoint, is_trimmed, &checkpoints, &events, source);
    if checkpoint.is_none() && examination.seen.committed > 0 {
        let topic = options.topic.to_string();
        let checkpoint_topic = options.checkpoint_topic.to_string();
        return Err(StartError::CheckpointLost { topic, checkpoint_topic, shard });
    }
    let is_worth_keeping = examined.is_none_or(|before| {
        let looked_at: i64 = events.partitions.iter().map(|look| look.end - look.from).sum();
        looked_at > LONG_LOOK_OFFSETS || before.unmarked != examination.examined.unmarked
    });
    Ok(Examination { is_worth_keeping, ..examination })
}

fn summarise(
    options: &RelayOptions,
    checkpoint: Option<Checkpoint>,
    is_trimmed: bool,
    checkpoints: &PartitionLook<CheckpointRecord>,
    events: &EventsLook,
    source: LogSource,
) -> Examination {
    let position = checkpoint.map_or(0, |checkpoint| checkpoint.position);
    let committed = events.partitions.iter().filter_map(highest_committed).max();
    let committed = committed.unwrap_or(0).max(events.proven.position);
    let mut holders = BTreeMap::new();
    let mut partitions = Vec::new();
    let own = checkpoints.found.iter().filter(|found| {
        found.item.checkpoint.incarnation == source.incarnation && found.item.checkpoint.shard == source.shard
    });
    let positions: Vec<_> = own.map(|found| at_position(found, found.item.checkpoint.position)).collect();
    partitions.push(seen(&options.checkpoint_topic, checkpoints.partition, &positions, false, &mut holders));
    for look in &events.partitions {
        let positions: Vec<_> = look.found.iter().map(|found| at_position(found, found.item.position)).collect();
        partitions.push(seen(&options.topic, look.partition, &positions, true, &mut holders));
    }
    let mut examined =
        Examined { position: if is_trimmed { committed.max(position) } else { committed }, ..Examined::default() };
    for (look, partition) in events.partitions.iter().zip(&partitions[1..]) {
        let first_open = partition.open.iter().map(|open| open.offset).min();
        examined.ends.push(first_open.unwrap_or(look.end));
        if partition.open.iter().any(|open| open.position <= position) {
            examined.unmarked.push(look.partition);
        }
    }
    let seen = Seen { checkpoint: position, committed, is_trimmed, partitions };
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
    holds_events: bool,
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
            Outcome::Aborted if holds_events && !committed.contains(&position) => {
                aborted.insert(position);
            }
            Outcome::Open(_) | Outcome::Aborted | Outcome::Committed => {}
        }
    }
    for record in &open {
        aborted.remove(&record.position);
    }
    PartitionSeen { name, open, aborted: aborted.into_iter().collect(), holds_events }
}

/// Verifies that the log has the checkpoint's event. Returns the key of its record; `None` before the first event.
async fn prove(deps: &Deps, checkpoint: &Checkpoint) -> Result<Option<Arc<str>>, StartError> {
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
        Some((_, row)) if row.event_id == checkpoint.event_id => return Ok(Some(Arc::clone(&row.stream.id))),
        Some((_, row)) => format!("is event {}", row.event_id),
        None => "is none yet".to_owned(),
    };
    let position = Position { shard: checkpoint.shard, position: checkpoint.position };
    Err(StartError::Restored { position, published: checkpoint.event_id, found })
}
