//! A decided event as it is stored.

use domain::{EventId, StoredEvent};
use service_kit::clock::SharedIds;

use super::execution::ExecuteError;
use crate::Store;
use crate::append::NewEvent;

/// The event as JSON under a new id.
///
/// # Errors
/// [`ExecuteError::TooLarge`] for what could not be published.
pub(crate) fn new_event<E: StoredEvent>(store: &Store, ids: &SharedIds, event: &E) -> Result<NewEvent, ExecuteError> {
    let payload = serde_json::to_string(event).map_err(|source| ExecuteError::Unserialisable { source })?;
    let limit = store.inner.options.event_bytes_max;
    if payload.len() > limit {
        return Err(ExecuteError::TooLarge { bytes: payload.len(), limit });
    }
    Ok(NewEvent {
        id: EventId::new(ids.ordered()),
        event_type: event.event_type().to_owned(),
        event_version: event.event_version().to_owned(),
        payload,
    })
}
