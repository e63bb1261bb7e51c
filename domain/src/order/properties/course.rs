//! Properties of what happens to an order once it is placed, held against the model.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::model::{LINES, Model, Place, Stage, Step};
use super::steps::{any_steps, command, fact, line_of, lines_of_the_order};
use crate::order::decisions::fixtures::*;
use crate::order::{ExceptionKind, Line, Order, OrderCommand, OrderEvent, OrderState, PieceState};
use crate::{Decider, LineId, PaymentId, StoredEvent, fold, upcast};

const PLACES: [(PieceState, Place); 7] = [
    (PieceState::Open, Place::Open),
    (PieceState::Reserved, Place::Reserved),
    (PieceState::Backordered, Place::Backordered),
    (PieceState::InFulfilment, Place::InFulfilment),
    (PieceState::Shipped, Place::Shipped),
    (PieceState::Delivered, Place::Delivered),
    (PieceState::Cancelled, Place::Cancelled),
];

fn name(event: &OrderEvent) -> String {
    match event {
        OrderEvent::ExceptionRaised(raised) => format!("{:?}", raised.kind),
        event => event.event_type().to_owned(),
    }
}

/// An order with the decisions that led to it.
struct Course {
    state: OrderState,
    decisions: Vec<(Step, Stage, Vec<OrderEvent>)>,
}

impl Course {
    fn take(&mut self, command: OrderCommand) -> Option<Vec<OrderEvent>> {
        let events = Order::decide(&self.state, command.clone()).ok()?;
        for event in &events {
            self.state = Order::evolve(self.state.clone(), event).expect("what decide accepts must fold");
        }
        assert_eq!(Order::decide(&self.state, command).as_deref(), Ok(&[][..]), "deciding again yields nothing");
        Some(events)
    }
}

/// Takes the steps one after another, and compares answers and progress with the model's after each.
fn run(steps: &[Step]) -> Course {
    let mut model = Model::new();
    let mut course = Course { state: Order::initial(), decisions: Vec::new() };
    for step in steps {
        let before = model.clone();
        let expected = model.expect(step);
        let events = course.take(command(step));
        let answer = events.as_ref().map_or(vec!["refused".to_owned()], |events| events.iter().map(name).collect());
        assert_eq!(answer, expected, "to {step:?} after {before:#?}");
        if answer == ["OrderDrafted"] {
            lines_of_the_order().into_iter().for_each(|command| drop(course.take(command)));
        }
        compare(&course.state, &model);
        course.decisions.push((step.clone(), before.stage, events.unwrap_or_default()));
    }
    course
}

fn compare(state: &OrderState, model: &Model) {
    let Some(progress) = state.progress() else { return };
    for (index, (_, _, quantity)) in LINES.iter().enumerate() {
        let Some(line) = progress.lines.get(&line_id(line_of(index))) else { continue };
        for (state, place) in PLACES {
            assert_eq!(line.get(state).get(), model.count(index, place), "line {index} in {state:?}: {model:#?}");
        }
        assert_eq!(line.sum().get(), u64::from(*quantity), "invariant 1");
    }
    assert_eq!(progress.holds.len(), model.holds.len());
    for (id, expected) in &model.payments {
        let sum = |amount: Option<crate::Money>| amount.map_or(0, crate::Money::minor);
        let known = progress.payment(payment((*id).into()));
        let found = known.map_or([0; 5], |known| {
            [known.authorized, known.voided, known.captured, known.refunded, known.charged_back].map(sum)
        });
        let expected =
            [expected.authorized, expected.voided, expected.captured, expected.refunded, expected.charged_back];
        assert_eq!(found, expected, "payment {id}");
    }
}

const fn is_request(step: &Step) -> bool {
    matches!(
        step,
        Step::Draft
            | Step::Import
            | Step::Place
            | Step::Confirm
            | Step::Reject(_)
            | Step::Complete
            | Step::Expire
            | Step::Cancel(_)
            | Step::Hold(_)
            | Step::Release(_)
            | Step::CancelLine { .. }
    )
}

fn raised(events: &[OrderEvent], kind: ExceptionKind) -> bool {
    events.iter().any(|event| matches!(event, OrderEvent::ExceptionRaised(raised) if raised.kind == kind))
}

