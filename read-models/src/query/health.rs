//! How far the projectors have come.

use chrono::{DateTime, Utc};
use domain::contract::Position;

use crate::db::Planning;
use crate::table::{Reader, RowError};
use crate::{ReadDb, ReadDbError};

/// A projector group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupHealth {
    pub group: String,
    pub partitions: Vec<PartitionHealth>,
    /// Number of parked records.
    pub parked_records: i64,
    /// Number of keys whose records are parked.
    pub parked_keys: i64,
}

/// A partition of a group's topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionHealth {
    pub topic: String,
    pub partition: i32,
    /// The first offset not yet applied.
    pub next_offset: i64,
    /// The log position of the last applied event.
    pub position: Option<Position>,
    /// When that event was recorded.
    pub recorded_at: Option<DateTime<Utc>>,
    /// Milliseconds from the recording of that event to its projection.
    pub lag_ms: Option<i64>,
    /// When the offset advanced last.
    pub updated_at: DateTime<Utc>,
}

impl GroupHealth {
    /// The furthest log position that the group has applied, one of each shard.
    pub fn positions(&self) -> Vec<Position> {
        let mut furthest = std::collections::BTreeMap::new();
        for position in self.partitions.iter().filter_map(|partition| partition.position) {
            let known = furthest.entry(position.shard).or_insert(position);
            *known = (*known).max(position);
        }
        furthest.into_values().collect()
    }

    /// The lag in milliseconds of the partition that advanced last.
    pub fn lag_ms(&self) -> Option<i64> {
        self.partitions.iter().max_by_key(|partition| partition.updated_at).and_then(|partition| partition.lag_ms)
    }
}

const OFFSETS: &str = "projector_offset";
const PARKED: &str = "parked";

impl ReadDb {
    /// How far every projector group has come.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn health(&self) -> Result<Vec<GroupHealth>, ReadDbError> {
        let what = "the projectors' health";
        let offsets = self.query(what, (include_str!("../../sql/query/health.sql"), Planning::Once), &[]).await?;
        let parked = self.query(what, (include_str!("../../sql/query/parked.sql"), Planning::Once), &[]).await?;
        collect(&offsets, &parked).map_err(|source| ReadDbError::Row { what, source })
    }
}

fn collect(offsets: &[tokio_postgres::Row], parked: &[tokio_postgres::Row]) -> Result<Vec<GroupHealth>, RowError> {
    let mut groups: Vec<GroupHealth> = Vec::new();
    for row in offsets {
        let reader = Reader { table: OFFSETS, row };
        let group: String = reader.get("group_name")?;
        let partition = partition(&reader)?;
        match groups.last_mut() {
            Some(last) if last.group == group => last.partitions.push(partition),
            _ => groups.push(GroupHealth { group, partitions: vec![partition], parked_records: 0, parked_keys: 0 }),
        }
    }
    for row in parked {
        let reader = Reader { table: PARKED, row };
        let name: String = reader.get("group_name")?;
        if let Some(group) = groups.iter_mut().find(|group| group.group == name) {
            group.parked_records = reader.get("records")?;
            group.parked_keys = reader.get("keys")?;
        }
    }
    Ok(groups)
}

fn partition(reader: &Reader<'_>) -> Result<PartitionHealth, RowError> {
    let position: Option<&str> = reader.get("last_position")?;
    let parse = |text: &str| {
        text.parse().map_err(|_| RowError::Value { table: OFFSETS, column: "last_position", value: text.to_owned() })
    };
    Ok(PartitionHealth {
        topic: reader.get("topic")?,
        partition: reader.get("partition")?,
        next_offset: reader.get("next_offset")?,
        position: position.map(parse).transpose()?,
        recorded_at: reader.get("last_recorded_at")?,
        lag_ms: reader.get("lag_ms")?,
        updated_at: reader.get("updated_at")?,
    })
}
