//! Where a group begins: at the end of its topics, recorded once.

use std::collections::{BTreeMap, BTreeSet};

use messaging::consumer::{GroupOffsetError, TopicPartition, begin_at_end, offsets_of};
use service_kit::postgres::Pool;

use crate::error::{ParkError, statement};

/// What a step to begin a group did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// The partitions that the group handles from now on, with the offset from which.
    pub partitions: Vec<(TopicPartition, i64)>,
}

/// Why a group was not begun.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    #[error("beginning a group failed")]
    Offsets(#[from] GroupOffsetError),
    #[error("recording where a group begins failed")]
    Record(#[from] ParkError),
}

/// Lets a group begin at the end of topics, where it has not begun yet: effects are for what is asked from now on, not for all that
/// was ever asked. Changes nothing where all is recorded. To be called when topics are created and no member of the group runs.
///
/// # Errors
/// [`BeginError`]; [`GroupOffsetError::Missing`] where Kafka has forgotten the offsets of a group that had begun, which must not be
/// set to the end.
pub async fn begin(pool: &Pool, brokers: &str, group: &str, topics: &[&str]) -> Result<Begun, BeginError> {
    let recorded = recorded(pool, group).await?;
    let mut offsets = offsets_of(brokers, group, topics).await?;
    for (partition, offset) in &offsets {
        if offset.is_none() && recorded.contains(partition) {
            return Err(GroupOffsetError::Missing { group: group.to_owned(), partition: partition.clone() }.into());
        }
    }
    if offsets.keys().all(|partition| recorded.contains(partition)) {
        return Ok(Begun { partitions: Vec::new() });
    }
    let partitions = begin_at_end(brokers, group, topics).await?;
    offsets.extend(partitions.iter().map(|(partition, offset)| (partition.clone(), Some(*offset))));
    record(pool, group, &offsets).await?;
    Ok(Begun { partitions })
}

async fn recorded(pool: &Pool, group: &str) -> Result<BTreeSet<TopicPartition>, ParkError> {
    let failed = statement("reading where groups begin");
    let client = pool.get().await.map_err(ParkError::Connect)?;
    let rows = client.query(include_str!("sql/groups.sql"), &[&group]).await.map_err(&failed)?;
    let partitions = rows.iter().map(|row| {
        let topic: &str = row.try_get(0)?;
        Ok(TopicPartition { topic: topic.into(), partition: row.try_get(1)? })
    });
    partitions.collect::<Result<_, _>>().map_err(&failed)
}

/// Records the group's offsets, after they were committed: a crash between leaves a group that the next call records.
async fn record(pool: &Pool, group: &str, offsets: &BTreeMap<TopicPartition, Option<i64>>) -> Result<(), BeginError> {
    let client = pool.get().await.map_err(ParkError::Connect)?;
    let names: Vec<&str> = offsets.keys().map(|one| &*one.topic).collect();
    let numbers: Vec<i32> = offsets.keys().map(|one| one.partition).collect();
    let begun: Vec<i64> = offsets.values().map(|offset| offset.unwrap_or_default()).collect();
    let insert = include_str!("sql/record_groups.sql");
    let recorded = client.execute(insert, &[&group, &names, &numbers, &begun]).await;
    recorded.map_err(statement("recording where a group begins"))?;
    Ok(())
}
