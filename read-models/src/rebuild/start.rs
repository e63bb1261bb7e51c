//! Where a group of projectors starts over.

use tokio_postgres::Transaction;

use super::error::{RebuildError, database};

/// The places where a group starts over in its topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// Which group.
    pub group: String,
    /// What it reads.
    pub topic: String,
    /// Partitions and the first offset that each holds. Look them up before the rebuild begins: then whatever is no longer
    /// in the topic was in the log before its end was looked up, and nothing is skipped.
    pub offsets: Vec<(i32, i64)>,
}

impl Start {
    /// Puts the group there, and gives up what is parked of it.
    pub(super) async fn set(&self, transaction: &Transaction<'_>) -> Result<(), RebuildError> {
        let Self { group, topic, offsets } = self;
        let (partitions, offsets): (Vec<i32>, Vec<i64>) = offsets.iter().copied().unzip();
        transaction
            .execute(include_str!("../../sql/rebuild/start_over.sql"), &[group, topic, &partitions, &offsets])
            .await
            .map_err(database("let the projector start over"))?;
        transaction
            .execute(include_str!("../../sql/rebuild/give_up_parked.sql"), &[group, topic])
            .await
            .map_err(database("give up what was parked"))?;
        Ok(())
    }
}
