//! Folding a location's events.

use crate::{StoredEvent, Unfoldable};

use super::{LocationEvent, LocationState, RegisteredLocation};

pub(super) fn evolve(state: LocationState, event: &LocationEvent) -> Result<LocationState, Unfoldable> {
    match (state, event) {
        (LocationState::Absent, LocationEvent::LocationRegistered(event)) => {
            Ok(LocationState::Registered(Box::new(RegisteredLocation {
                tenant: event.tenant.clone(),
                code: event.code.clone(),
                details: event.details.clone(),
                is_paused: false,
            })))
        }
        (LocationState::Registered(mut location), LocationEvent::LocationChanged(event)) => {
            location.details = event.details.clone();
            Ok(LocationState::Registered(location))
        }
        (LocationState::Registered(mut location), LocationEvent::LocationPaused(_)) => {
            location.is_paused = true;
            Ok(LocationState::Registered(location))
        }
        (LocationState::Registered(mut location), LocationEvent::LocationResumed(_)) => {
            location.is_paused = false;
            Ok(LocationState::Registered(location))
        }
        (state, event) => Err(Unfoldable { state: state.name().to_owned(), event: event.event_type().to_owned() }),
    }
}