/// What an event moves, by what it says alone.
fn move_pieces(places: &mut BTreeMap<(LineId, PieceState), i64>, event: &OrderEvent) {
    let changes = match event {
        OrderEvent::OrderPlaced(order) => {
            let all_open = |line: &Line| ((line.id, PieceState::Open), i64::from(line.quantity.get()));
            return places.extend(order.lines.iter().map(all_open));
        }
        OrderEvent::StockReserved(event) => &event.changes,
        OrderEvent::StockReservationExpired(event) => &event.changes,
        OrderEvent::StockReleased(event) => &event.changes,
        OrderEvent::FulfilmentPlanned(event) => &event.changes,
        OrderEvent::FulfilmentCancelled(event) => &event.changes,
        OrderEvent::ShipmentDispatched(event) => &event.changes,
        OrderEvent::ShipmentDelivered(event) => &event.changes,
        OrderEvent::ShipmentLost(event) => &event.changes,
        OrderEvent::LinesCancelled(event) => &event.changes,
        OrderEvent::OrderCancelled(_) | OrderEvent::OrderRejected(_) | OrderEvent::OrderCompleted(_) => {
            let lines: BTreeSet<_> = places.keys().map(|key| key.0).collect();
            for line in lines {
                let rest = places.insert((line, PieceState::Open), 0).unwrap_or_default();
                *places.entry((line, PieceState::Cancelled)).or_default() += rest;
            }
            return;
        }
        _ => return,
    };
    for change in changes {
        let pieces = i64::from(change.quantity.get());
        *places.entry((change.line_id, change.from)).or_default() -= pieces;
        *places.entry((change.line_id, change.to)).or_default() += pieces;
    }
}

/// Money that was authorised and not voided, captured, refunded and charged back.
#[derive(Default)]
struct Sums {
    authorized: i64,
    captured: i64,
    refunded: i64,
    charged_back: i64,
}

