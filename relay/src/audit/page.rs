//! Reading the log as the relay would publish it.

use domain::contract::{PublicEvents, Published};
use event_store::Store;
use service_kit::BoxError;

use crate::published;

/// The events of a shard after a position, as the relay would publish them: of so many positions, or of those that are given.
///
/// # Errors
/// When the log cannot be read, or has an event of the engine's own that cannot.
pub async fn published_page<E: PublicEvents>(
    store: &Store,
    shard: i16,
    after: i64,
    events_max: i64,
) -> Result<Vec<Published<E>>, BoxError> {
    let mut events = Vec::new();
    let end = after.saturating_add(events_max);
    let mut last = after;
    // The store ends a page early where events are large.
    while last < end {
        let page = store.read_log(shard, last, end - last).await?;
        if page.rows.is_empty() {
            break;
        }
        last = page.last;
        for (position, row) in page.rows {
            events.push(published(position, row)?);
        }
    }
    Ok(events)
}
