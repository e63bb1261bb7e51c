//! Properties of reservations together with the stock that they reserve, held against a model that shares no code with them.

mod model;
mod shop;

use std::collections::BTreeSet;

use proptest::prelude::*;

use self::model::{LOCATIONS, Model, RESERVATIONS, SKUS, Stage, Step, Why, location_of};
use self::shop::{Shop, at};
use super::{Reservation, ReservationEvent, ReservationState};
use crate::stock::StockState;
use crate::{Decider, Pieces, StoredEvent, fold, upcast};

fn any_step() -> impl Strategy<Value = Step> {
    let location = || 0..LOCATIONS;
    let sku = || 0..SKUS;
    let id = || 0..RESERVATIONS;
    // Few, so that requests are repeated, also with other content.
    let request = || 0_u8..12;
    let lines = || prop::collection::vec((0..SKUS, 1_i64..6), 1..4);
    let adds = prop::sample::select(vec![Why::Received, Why::Found, Why::Returned, Why::Correction]);
    let takes = prop::sample::select(vec![Why::Damaged, Why::Lost, Why::Correction]);
    prop_oneof![
        6 => (location(), sku(), 1_i64..12, adds)
            .prop_map(|(location, sku, by, why)| Step::Adjust { location, sku, by, why }),
        2 => (location(), sku(), 1_i64..6, takes)
            .prop_map(|(location, sku, by, why)| Step::Adjust { location, sku, by: -by, why }),
        1 => (location(), sku(), 0_i64..12).prop_map(|(location, sku, counted)| Step::Count { location, sku, counted }),
        1 => (location(), sku(), 1_i64..6).prop_map(|(from, sku, quantity)| Step::Transfer { from, sku, quantity }),
        1 => (location(), sku(), 0_i64..3).prop_map(|(location, sku, safety)| Step::Safety { location, sku, safety }),
        2 => (location(), sku(), any::<bool>())
            .prop_map(|(location, sku, allowed)| Step::Backorder { location, sku, allowed }),
        8 => (id(), request(), lines(), -5_i64..100)
            .prop_map(|(id, request, lines, until)| Step::Reserve { id, request, lines, until }),
        2 => (id(), request(), -5_i64..200).prop_map(|(id, request, until)| Step::Renew { id, request, until }),
        1 => (id(), request()).prop_map(|(id, request)| Step::Release { id, request }),
        6 => (id(), request(), lines()).prop_map(|(id, request, lines)| Step::Ship { id, request, lines }),
        2 => id().prop_map(|id| Step::Fill { id }),
        2 => id().prop_map(|id| Step::Wake { id }),
        2 => (-20_i64..60).prop_map(|seconds| Step::Wait { seconds }),
    ]
}

fn number(pieces: Pieces) -> i64 {
    pieces.get().try_into().unwrap()
}

/// Takes the steps one after another in the shop and in the model, and compares them after each.
fn run(steps: &[Step]) -> Shop {
    let mut model = Model::new();
    let mut shop = Shop::new();
    for step in steps {
        let oversold = step_oversells(step, &model);
        let expected = model.expect(step);
        let answer = shop.take(step, model.now);
        assert_eq!(answer, expected, "to {step:?} after {model:#?}");
        assert!(!(oversold && answer == "ReservationGranted"), "{step:?} was granted beyond what is there: {model:#?}");
        compare(&shop, &model);
        if is_request(step) {
            let before = shop.clone();
            assert_eq!(shop.take(step, model.now), "", "a repeated request is answered once: {step:?}");
            assert!(shop == before, "a repeated request changes nothing: {step:?}");
        }
    }
    shop
}

const fn is_request(step: &Step) -> bool {
    matches!(step, Step::Reserve { .. } | Step::Renew { .. } | Step::Release { .. } | Step::Ship { .. })
}

/// Invariant 9: whether a reservation asks for more than on hand less reserved less safety stock of an item without backorder.
fn step_oversells(step: &Step, model: &Model) -> bool {
    let Step::Reserve { id, lines, .. } = step else { return false };
    lines.iter().any(|(sku, quantity)| {
        let item = &model.items[location_of(*id)][*sku];
        !item.backorder && item.on_hand() - model.held(location_of(*id), *sku).0 - item.safety < *quantity
    })
}

