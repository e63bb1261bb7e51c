//! Properties that hold for every order after any sequence of commands.

mod course;
mod model;
mod steps;

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::decisions::fixtures::{
    add_line, add_note, cancel, cancel_lines, carrier, change_quantity, complete, confirm, create_draft,
    create_draft_for, erase, euros, expire, fulfilment, hold, import_order, location, payment, pieces, place_as,
    reason, record, reject, release, remove_line, reservation, set_address, tracking,
};
use super::{
    AddressKind, CancelReason, HoldKind, ImportOrder, LINES_MAX, Order, OrderCommand, OrderEvent, OrderFact,
    OrderState, RejectionReason, ScreeningOutcome,
};
use crate::{Decider, Money, StoredEvent, fold, upcast};

fn any_command() -> impl Strategy<Value = OrderCommand> {
    let price = prop::sample::select(vec!["0", "0.01", "0.005", "2.55", "99999.9999"]);
    prop_oneof![
        1 => Just(create_draft()),
        1 => Just(create_draft_for("other")),
        6 => (0_u32..6, 1_u32..1_000, price).prop_map(|(n, quantity, price)| add_line(n, quantity, price)),
        3 => (0_u32..6, 1_u32..1_000).prop_map(|(n, quantity)| change_quantity(n, quantity)),
        2 => (0_u32..6).prop_map(remove_line),
        3 => prop::sample::select(vec!["DE", "FR"]).prop_map(|country| set_address(AddressKind::Shipping, country)),
        2 => prop::sample::select(vec!["1", "2"]).prop_map(|number| place_as(number, None)),
        1 => Just(erase("customer:c-1")),
        1 => prop::sample::select(vec![CancelReason::Customer, CancelReason::Staff, CancelReason::Discarded])
            .prop_map(cancel),
        2 => (prop::sample::select(vec![&["1.00", "2.00"][..], &["3.00"]]), any::<bool>()).prop_map(|(prices, is_update)| {
            OrderCommand::ImportOrder(ImportOrder { is_update, ..import_order(prices) })
        }),
    ]
}

fn run(commands: Vec<OrderCommand>) -> (OrderState, Vec<OrderEvent>) {
    let mut state = Order::initial();
    let mut history = Vec::new();
    for command in commands {
        let Ok(events) = Order::decide(&state, command.clone()) else { continue };
        for event in &events {
            state = Order::evolve(state, event).expect("what decide accepts must fold");
        }
        assert_eq!(Order::decide(&state, command).as_deref(), Ok(&[][..]), "deciding again yields nothing");
        history.extend(events);
    }
    (state, history)
}

#[test]
fn every_event_is_given_by_a_command_and_folds() {
    let draft = vec![
        create_draft(),
        add_line(1, 2, "2.55"),
        add_line(2, 1, "1.00"),
        change_quantity(1, 3),
        remove_line(2),
        set_address(AddressKind::Shipping, "DE"),
        place_as("1", None),
        cancel(CancelReason::Customer),
        erase("customer:c-1"),
    ];
    let given_up = vec![create_draft(), expire()];
    let import = vec![
        OrderCommand::ImportOrder(import_order(&["1.00"])),
        OrderCommand::ImportOrder(ImportOrder { is_update: true, ..import_order(&["3.00"]) }),
    ];
    let history = [run(draft).1, run(given_up).1, run(import).1, run(course()).1, run(rejected()).1].concat();
    let given: BTreeSet<_> = history.iter().map(StoredEvent::event_type).collect();
    let declared: BTreeSet<_> = OrderEvent::TYPES.iter().map(|declared| declared.name).collect();
    assert_eq!(given, declared, "give the event that is missing by its command");
}

