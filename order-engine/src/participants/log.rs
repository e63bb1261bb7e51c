//! The event store as the log of a rebuild.

use domain::contract::{PublicEvents, Published};
use event_store::Store;
use read_models::rebuild::Log;
use relay::audit::published_page;
use service_kit::BoxError;

/// Stored events as the relay would publish them. What is of another kind comes as a foreign event.
#[derive(Clone)]
pub struct StoreLog(pub Store);

impl<E: PublicEvents> Log<E> for StoreLog {
    async fn heads(&self) -> Result<Vec<i64>, BoxError> {
        Ok(self.0.heads().await?)
    }

    async fn page(&self, shard: i16, after: i64, events_max: i64) -> Result<Vec<Published<E>>, BoxError> {
        published_page(&self.0, shard, after, events_max).await
    }
}
