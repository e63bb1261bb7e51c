//! The event store as the log of a rebuild.

use domain::order::contract::Published;
use event_store::Store;
use read_models::rebuild::Log;
use service_kit::BoxError;

/// Stored events as the relay would publish them.
#[derive(Clone)]
pub struct StoreLog(pub Store);

impl Log for StoreLog {
    async fn heads(&self) -> Result<Vec<i64>, BoxError> {
        let mut heads = Vec::new();
        for shard in 0..self.0.identity().shards {
            heads.push(self.0.head(shard).await?);
        }
        Ok(heads)
    }

    async fn page(&self, shard: i16, after: i64, events_max: i64) -> Result<Vec<Published>, BoxError> {
        let mut published = Vec::new();
        let end = after.saturating_add(events_max);
        let mut last = after;
        // The store ends a page early where events are large.
        while last < end {
            let page = self.0.read_log(shard, last, end - last).await?;
            if page.rows.is_empty() {
                break;
            }
            last = page.last;
            for (position, row) in page.rows {
                published.push(relay::published(position, row)?);
            }
        }
        Ok(published)
    }
}
