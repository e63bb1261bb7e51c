//! The offsets where a projector group starts over.

use tokio_postgres::Transaction;

use super::error::{RebuildError, database};
use crate::parked::drop_parked_of_topic;

/// The offsets where a group starts over in its topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    pub group: String,
    /// The topic that the group reads.
    pub topic: String,
    /// Partitions and the first offset that each holds. Look them up before the rebuild begins: then an event that
    /// is no longer in the topic is in the part of the log that is filled, and nothing is skipped.
    pub offsets: Vec<(i32, i64)>,
}

impl Start {
    /// Sets the group's offsets, and drops its parked records.
    pub(super) async fn set(&self, transaction: &Transaction<'_>) -> Result<(), RebuildError> {
        let Self { group, topic, offsets } = self;
        let (partitions, offsets): (Vec<i32>, Vec<i64>) = offsets.iter().copied().unzip();
        transaction
            .execute(include_str!("../../sql/rebuild/start_over.sql"), &[group, topic, &partitions, &offsets])
            .await
            .map_err(database("let the projector start over"))?;
        drop_parked_of_topic(transaction, group, topic).await.map_err(database("drop the parked records"))?;
        Ok(())
    }
}
