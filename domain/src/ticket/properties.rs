//! Whatever is asked of a ticket: it has one promise or one rejection at its beginning, and one end.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::decisions::fixtures::*;
use super::*;
use crate::{Decider, StoredEvent, fold, upcast};

fn any_command() -> impl Strategy<Value = TicketCommand> {
    (0_usize..9, 0_i64..3_000).prop_map(|(which, seconds)| match which {
        0 => accept(),
        1 => reject(),
        2 => start(),
        3 => hold(),
        4 => resume(),
        5 => finish(),
        6 => hand_over(),
        7 => cancel(),
        _ => DelayTicket { expected_at: None, at: now().later_by_micros(seconds * 1_000_000) }.into(),
    })
}

/// The events after the commands, each given twice.
fn run(commands: Vec<TicketCommand>) -> Vec<TicketEvent> {
    let mut events = Vec::new();
    for command in commands {
        let state = fold::<Ticket>(&events).unwrap();
        events.extend(Ticket::decide(&state, command.clone()).unwrap_or_default());
        let again = Ticket::decide(&fold::<Ticket>(&events).unwrap(), command).unwrap_or_default();
        assert!(again.is_empty(), "a repeat changes nothing, and gave {again:?}");
    }
    events
}

#[test]
fn every_event_is_given_by_a_command() {
    let late = DelayTicket { expected_at: None, at: now().later_by_micros(600_000_000) };
    let ways = [
        vec![accept(), hold(), resume(), late.into(), start(), finish(), hand_over()],
        vec![accept(), cancel()],
        vec![reject()],
    ];
    let given: BTreeSet<_> = ways.into_iter().flat_map(run).map(|event| event.event_type()).collect();
    let declared: BTreeSet<_> = TicketEvent::TYPES.iter().map(|declared| declared.name).collect();
    assert_eq!(given, declared, "give the event that is missing by its command");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_ticket_begins_once_and_ends_once(commands in prop::collection::vec(any_command(), 0..40)) {
        let names: Vec<_> = run(commands).iter().map(StoredEvent::event_type).collect();
        let count = |wanted: &[&str]| names.iter().filter(|name| wanted.contains(name)).count();
        prop_assert!(count(&["TicketAccepted"]) <= 1 && count(&["TicketStarted"]) <= 1 && count(&["TicketReady"]) <= 1);
        let ends = ["TicketHandedOver", "TicketCancelled", "TicketRejected"];
        prop_assert!(count(&ends) <= 1);
        prop_assert!(count(&["TicketDelayed"]) <= 3);
        if count(&ends) == 1 {
            prop_assert!(ends.contains(names.last().unwrap()), "nothing follows the end: {:?}", names);
        }
        prop_assert!(count(&["TicketHandedOver"]) == 0 || count(&["TicketReady"]) == 1);
    }

    #[test]
    fn stored_events_read_back_as_written_and_fold(commands in prop::collection::vec(any_command(), 0..30)) {
        let events = run(commands);
        let read: Vec<TicketEvent> = events.iter().map(|event| {
            let body = serde_json::to_string(event).unwrap();
            upcast::decode(event.event_type(), event.event_version(), &body).unwrap()
        }).collect();
        prop_assert_eq!(&read, &events);
        prop_assert!(fold::<Ticket>(&read).is_ok());
    }
}
