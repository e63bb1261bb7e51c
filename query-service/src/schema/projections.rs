//! How far the projectors have come.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use read_models::ReadDb;
use read_models::query::GroupHealth;
use service_kit::clock::Stopwatch;
use tokio::sync::Mutex;

use super::scalars::Long;
use crate::config::HEALTH_AGE_MS_MAX;
use crate::error::ReadFailed;

/// How far a projector group has come.
#[derive(Debug, Clone, SimpleObject)]
pub struct ProjectionHealth {
    /// The name of the group.
    projection: String,
    /// The furthest positions of the event log that the group has applied, one of each shard, written `shard.position`.
    positions: Vec<String>,
    /// The milliseconds from the recording of the last applied event to its projection.
    lag_ms: Option<Long>,
    /// The number of records that could not be applied, and of those parked behind them.
    parked_records: Long,
    /// The number of orders that are not projected any further because of parked records.
    parked_keys: Long,
    /// The partitions of the group's topic.
    partitions: Vec<PartitionHealth>,
}

/// How far a partition of a group's topic has come.
#[derive(Debug, Clone, SimpleObject)]
pub struct PartitionHealth {
    /// The name of the topic.
    topic: String,
    /// The number of the partition.
    partition: i32,
    /// The first offset not yet applied.
    next_offset: Long,
    /// The position in the event log of the last applied event.
    position: Option<String>,
    /// When the last applied event was recorded.
    recorded_at: Option<DateTime<Utc>>,
    /// The milliseconds from the recording of that event to its projection.
    lag_ms: Option<Long>,
    /// When the partition advanced last.
    updated_at: DateTime<Utc>,
}

impl ProjectionHealth {
    /// The health as the read models report it.
    pub fn new(group: GroupHealth) -> Self {
        Self {
            positions: group.positions().iter().map(ToString::to_string).collect(),
            lag_ms: group.lag_ms().map(Long),
            projection: group.group,
            parked_records: Long(group.parked_records),
            parked_keys: Long(group.parked_keys),
            partitions: group
                .partitions
                .into_iter()
                .map(|partition| PartitionHealth {
                    topic: partition.topic,
                    partition: partition.partition,
                    next_offset: Long(partition.next_offset),
                    position: partition.position.map(|position| position.to_string()),
                    recorded_at: partition.recorded_at,
                    lag_ms: partition.lag_ms.map(Long),
                    updated_at: partition.updated_at,
                })
                .collect(),
        }
    }
}

/// The groups, and the time since they were read.
type Known = (Stopwatch, Vec<GroupHealth>);

/// The cached state of the projectors, read again when it is older than [`HEALTH_AGE_MS_MAX`].
#[derive(Clone)]
pub struct Health {
    read: ReadDb,
    known: Arc<Mutex<Option<Known>>>,
}

impl Health {
    /// An empty cache.
    pub fn new(read: ReadDb) -> Self {
        Self { read, known: Arc::default() }
    }

    /// The groups.
    pub async fn groups(&self) -> Result<Vec<GroupHealth>, ReadFailed> {
        let mut known = self.known.lock().await;
        if let Some((since, groups)) = &*known
            && since.elapsed() < Duration::from_millis(HEALTH_AGE_MS_MAX)
        {
            return Ok(groups.clone());
        }
        let groups = self.read.health().await.map_err(|error| ReadFailed::log(&error))?;
        *known = Some((Stopwatch::start(), groups.clone()));
        Ok(groups)
    }
}