/// Adds an event of a payment; whether the sums keep the rules of money after it, and the exception that says that they do not.
fn add_money(payments: &mut BTreeMap<PaymentId, Sums>, event: &OrderEvent) -> Option<(bool, ExceptionKind)> {
    let (captured, paid_back) = (ExceptionKind::CapturedBeyondAuthorized, ExceptionKind::RefundedBeyondCaptured);
    match event {
        OrderEvent::PaymentAuthorized(event) => {
            payments.entry(event.payment).or_default().authorized += event.amount.minor();
            None
        }
        OrderEvent::AuthorizationVoided(event) => {
            payments.entry(event.payment).or_default().authorized -= event.amount.minor();
            None
        }
        OrderEvent::PaymentCaptured(event) => {
            let sums = payments.entry(event.payment).or_default();
            sums.captured += event.amount.minor();
            assert_eq!(sums.captured, event.captured.minor());
            Some((sums.captured <= sums.authorized, captured))
        }
        OrderEvent::RefundIssued(event) => {
            let sums = payments.entry(event.payment).or_default();
            sums.refunded += event.amount.minor();
            Some((sums.refunded + sums.charged_back <= sums.captured, paid_back))
        }
        OrderEvent::ChargebackReceived(event) => {
            let sums = payments.entry(event.payment).or_default();
            sums.charged_back += event.amount.minor();
            Some((sums.refunded + sums.charged_back <= sums.captured, paid_back))
        }
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_step_is_answered_as_the_model_says(steps in any_steps()) {
        run(&steps);
    }

    #[test]
    fn what_was_decided_reads_back_as_written_and_folds(steps in any_steps()) {
        let mut course = run(&steps);
        let mut history: Vec<_> = course.decisions.drain(..).flat_map(|(_, _, events)| events).collect();
        if let Some(drafted) = history.iter().position(|event| matches!(event, OrderEvent::OrderDrafted(_))) {
            let state = fold::<Order>(&history[..=drafted]).unwrap();
            let mut begun = Course { state, decisions: Vec::new() };
            let lines = lines_of_the_order().into_iter().filter_map(|command| begun.take(command)).flatten();
            let after = drafted + 1;
            history.splice(after..after, lines.collect::<Vec<_>>());
        }
        let read = history.iter().map(|event| {
            let body = serde_json::to_string(event).unwrap();
            upcast::decode::<OrderEvent>(event.event_type(), event.event_version(), &body).unwrap()
        });
        prop_assert_eq!(fold::<Order>(&read.collect::<Vec<_>>()).unwrap(), course.state.clone());
        let kept = serde_json::to_string(&course.state).unwrap();
        prop_assert_eq!(serde_json::from_str::<OrderState>(&kept).unwrap(), course.state);
    }

    /// Invariant 1, from the events alone.
    #[test]
    fn the_pieces_of_a_line_are_never_more_nor_fewer_than_ordered(steps in any_steps()) {
        let mut places: BTreeMap<(LineId, PieceState), i64> = BTreeMap::new();
        for event in run(&steps).decisions.into_iter().flat_map(|(_, _, events)| events) {
            move_pieces(&mut places, &event);
            prop_assert!(places.values().all(|pieces| *pieces >= 0), "{:?}: {:?}", event, places);
            for line in places.keys().map(|key| key.0) {
                let of_line = places.iter().filter(|(key, _)| key.0 == line).map(|(_, pieces)| *pieces);
                let ordered = (0..LINES.len()).find(|index| line == line_id(line_of(*index))).map(|index| LINES[index].2);
                prop_assert_eq!(Some(of_line.sum::<i64>()), ordered.map(i64::from));
            }
        }
    }

    /// Invariant 3, at every prefix: facts that break it are recorded with an exception.
    #[test]
    fn money_that_breaks_a_rule_raises_an_exception_at_once(steps in any_steps()) {
        let mut payments = BTreeMap::new();
        for (_, _, events) in run(&steps).decisions {
            for event in &events {
                let Some((is_kept, exception)) = add_money(&mut payments, event) else { continue };
                prop_assert_eq!(!is_kept, raised(&events, exception));
            }
        }
    }

    /// Invariants 6 and 7.
    #[test]
    fn goods_that_are_sent_while_held_or_unpaid_raise_an_exception_at_once(steps in any_steps()) {
        let mut held = 0;
        let mut payments = BTreeMap::new();
        for (_, _, events) in run(&steps).decisions {
            for event in &events {
                add_money(&mut payments, event);
                match event {
                    OrderEvent::OrderHeld(_) => held += 1,
                    OrderEvent::HoldReleased(_) => held -= 1,
                    OrderEvent::OrderCancelled(_) | OrderEvent::OrderRejected(_) | OrderEvent::OrderCompleted(_) => held = 0,
                    OrderEvent::ShipmentDispatched(sent) => {
                        prop_assert_eq!(held > 0, raised(&events, ExceptionKind::ShippedWhileHeld));
                        let is_unpaid = payments.values().all(|sums| sums.captured == 0);
                        let has_left = sent.changes.iter().any(|change| change.to == PieceState::Shipped);
                        prop_assert!(!is_unpaid || !has_left || raised(&events, ExceptionKind::ShippedBeforeCapture));
                    }
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn a_request_raises_no_exception(steps in any_steps()) {
        for (step, _, events) in run(&steps).decisions {
            let is_raised = events.iter().any(|event| matches!(event, OrderEvent::ExceptionRaised(_)));
            prop_assert!(!is_raised || !is_request(&step), "{:?}", step);
        }
    }

    /// Invariant 10.
    #[test]
    fn an_order_that_has_ended_takes_notes_and_facts_alone(steps in any_steps()) {
        for (step, stage, events) in run(&steps).decisions {
            let has_ended = matches!(
                stage,
                Stage::Completed | Stage::Rejected(_) | Stage::Cancelled(_) | Stage::Expired | Stage::Imported
            );
            prop_assert!(!has_ended || !is_request(&step) || events.is_empty(), "{:?} changed {:?}", step, stage);
        }
    }

    /// A fact about something that was not heard of before.
    #[test]
    fn a_new_fact_is_recorded_in_every_state(steps in any_steps(), kind in 0_u8..16) {
        let course = run(&steps);
        let id = 200;
        let lines = || vec![(0, 1, 0)];
        let new = match kind {
            0 => Step::Reserved { id, lines: lines() },
            1 => Step::ReservationFailed { id },
            2 => Step::ReservationExpired { id },
            3 => Step::ReservationReleased { id },
            4 => Step::ActionRequired { id },
            5 => Step::Authorized { id, sum: 1 },
            6 => Step::Failed { id, code: 1 },
            7 => Step::Captured { id, sum: 1 },
            8 => Step::Voided { id },
            9 => Step::Refunded { id, sum: 1 },
            10 => Step::ChargedBack { id, sum: 1 },
            11 => Step::Planned { id, reservation: id, lines: lines() },
            12 => Step::FulfilmentCancelled { id },
            13 => Step::Sent { id, lines: lines() },
            14 => Step::Delivered { id },
            _ => Step::Lost { id },
        };
        let answer = Order::decide(&course.state, record(fact(&new)));
        let is_absent = matches!(course.state, OrderState::Absent);
        prop_assert_eq!(answer.is_ok_and(|events| !events.is_empty()), !is_absent);
    }
}
