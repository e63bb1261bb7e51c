//! Whatever happens to a fulfilment and at its carriers, in whatever order it is learned.

mod world;

use std::collections::BTreeSet;

use proptest::prelude::*;

use self::world::{Step, World};
use super::decisions::fixtures::*;
use super::*;
use crate::{Decider, StoredEvent, fold, upcast};

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Tell(pack())),
        4 => Just(Step::Tell(release())),
        3 => Just(Step::Tell(hold())),
        1 => Just(Step::Tell(cancel())),
        1 => Just(Step::Tell(note_shipped("by-hand-1"))),
        1 => Just(Step::Tell(retry())),
        6 => Just(Step::Carry),
        2 => Just(Step::CarryUnheard),
        1 => Just(Step::Refuse),
        2 => Just(Step::Move),
        2 => Just(Step::Read),
        1 => Just(Step::ReadBehind),
        1 => (0_i64..2_000).prop_map(|second| Step::Tell(wake(second))),
    ]
}

#[test]
fn every_event_is_given_by_a_command() {
    use ParcelStatus as P;
    let buys = || vec![plan(), pack(), release(), record_label(1)];
    let ends = |end| [buys(), vec![parcel("T1", &[(P::HandedOver, 20), (P::InTransit, 30), (end, 40)])]].concat();
    let ways = [
        ends(P::Delivered),
        ends(P::Lost),
        ends(P::Returned),
        [buys(), vec![hold(), record_voided(2)]].concat(),
        [buys(), vec![cancel(), refusal(2)]].concat(),
        vec![plan(), note_shipped("by-hand-1")],
        vec![plan(), pack(), release(), wake(10), refusal(1), refusal(2), retry()],
    ];
    let events = ways.into_iter().flat_map(|commands| {
        let mut events = Vec::new();
        for command in commands {
            events.extend(Shipment::decide(&fold::<Shipment>(&events).unwrap(), command).unwrap());
        }
        events
    });
    let given: BTreeSet<_> = events.map(|event| event.event_type()).collect();
    let declared: BTreeSet<_> = ShipmentEvent::TYPES.iter().map(|declared| declared.name).collect();
    assert_eq!(given, declared, "give the event that is missing by its command");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// The world itself asserts after every step that at most one label is in force and that none is bought but for what is packed and
    /// released.
    #[test]
    fn no_fulfilment_has_two_labels_in_force(steps in prop::collection::vec(any_step(), 0..60)) {
        let mut world = World::planned();
        steps.into_iter().for_each(|step| world.take(step));
    }

    #[test]
    fn once_all_is_quiet_a_label_is_in_force_only_where_something_is_to_leave_or_has_left(
        steps in prop::collection::vec(any_step(), 0..60),
    ) {
        let mut world = World::planned();
        steps.into_iter().for_each(|step| world.take(step));
        world.let_all_answer();
        let shipment = world.shipment().clone();
        prop_assert!(shipment.effect.is_none(), "{:?}", shipment);
        let in_force = world.in_force();
        prop_assert_eq!(in_force.len(), usize::from(shipment.label.is_some()));
        if !shipment.has_left() {
            prop_assert_eq!(shipment.label.is_some(), shipment.is_wanted());
        }
        if let Some(label) = &shipment.label {
            prop_assert!(in_force.contains(&label.tracking));
        }
    }

    #[test]
    fn a_parcel_leaves_once_and_ends_once(steps in prop::collection::vec(any_step(), 0..60)) {
        let mut world = World::planned();
        steps.into_iter().for_each(|step| world.take(step));
        let names: Vec<_> = world.events.iter().map(StoredEvent::event_type).collect();
        let count = |wanted: &[&str]| names.iter().filter(|name| wanted.contains(name)).count();
        prop_assert!(count(&["ShipmentHandedOver"]) <= 1);
        let ends = ["ShipmentDelivered", "ShipmentLost", "ShipmentReturned"];
        prop_assert!(count(&ends) <= count(&["ShipmentHandedOver"]));
        if count(&ends) == 1 {
            prop_assert!(ends.contains(names.last().unwrap()), "nothing follows the end: {:?}", names);
        }
    }

    #[test]
    fn stored_events_read_back_as_written(steps in prop::collection::vec(any_step(), 0..40)) {
        let mut world = World::planned();
        steps.into_iter().for_each(|step| world.take(step));
        for event in &world.events {
            let body = serde_json::to_string(event).unwrap();
            let read: ShipmentEvent = upcast::decode(event.event_type(), event.event_version(), &body).unwrap();
            prop_assert_eq!(&read, event);
        }
    }
}