/// What is kept of each item is what has come in less what has gone out, and what is reserved is what the active reservations hold.
fn compare(shop: &Shop, model: &Model) {
    for (location, sku) in (0..LOCATIONS).flat_map(|location| (0..SKUS).map(move |sku| (location, sku))) {
        let StockState::Item(item) = &shop.stock[location][sku] else { panic!("the item was added") };
        let (reserved, backordered) = model.held(location, sku);
        let kept = &model.items[location][sku];
        let level = item.level;
        assert_eq!(number(level.on_hand), kept.on_hand(), "on hand of {sku} at {location}: {model:#?}");
        assert_eq!(number(level.reserved), reserved, "reserved of {sku} at {location}: {model:#?}");
        assert_eq!(number(level.backordered), backordered, "backordered of {sku} at {location}: {model:#?}");
        assert_eq!(number(level.safety_stock), kept.safety);
    }
    for (state, expected) in shop.reservations.iter().zip(&model.reservations) {
        let wake_at = match &expected.stage {
            Stage::Open => {
                assert!(matches!(state, ReservationState::Absent | ReservationState::Unreserved(_)), "{state:?}");
                None
            }
            Stage::Held(held) => {
                assert_eq!(state.name(), "Granted");
                assert_eq!(state.lines().len(), held.lines.len());
                Some(at(held.until))
            }
            Stage::Ended(name) => {
                assert_eq!(state.name(), *name);
                None
            }
        };
        assert_eq!(Reservation::wake_at(state), wake_at);
    }
}

#[test]
fn every_event_is_given_by_a_step() {
    let mut given = BTreeSet::new();
    let why = Why::Received;
    let reserve = |id, request| Step::Reserve { id, request, lines: vec![(0, 4)], until: 10 };
    let steps = [
        Step::Renew { id: 0, request: 1, until: 5 },
        Step::Backorder { location: 0, sku: 0, allowed: true },
        reserve(0, 2),
        Step::Adjust { location: 0, sku: 0, by: 3, why },
        Step::Fill { id: 0 },
        Step::Renew { id: 0, request: 3, until: 20 },
        Step::Ship { id: 0, request: 4, lines: vec![(0, 1)] },
        Step::Release { id: 0, request: 5 },
        reserve(0, 6),
        reserve(2, 1),
        Step::Wait { seconds: 10 },
        Step::Wake { id: 2 },
    ];
    for event in run(&steps).reservation_events.iter().flatten() {
        given.insert(event.event_type());
    }
    let declared: BTreeSet<_> = ReservationEvent::TYPES.iter().map(|declared| declared.name).collect();
    assert_eq!(given, declared, "give the event that is missing by its step");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_step_is_answered_as_the_model_says(steps in prop::collection::vec(any_step(), 0..120)) {
        run(&steps);
    }

    #[test]
    fn a_request_is_answered_once_and_every_answer_names_it(steps in prop::collection::vec(any_step(), 0..120)) {
        for history in run(&steps).reservation_events {
            let answered: Vec<_> = history.iter().filter_map(ReservationEvent::request).collect();
            let different: BTreeSet<_> = answered.iter().collect();
            prop_assert_eq!(different.len(), answered.len());
        }
    }

    #[test]
    fn stored_events_read_back_as_written_and_fold(steps in prop::collection::vec(any_step(), 0..60)) {
        let shop = run(&steps);
        for (history, state) in shop.reservation_events.into_iter().zip(shop.reservations) {
            let read = history.iter().map(|event| {
                let body = serde_json::to_string(event).unwrap();
                upcast::decode::<ReservationEvent>(event.event_type(), event.event_version(), &body).unwrap()
            });
            let read: Vec<_> = read.collect();
            prop_assert_eq!(&read, &history);
            prop_assert_eq!(fold::<Reservation>(&read).unwrap(), state);
        }
    }

    #[test]
    fn a_stock_item_is_as_small_after_many_events_as_after_few(steps in prop::collection::vec(any_step(), 0..120)) {
        for item in run(&steps).stock.iter().flatten() {
            prop_assert!(serde_json::to_string(item).unwrap().len() < 250);
        }
    }
}
