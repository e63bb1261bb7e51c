//! How far the projectors have come.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use read_models::query::{self, GroupHealth};
use read_models::{ModelSet, Orders, ReadDb};
use serde::Serialize;
use service_kit::clock::Stopwatch;
use tokio::sync::Mutex;

use super::scalars::Long;
use crate::config::{HEALTH_AGE_MS_MAX, HEALTH_AGE_MS_WANTED};
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

/// The state of all projector groups at one moment.
#[derive(Debug)]
pub struct Projections {
    pub groups: Vec<GroupHealth>,
    pub consistency: ConsistencyExtension,
}

/// The member `consistency` of a response's extensions: how far the group of orders has come.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsistencyExtension {
    projection: &'static str,
    /// The furthest positions, one of each shard, with commas between.
    position: Option<String>,
    lag_ms: Option<i64>,
}

impl Projections {
    /// What the groups say together; without the group of orders nothing is known of its positions.
    pub fn of(groups: Vec<GroupHealth>) -> Self {
        let group = groups.iter().find(|group| group.group == Orders::GROUP);
        let positions = group.map(GroupHealth::positions).unwrap_or_default();
        let positions: Vec<String> = positions.iter().map(ToString::to_string).collect();
        let consistency = ConsistencyExtension {
            projection: Orders::GROUP,
            position: (!positions.is_empty()).then(|| positions.join(",")),
            lag_ms: group.and_then(GroupHealth::lag_ms),
        };
        Self { groups, consistency }
    }
}

/// The cached state of the projectors. Every request looks at it: where it is older than [`HEALTH_AGE_MS_WANTED`] one of them reads it
/// again, and the others go on with what is known, up to [`HEALTH_AGE_MS_MAX`].
#[derive(Clone)]
pub struct Health {
    read: ReadDb,
    known: Arc<RwLock<Option<Known>>>,
    turn: Arc<Mutex<()>>,
}

/// What is known of the projectors, and the time since it was read.
type Known = (Stopwatch, Arc<Projections>);

impl Health {
    /// An empty cache.
    pub fn new(read: ReadDb) -> Self {
        Self { read, known: Arc::default(), turn: Arc::default() }
    }

    /// The groups.
    pub async fn projections(&self) -> Result<Arc<Projections>, ReadFailed> {
        if let Some(known) = self.known(HEALTH_AGE_MS_WANTED) {
            return Ok(known);
        }
        let _turn = match (self.turn.try_lock(), self.known(HEALTH_AGE_MS_MAX)) {
            (Ok(turn), _) => turn,
            (Err(_), Some(known)) => return Ok(known),
            (Err(_), None) => self.turn.lock().await,
        };
        // Whoever had the turn before has read it.
        if let Some(known) = self.known(HEALTH_AGE_MS_WANTED) {
            return Ok(known);
        }
        let groups = self.read.health().await.map_err(|error| ReadFailed::log(&error))?;
        let read = Arc::new(Projections::of(groups));
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some((Stopwatch::start(), Arc::clone(&read)));
        Ok(read)
    }

    /// What is known, unless it is older than so many milliseconds.
    fn known(&self, age_ms_max: u64) -> Option<Arc<Projections>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let (since, projections) = known.as_ref()?;
        (since.elapsed() < Duration::from_millis(age_ms_max)).then(|| Arc::clone(projections))
    }
}
