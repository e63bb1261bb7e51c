//! Properties of locations, over any order of commands.

use proptest::prelude::*;

use super::decisions::fixtures::{change, details, kitchen, pause, register, resume};
use super::{Location, LocationEvent};
use crate::{Decider, StoredEvent, fold, upcast};

/// What a location is known to be, kept without the code under test.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Known {
    is_kitchen: bool,
    is_paused: bool,
}

proptest! {
    #[test]
    fn a_location_is_what_was_said_of_it_last(steps in prop::collection::vec(0_u8..6, 0..30)) {
        let mut history: Vec<LocationEvent> = Vec::new();
        let mut known: Option<Known> = None;
        for step in steps {
            let command = match step {
                0 => register(details()),
                1 => register(kitchen()),
                2 => change(details()),
                3 => change(kitchen()),
                4 => pause(),
                _ => resume(),
            };
            let wanted = match (known, step) {
                (None, 0 | 1) => Ok(Known { is_kitchen: step == 1, is_paused: false }),
                (None, _) => Err(()),
                (Some(now), 0 | 1) if now.is_kitchen != (step == 1) => Err(()),
                (Some(now), 0 | 1) => Ok(now),
                (Some(now), 2 | 3) => Ok(Known { is_kitchen: step == 3, ..now }),
                (Some(now), _) => Ok(Known { is_paused: step == 4, ..now }),
            };
            let decided = Location::decide(&fold::<Location>(&history).unwrap(), command);
            prop_assert_eq!(decided.is_err(), wanted.is_err());
            let events = decided.unwrap_or_default();
            prop_assert_eq!(events.is_empty(), wanted.is_err() || wanted.ok() == known, "what changes nothing is no event");
            history.extend(events);
            known = wanted.ok().or(known);
            let state = fold::<Location>(&history).unwrap();
            let now = state.location().map(|location| Known {
                is_kitchen: location.details == kitchen(),
                is_paused: location.is_paused,
            });
            prop_assert_eq!(now, known);
        }
        for event in &history {
            let json = serde_json::to_string(event).unwrap();
            let read: LocationEvent = upcast::decode(event.event_type(), event.event_version(), &json).unwrap();
            prop_assert_eq!(&read, event);
        }
    }
}
