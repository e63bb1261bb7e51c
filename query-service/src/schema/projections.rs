//! How far the projectors are.

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

/// How far a projector group is.
#[derive(Debug, Clone, SimpleObject)]
pub struct ProjectionHealth {
    /// The group's name.
    projection: String,
    /// The furthest place of the log that it has applied, one of each shard, written `shard.position`.
    positions: Vec<String>,
    /// Milliseconds from recording to projection, of the newest event applied last.
    lag_ms: Option<Long>,
    /// Records that could not be applied, and those behind them.
    parked_records: Long,
    /// Orders that stand still for that.
    parked_keys: Long,
    /// Its partitions.
    partitions: Vec<PartitionHealth>,
}

/// How far a partition of a group's topic is.
#[derive(Debug, Clone, SimpleObject)]
pub struct PartitionHealth {
    /// Which topic.
    topic: String,
    /// Which partition.
    partition: i32,
    /// The first offset not yet applied.
    next_offset: Long,
    /// Place in the log of the last event applied.
    position: Option<String>,
    /// When that event was recorded.
    recorded_at: Option<DateTime<Utc>>,
    /// Milliseconds from then to its projection.
    lag_ms: Option<Long>,
    /// When it was applied.
    updated_at: DateTime<Utc>,
}

impl ProjectionHealth {
    /// From what the read models tell.
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

/// The groups, and since when they are known.
type Known = (Stopwatch, Vec<GroupHealth>);

/// What is known of the projectors, read again when it is older than [`HEALTH_AGE_MS_MAX`].
#[derive(Clone)]
pub struct Health {
    read: ReadDb,
    known: Arc<Mutex<Option<Known>>>,
}

impl Health {
    /// Nothing is known yet.
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