/// Everything that can happen to an order that is placed.
fn course() -> Vec<OrderCommand> {
    let lines = || vec![pieces(2, 1)];
    let (first, payment, location) = (fulfilment(1), payment(1), location());
    let sent = |fulfilment| OrderFact::ShipmentDispatched {
        fulfilment,
        lines: lines(),
        carrier: carrier(),
        tracking: tracking(),
    };
    let facts = [
        OrderFact::StockReservationFailed {
            reservation: reservation(2),
            location: location.clone(),
            shortages: vec![],
        },
        OrderFact::StockReserved { reservation: reservation(1), location: location.clone(), lines: lines() },
        OrderFact::FraudScreened { outcome: ScreeningOutcome::Pass, score: 1, reasons: vec![] },
        OrderFact::PaymentActionRequired { payment },
        OrderFact::PaymentFailed { payment, code: reason("declined") },
        OrderFact::PaymentAuthorized { payment, amount: euros(2000), expires_at: None },
        OrderFact::FulfilmentPlanned { fulfilment: first, reservation: reservation(1), location, lines: lines() },
        OrderFact::PaymentCaptured { payment, amount: euros(1500) },
        OrderFact::AuthorizationVoided { payment },
        sent(first),
        OrderFact::ShipmentLost { fulfilment: first },
        OrderFact::FulfilmentCancelled { fulfilment: fulfilment(2) },
        OrderFact::StockReleased { reservation: reservation(1) },
        OrderFact::StockReservationExpired { reservation: reservation(3) },
        sent(fulfilment(3)),
        OrderFact::ShipmentDelivered { fulfilment: fulfilment(3) },
        OrderFact::RefundIssued { payment, amount: euros(100) },
        OrderFact::ChargebackReceived { payment, amount: euros(1400) },
    ];
    let begin = [create_draft(), add_line(1, 3, "2.55"), set_address(AddressKind::Shipping, "DE"), place_as("1", None)];
    let requests = [hold(HoldKind::Stock), release(HoldKind::Stock), confirm(), add_note("call first", 20)];
    let end = [cancel_lines(&[(1, 1)]), complete()];
    begin.into_iter().chain(requests).chain(facts.map(record)).chain(end).collect()
}

fn rejected() -> Vec<OrderCommand> {
    let address = set_address(AddressKind::Shipping, "DE");
    vec![create_draft(), add_line(1, 3, "2.55"), address, place_as("1", None), reject(RejectionReason::Fraud)]
}

proptest! {
    #[test]
    fn what_is_accepted_folds_and_is_done_once(commands in prop::collection::vec(any_command(), 0..40)) {
        let (state, history) = run(commands);
        prop_assert_eq!(fold::<Order>(&history).unwrap(), state);
    }

    #[test]
    fn a_total_is_the_sum_of_its_lines_in_one_currency(commands in prop::collection::vec(any_command(), 0..40)) {
        let (_, history) = run(commands);
        for event in history {
            let (lines, total) = match event {
                OrderEvent::OrderPlaced(placed) => (placed.lines, placed.total),
                OrderEvent::OrderImported(imported) => (imported.lines, imported.total),
                OrderEvent::OrderImportCorrected(corrected) => (corrected.order.lines, corrected.order.total),
                _ => continue,
            };
            prop_assert!((1..=LINES_MAX).contains(&lines.len()));
            let sum = lines.iter().try_fold(Money::zero(total.currency()), |sum, line| sum.checked_add(line.total));
            prop_assert_eq!(sum, Ok(total));
        }
    }

    #[test]
    fn an_event_gives_a_number_where_the_order_has_another_one_after_it(
        commands in prop::collection::vec(any_command(), 0..40),
    ) {
        let (_, history) = run(commands);
        let mut state = Order::initial();
        for event in history {
            let before = state.clone();
            state = Order::evolve(state, &event).unwrap();
            let given = state.number().filter(|number| before.number() != Some(*number));
            prop_assert_eq!(event.number_given(&before), given);
        }
    }

    #[test]
    fn stored_events_read_back_as_written(commands in prop::collection::vec(any_command(), 0..40)) {
        use crate::StoredEvent;
        let (_, history) = run(commands);
        for event in history {
            let body = serde_json::to_string(&event).unwrap();
            let read: OrderEvent = upcast::decode(event.event_type(), event.event_version(), &body).unwrap();
            prop_assert_eq!(read, event);
        }
    }
}
