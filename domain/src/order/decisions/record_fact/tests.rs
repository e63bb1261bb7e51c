//! What facts lead to, and what contradicts an order.

use crate::order::decisions::fixtures::*;
use crate::order::{
    AuthorizationVoided, ExceptionKind as K, FulfilmentCancelled, FulfilmentPlanned, HoldKind, OrderEvent, OrderFact,
    OrderRejection, PaymentAuthorized, PaymentCaptured, PieceState as P, RefundIssued, RejectionReason,
    ShipmentDispatched, ShipmentLost, StockReleased, StockReserved,
};
use crate::{Currency, Money, testing::given};

fn stock(n: u32, quantity: u32, backordered: u64) -> OrderFact {
    OrderFact::StockReserved {
        reservation: reservation(n),
        location: location(),
        lines: vec![pieces(quantity, backordered)],
    }
}

fn authorised(minor: i64) -> OrderEvent {
    let (amount, at) = (euros(minor), at(10));
    OrderEvent::PaymentAuthorized(PaymentAuthorized {
        payment: payment(1),
        amount,
        authorized: amount,
        expires_at: None,
        at,
    })
}

fn captured(more: i64, in_all: i64) -> OrderEvent {
    let (amount, captured, at) = (euros(more), euros(in_all), at(10));
    OrderEvent::PaymentCaptured(PaymentCaptured { payment: payment(1), amount, captured, at })
}

fn capture(minor: i64) -> OrderFact {
    OrderFact::PaymentCaptured { payment: payment(1), amount: euros(minor) }
}

fn ship(n: u32, quantity: u32) -> OrderFact {
    OrderFact::ShipmentDispatched {
        fulfilment: fulfilment(n),
        lines: vec![pieces(quantity, 0)],
        carrier: carrier(),
        tracking: tracking(),
    }
}

fn two_lines() -> Vec<OrderEvent> {
    let mut history = vec![drafted(), line_added(1, 3, "2.55", 765), line_added(2, 2, "1.00", 200)];
    history.extend([address_changed("DE"), order_placed(), confirmed()]);
    history
}

#[test]
fn reserved_pieces_belong_to_the_first_lines_first() {
    let reserved = |changes, unmatched| {
        let (reservation, location) = (reservation(1), location());
        OrderEvent::StockReserved(StockReserved { reservation, location, changes, unmatched, at: at(10) })
    };
    let changes = vec![change(1, 3, P::Open, P::Reserved), change(2, 1, P::Open, P::Backordered)];
    given(two_lines()).when(record(stock(1, 4, 1))).then([reserved(changes.clone(), vec![])]);
    given(two_lines().into_iter().chain([reserved(changes, vec![])])).when(record(stock(1, 4, 1))).then_nothing();
    let all = vec![change(1, 3, P::Open, P::Reserved), change(2, 2, P::Open, P::Reserved)];
    given(two_lines()).when(record(stock(1, 7, 0))).then([
        reserved(all, vec![pieces(2, 0)]),
        exception(K::MoreThanOrdered, "2 pieces of 1 SKUs were reserved that the order does not need"),
    ]);
}

#[test]
fn a_draft_records_what_should_not_have_happened() {
    let recorded = OrderEvent::StockReserved(StockReserved {
        reservation: reservation(1),
        location: location(),
        changes: vec![],
        unmatched: vec![pieces(1, 0)],
        at: at(10),
    });
    let unexpected = exception(K::UnexpectedStock, "stock was reserved while the order is Draft");
    given([drafted()]).when(record(stock(1, 1, 0))).then([recorded.clone(), unexpected]);
    given([drafted(), recorded]).when(record(stock(1, 1, 0))).then_nothing();
}

#[test]
fn nothing_is_no_order() {
    given([]).when(record(stock(1, 1, 0))).then_rejected(OrderRejection::NotFound);
}

