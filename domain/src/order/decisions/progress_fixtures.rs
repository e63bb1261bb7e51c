//! Fixtures of what happens to an order once it is placed.

use uuid::Uuid;

use super::fixtures::{at, line_id, placed_history};
use crate::order::{
    AddNote, CancelLines, CancelReason, CancelledLine, CompleteOrder, ConfirmOrder, ExceptionKind, ExceptionRaised,
    ExpireDraft, FulfilmentPlanned, HoldKind, HoldOrder, HoldReleased, LineChange, LinesCancelled, NoteAdded,
    OrderCommand, OrderCompleted, OrderConfirmed, OrderEvent, OrderExpired, OrderFact, OrderHeld, OrderRejected,
    PieceState, RecordFact, RejectOrder, RejectionReason, ReleaseHold, ShipmentDelivered, ShipmentDispatched,
    SkuPieces, StockReserved,
};
use crate::{
    Carrier, Currency, FulfilmentId, LocationId, Money, PaymentId, Pieces, Quantity, Reason, ReservationId, Sku,
    TrackingNumber,
};

pub(in crate::order) fn reason(text: &str) -> Reason {
    Reason::try_new(text).unwrap()
}

pub(in crate::order) fn reservation(n: u32) -> ReservationId {
    ReservationId::new(Uuid::from_u128(0x100 + u128::from(n)))
}

pub(in crate::order) fn fulfilment(n: u32) -> FulfilmentId {
    FulfilmentId::new(Uuid::from_u128(0x200 + u128::from(n)))
}

pub(in crate::order) fn payment(n: u32) -> PaymentId {
    PaymentId::new(Uuid::from_u128(0x300 + u128::from(n)))
}

pub(in crate::order) fn location() -> LocationId {
    LocationId::try_new("zrh-1").unwrap()
}

pub(in crate::order) const fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

pub(in crate::order) fn carrier() -> Carrier {
    Carrier::try_new("post").unwrap()
}

pub(in crate::order) fn tracking() -> TrackingNumber {
    TrackingNumber::try_new("99.1").unwrap()
}

pub(in crate::order) fn record(fact: OrderFact) -> OrderCommand {
    OrderCommand::RecordFact(RecordFact { fact, at: at(10) })
}

/// Pieces of the one SKU that orders of the fixtures have.
pub(in crate::order) fn pieces(quantity: u32, backordered: u64) -> SkuPieces {
    SkuPieces {
        sku: Sku::try_new("85123A").unwrap(),
        quantity: Quantity::try_new(quantity).unwrap(),
        backordered: Pieces::try_new(backordered).unwrap(),
    }
}

pub(in crate::order) fn change(line: u32, quantity: u32, from: PieceState, to: PieceState) -> LineChange {
    let quantity = Quantity::try_new(quantity).unwrap();
    LineChange { line_id: line_id(line), sku: Sku::try_new("85123A").unwrap(), quantity, from, to }
}

fn changes(lines: &[(u32, u32)], from: PieceState, to: PieceState) -> Vec<LineChange> {
    lines.iter().map(|(line, quantity)| change(*line, *quantity, from, to)).collect()
}

pub(in crate::order) fn confirm() -> OrderCommand {
    OrderCommand::ConfirmOrder(ConfirmOrder { at: at(11) })
}

pub(in crate::order) fn confirmed() -> OrderEvent {
    OrderEvent::OrderConfirmed(OrderConfirmed { at: at(11) })
}

pub(in crate::order) fn confirmed_history() -> Vec<OrderEvent> {
    placed_history().into_iter().chain([confirmed()]).collect()
}

pub(in crate::order) fn reject(reason: RejectionReason) -> OrderCommand {
    OrderCommand::RejectOrder(RejectOrder { reason, note: None, at: at(12) })
}

pub(in crate::order) fn rejected(reason: RejectionReason) -> OrderEvent {
    OrderEvent::OrderRejected(OrderRejected { reason, note: None, at: at(12) })
}

pub(in crate::order) fn complete() -> OrderCommand {
    OrderCommand::CompleteOrder(CompleteOrder { at: at(13) })
}

pub(in crate::order) fn completed() -> OrderEvent {
    OrderEvent::OrderCompleted(OrderCompleted { at: at(13) })
}

pub(in crate::order) fn expire() -> OrderCommand {
    OrderCommand::ExpireDraft(ExpireDraft { at: at(13) })
}

pub(in crate::order) fn expired() -> OrderEvent {
    OrderEvent::OrderExpired(OrderExpired { at: at(13) })
}

