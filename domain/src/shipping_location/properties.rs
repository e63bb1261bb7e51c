//! Whatever is said of how a location ships: the last thing said holds, and saying it twice is no fact.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::decisions::fixtures::*;
use super::*;
use crate::{Decider, StoredEvent, fold, upcast};

fn any_command() -> impl Strategy<Value = ShippingLocationCommand> {
    prop_oneof![
        3 => prop::sample::subsequence(vec!["a", "b", "c", "d", "e", "f", "g"], 0..=7).prop_map(|carriers| set(&carriers)),
        1 => Just(stop()),
    ]
}

/// The events after the commands, each given twice.
fn run(commands: Vec<ShippingLocationCommand>) -> Vec<ShippingLocationEvent> {
    let mut events = Vec::new();
    for command in commands {
        let state = fold::<ShippingLocation>(&events).unwrap();
        let decided = ShippingLocation::decide(&state, command.clone());
        if let (ShippingLocationCommand::SetShipping(set), Ok(more)) = (&command, &decided) {
            let state = more.iter().try_fold(state, ShippingLocation::evolve).unwrap();
            assert_eq!(state.details().map(|details| &details.carriers), Some(&set.carriers));
        }
        events.extend(decided.unwrap_or_default());
        let again = ShippingLocation::decide(&fold::<ShippingLocation>(&events).unwrap(), command);
        assert!(again.unwrap_or_default().is_empty(), "a repeat changes nothing");
    }
    events
}

#[test]
fn every_event_is_given_by_a_command() {
    let given: BTreeSet<_> = run(vec![set(&["a"]), stop()]).iter().map(StoredEvent::event_type).collect();
    let declared: BTreeSet<_> = ShippingLocationEvent::TYPES.iter().map(|declared| declared.name).collect();
    assert_eq!(given, declared, "give the event that is missing by its command");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_was_said_last_holds_and_reads_back(commands in prop::collection::vec(any_command(), 0..30)) {
        let events = run(commands);
        for event in &events {
            let body = serde_json::to_string(event).unwrap();
            let read: ShippingLocationEvent = upcast::decode(event.event_type(), event.event_version(), &body).unwrap();
            prop_assert_eq!(&read, event);
            if let ShippingLocationEvent::ShippingSet(set) = event {
                prop_assert!((1..=CARRIERS_MAX).contains(&set.carriers.len()));
            }
        }
    }
}