#[test]
fn a_released_reservation_opens_its_pieces_and_cancels_those_of_an_ended_order() {
    let released = |to| {
        let changes = vec![change(1, 2, P::Reserved, to)];
        OrderEvent::StockReleased(StockReleased { reservation: reservation(1), changes, at: at(10) })
    };
    let history = || placed_history().into_iter().chain([reserved(1, &[(1, 2)])]);
    let fact = || record(OrderFact::StockReleased { reservation: reservation(1) });
    given(history()).when(fact()).then([released(P::Open)]);
    given(history().chain([cancelled()])).when(fact()).then([released(P::Cancelled)]);
    given(history().chain([released(P::Open)])).when(fact()).then_nothing();
}

#[test]
fn amounts_are_sums_and_a_repeat_is_told_by_them() {
    let history = || confirmed_history().into_iter().chain([authorised(765), captured(300, 300)]);
    given(history()).when(record(capture(765))).then([captured(465, 765)]);
    given(history()).when(record(capture(300))).then_nothing();
    given(history()).when(record(capture(299))).then_nothing();
    given(history()).when(record(capture(766))).then([
        captured(466, 766),
        exception(K::CapturedBeyondAuthorized, "7.66 EUR were captured, and 7.65 EUR were authorised"),
    ]);
}

#[test]
fn money_that_comes_after_the_end_or_goes_beyond_what_came_is_recorded_with_an_exception() {
    let late = exception(K::UnexpectedPayment, "a payment was captured while the order is Rejected");
    given(placed_history().into_iter().chain([authorised(765), rejected(RejectionReason::Fraud)]))
        .when(record(capture(765)))
        .then([captured(765, 765), late]);
    let refund = OrderFact::RefundIssued { payment: payment(1), amount: euros(10) };
    let refunded = RefundIssued { payment: payment(1), amount: euros(10), refunded: euros(10), at: at(10) };
    given(confirmed_history()).when(record(refund)).then([
        OrderEvent::RefundIssued(refunded),
        exception(K::RefundedBeyondCaptured, "0.10 EUR were paid back, and 0.00 EUR were captured"),
    ]);
}

#[test]
fn an_amount_in_another_currency_is_recorded_with_an_exception_once() {
    let amount = Money::new(765, Currency::GBP);
    let fact = || record(OrderFact::PaymentAuthorized { payment: payment(1), amount, expires_at: None });
    let event = PaymentAuthorized { payment: payment(1), amount, authorized: amount, expires_at: None, at: at(10) };
    let event = OrderEvent::PaymentAuthorized(event);
    let foreign = exception(K::OtherCurrency, "an amount in GBP, and the order is in EUR");
    given(placed_history()).when(fact()).then([event.clone(), foreign]);
    given(placed_history().into_iter().chain([event])).when(fact()).then_nothing();
}

#[test]
fn what_was_authorised_and_not_captured_is_voided() {
    let voided = |minor| {
        let (amount, at) = (euros(minor), at(10));
        OrderEvent::AuthorizationVoided(AuthorizationVoided { payment: payment(1), amount, at })
    };
    let fact = || record(OrderFact::AuthorizationVoided { payment: payment(1) });
    let history = || confirmed_history().into_iter().chain([authorised(765), captured(300, 300)]);
    given(history()).when(fact()).then([voided(465)]);
    given(history().chain([voided(465)])).when(fact()).then_nothing();
    given(placed_history()).when(fact()).then([voided(0)]);
}

#[test]
fn a_cancelled_fulfilment_gives_its_pieces_back_to_the_reservation() {
    let history = || confirmed_history().into_iter().chain([reserved(1, &[(1, 2)]), planned(1, 1, &[(1, 2)])]);
    let cancelled = |to| {
        let changes = vec![change(1, 2, P::InFulfilment, to)];
        OrderEvent::FulfilmentCancelled(FulfilmentCancelled { fulfilment: fulfilment(1), changes, at: at(10) })
    };
    let fact = || record(OrderFact::FulfilmentCancelled { fulfilment: fulfilment(1) });
    given(history()).when(fact()).then([cancelled(P::Reserved)]);
    let released = StockReleased { reservation: reservation(1), changes: vec![], at: at(10) };
    given(history().chain([OrderEvent::StockReleased(released)])).when(fact()).then([cancelled(P::Open)]);
}