pub(in crate::order) fn hold(hold: HoldKind) -> OrderCommand {
    OrderCommand::HoldOrder(HoldOrder { hold, note: None, at: at(14) })
}

pub(in crate::order) fn held(hold: HoldKind) -> OrderEvent {
    OrderEvent::OrderHeld(OrderHeld { hold, note: None, at: at(14) })
}

pub(in crate::order) fn release(hold: HoldKind) -> OrderCommand {
    OrderCommand::ReleaseHold(ReleaseHold { hold, at: at(15) })
}

pub(in crate::order) fn released(hold: HoldKind) -> OrderEvent {
    OrderEvent::HoldReleased(HoldReleased { hold, at: at(15) })
}

pub(in crate::order) fn add_note(note: &str, second: i64) -> OrderCommand {
    OrderCommand::AddNote(AddNote { note: reason(note), at: at(second) })
}

pub(in crate::order) fn note_added(note: &str, second: i64) -> OrderEvent {
    OrderEvent::NoteAdded(NoteAdded { note: reason(note), at: at(second) })
}

pub(in crate::order) fn cancel_lines(lines: &[(u32, u32)]) -> OrderCommand {
    let line = |(line, cancelled): &(u32, u32)| CancelledLine {
        line_id: line_id(*line),
        cancelled: Quantity::try_new(*cancelled).unwrap(),
    };
    let lines = lines.iter().map(line).collect();
    OrderCommand::CancelLines(CancelLines { lines, reason: CancelReason::Customer, note: None, at: at(16) })
}

pub(in crate::order) fn lines_cancelled(lines: &[(u32, u32, PieceState)]) -> OrderEvent {
    let change =
        |(line, quantity, from): &(u32, u32, PieceState)| change(*line, *quantity, *from, PieceState::Cancelled);
    let changes = lines.iter().map(change).collect();
    OrderEvent::LinesCancelled(LinesCancelled { changes, reason: CancelReason::Customer, note: None, at: at(16) })
}

pub(in crate::order) fn reserved(n: u32, lines: &[(u32, u32)]) -> OrderEvent {
    let changes = changes(lines, PieceState::Open, PieceState::Reserved);
    let (reservation, location) = (reservation(n), location());
    OrderEvent::StockReserved(StockReserved { reservation, location, changes, unmatched: vec![], at: at(10) })
}

pub(in crate::order) fn planned(n: u32, from: u32, lines: &[(u32, u32)]) -> OrderEvent {
    OrderEvent::FulfilmentPlanned(FulfilmentPlanned {
        fulfilment: fulfilment(n),
        reservation: reservation(from),
        location: location(),
        changes: changes(lines, PieceState::Reserved, PieceState::InFulfilment),
        unmatched: vec![],
        at: at(10),
    })
}

pub(in crate::order) fn sent(n: u32, lines: &[(u32, u32)], from: PieceState) -> OrderEvent {
    OrderEvent::ShipmentDispatched(ShipmentDispatched {
        fulfilment: fulfilment(n),
        changes: changes(lines, from, PieceState::Shipped),
        unmatched: vec![],
        carrier: carrier(),
        tracking: tracking(),
        at: at(10),
    })
}

/// Pieces that left without a plan.
pub(in crate::order) fn dispatched(n: u32, lines: &[(u32, u32)]) -> OrderEvent {
    sent(n, lines, PieceState::Open)
}

/// Pieces that left as it was planned.
pub(in crate::order) fn dispatched_as_planned(n: u32, lines: &[(u32, u32)]) -> OrderEvent {
    sent(n, lines, PieceState::InFulfilment)
}

pub(in crate::order) fn delivered(n: u32, lines: &[(u32, u32)]) -> OrderEvent {
    OrderEvent::ShipmentDelivered(ShipmentDelivered {
        fulfilment: fulfilment(n),
        changes: changes(lines, PieceState::Shipped, PieceState::Delivered),
        at: at(10),
    })
}

/// A confirmed order of three pieces that were all delivered.
pub(in crate::order) fn delivered_history() -> Vec<OrderEvent> {
    let all = &[(1, 3)];
    let sent = [reserved(1, all), planned(1, 1, all), dispatched_as_planned(1, all), delivered(1, all)];
    confirmed_history().into_iter().chain(sent).collect()
}

pub(in crate::order) fn exception(kind: ExceptionKind, detail: &str) -> OrderEvent {
    OrderEvent::ExceptionRaised(ExceptionRaised { kind, detail: reason(detail), at: at(10) })
}
