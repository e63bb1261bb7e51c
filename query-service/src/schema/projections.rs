//! How far the projectors have come.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use read_models::ReadDb;
use read_models::query::{self, GroupHealth};
use service_kit::clock::Stopwatch;
use tokio::sync::Mutex;

use super::scalars::Long;
use crate::config::HEALTH_AGE_MS_MAX;
use crate::error::ReadFailed;
use crate::output::object;

/// A projector group.
pub struct ProjectionHealth<'a>(pub &'a GroupHealth);

object! {
    /// How far a projector group has come.
    ProjectionHealth for ProjectionHealth<'_> as health {
        /// The name of the group.
        projection: &str => &health.0.group,
        /// The furthest positions of the event log that the group has applied, one of each shard, written `shard.position`.
        positions: Vec<String> => health.0.positions().iter().map(ToString::to_string).collect(),
        /// The milliseconds from the recording of the last applied event to its projection.
        lagMs: Option<Long> => health.0.lag_ms().map(Long),
        /// The number of records that could not be applied, and of those parked behind them.
        parkedRecords: Long => Long(health.0.parked_records),
        /// The number of orders that are not projected any further because of parked records.
        parkedKeys: Long => Long(health.0.parked_keys),
        /// The partitions of the group's topic.
        partitions: Vec<PartitionHealth<'_>> => health.0.partitions.iter().map(PartitionHealth).collect(),
    }
}

/// A partition.
struct PartitionHealth<'a>(&'a query::PartitionHealth);

object! {
    /// How far a partition of a group's topic has come.
    PartitionHealth for PartitionHealth<'_> as partition {
        /// The name of the topic.
        topic: &str => &partition.0.topic,
        /// The number of the partition.
        partition: i32 => partition.0.partition,
        /// The first offset not yet applied.
        nextOffset: Long => Long(partition.0.next_offset),
        /// The position in the event log of the last applied event.
        position: Option<String> => partition.0.position.map(|position| position.to_string()),
        /// When the last applied event was recorded.
        recordedAt: Option<DateTime<Utc>> => partition.0.recorded_at,
        /// The milliseconds from the recording of that event to its projection.
        lagMs: Option<Long> => partition.0.lag_ms.map(Long),
        /// When the partition advanced last.
        updatedAt: DateTime<Utc> => partition.0.updated_at,
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