#[test]
fn a_plan_beyond_the_reservation_raises_an_exception() {
    let fact = OrderFact::FulfilmentPlanned {
        fulfilment: fulfilment(1),
        reservation: reservation(1),
        location: location(),
        lines: vec![pieces(3, 0)],
    };
    let planned = FulfilmentPlanned {
        fulfilment: fulfilment(1),
        reservation: reservation(1),
        location: location(),
        changes: vec![change(1, 2, P::Reserved, P::InFulfilment)],
        unmatched: vec![pieces(1, 0)],
        at: at(10),
    };
    given(confirmed_history().into_iter().chain([reserved(1, &[(1, 2)])])).when(record(fact)).then([
        OrderEvent::FulfilmentPlanned(planned),
        exception(K::MoreThanReserved, "1 pieces of 1 SKUs are to be sent that the reservation does not hold"),
    ]);
}

#[test]
fn a_paid_shipment_of_a_plan_contradicts_nothing_and_leaves_the_rest_open() {
    let plan = [authorised(765), captured(765, 765), reserved(1, &[(1, 3)]), planned(1, 1, &[(1, 3)])];
    let changes = vec![change(1, 2, P::InFulfilment, P::Shipped), change(1, 1, P::InFulfilment, P::Open)];
    let sent = ShipmentDispatched {
        fulfilment: fulfilment(1),
        changes,
        unmatched: vec![],
        carrier: carrier(),
        tracking: tracking(),
        at: at(10),
    };
    let history = || confirmed_history().into_iter().chain(plan.clone());
    given(history()).when(record(ship(1, 2))).then([OrderEvent::ShipmentDispatched(sent.clone())]);
    given(history().chain([OrderEvent::ShipmentDispatched(sent)])).when(record(ship(1, 2))).then_nothing();
}

#[test]
fn goods_that_are_sent_while_held_or_unpaid_raise_exceptions() {
    let plan = [reserved(1, &[(1, 3)]), planned(1, 1, &[(1, 3)]), held(HoldKind::Fraud)];
    given(confirmed_history().into_iter().chain(plan)).when(record(ship(1, 3))).then([
        dispatched_as_planned(1, &[(1, 3)]),
        exception(K::ShippedWhileHeld, "goods were sent in spite of 1 holds"),
        exception(K::ShippedBeforeCapture, "goods worth 7.65 EUR were sent, and 0.00 EUR were captured"),
    ]);
}

#[test]
fn goods_leave_under_the_reservation_that_has_replaced_an_expired_one() {
    let all = &[(1, 3)];
    let then = |history: Vec<OrderEvent>, fact| {
        let events = given(history.clone()).when(record(fact)).events();
        [history, events].concat()
    };
    let history = confirmed_history().into_iter().chain([reserved(1, all)]).collect();
    let history = then(history, OrderFact::StockReservationExpired { reservation: reservation(1) });
    let planned = OrderFact::FulfilmentPlanned {
        fulfilment: fulfilment(1),
        reservation: reservation(1),
        location: location(),
        lines: vec![pieces(3, 0)],
    };
    let history = [then(history, planned), vec![reserved(2, all)]].concat();
    let left = given(history.clone()).when(record(ship(1, 3))).events();
    assert_eq!(left.first(), Some(&sent(1, all, P::Reserved)));
    let arrived = OrderFact::ShipmentDelivered { fulfilment: fulfilment(1) };
    given([history, left].concat()).when(record(arrived)).then([delivered(1, all)]);
}

#[test]
fn a_lost_shipment_opens_its_pieces() {
    let all = &[(1, 3)];
    let plan = [reserved(1, all), planned(1, 1, all), dispatched_as_planned(1, all)];
    let changes = vec![change(1, 3, P::Shipped, P::Open)];
    let lost = ShipmentLost { fulfilment: fulfilment(1), changes, at: at(10) };
    given(confirmed_history().into_iter().chain(plan))
        .when(record(OrderFact::ShipmentLost { fulfilment: fulfilment(1) }))
        .then([OrderEvent::ShipmentLost(lost)]);
}

#[test]
fn an_order_of_which_pieces_have_left_cannot_be_cancelled() {
    let sent = confirmed_history().into_iter().chain([dispatched(1, &[(1, 1)])]);
    given(sent).when(cancel(crate::order::CancelReason::Staff)).then_rejected(OrderRejection::AlreadyShipped);
}
