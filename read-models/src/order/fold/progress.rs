//! Events of what happens to an order once it is placed: holds, money, goods and notes. They may come in every state, as the facts
//! that they record.

use domain::order::contract::{
    ContractLineChange, ExceptionRaised, HoldKind, NoteAdded, PieceState, PublicEvent, ShipmentDispatched,
};
use domain::order::{FulfilmentState, FulfilmentStatus, LineQuantities, PaymentStatus, PaymentSums, worth};
use domain::{Carrier, Currency, LocationId, Pieces, Reason, Sku, TrackingNumber, UnitPrice};
use serde::Serialize;
use uuid::Uuid;

use super::payments;
use crate::fold::{Checked, FoldError};
use crate::order::progress::EXCEPTIONS_MAX;
use crate::{ExceptionView, FulfilledLine, Holds, LineView, NoteView, OrderFulfilmentView, OrderView};

/// What an event changes, whatever state the order is in.
pub(super) fn step(
    mut view: OrderView,
    event: &PublicEvent,
    checked: &Checked<'_, PublicEvent>,
) -> Result<OrderView, FoldError> {
    use PublicEvent as E;
    match event {
        E::OrderHeld(event) => set_hold(&mut view, event.hold, true, checked)?,
        E::HoldReleased(event) => set_hold(&mut view, event.hold, false, checked)?,
        E::StockReserved(event) => move_pieces(&mut view, &event.changes, checked)?,
        E::StockReservationExpired(event) => move_pieces(&mut view, &event.changes, checked)?,
        E::StockReleased(event) => move_pieces(&mut view, &event.changes, checked)?,
        E::LinesCancelled(event) => move_pieces(&mut view, &event.changes, checked)?,
        E::StockReservationFailed(_) | E::FraudScreened(_) => {}
        E::FulfilmentPlanned(event) => {
            move_pieces(&mut view, &event.changes, checked)?;
            let reservation_id = checked.uuid("reservation", &event.reservation)?;
            let location = checked.text("location", &event.location, |text| LocationId::recorded(text))?;
            let lines = lines_to(PieceState::InFulfilment, &event.changes, checked)?;
            let fulfilment = fulfilment(&mut view, &event.fulfilment, FulfilmentState::Planned, checked)?;
            (fulfilment.reservation_id, fulfilment.location) = (Some(reservation_id), Some(location));
            fulfilment.lines.extend(lines);
        }
        E::FulfilmentCancelled(event) => {
            move_pieces(&mut view, &event.changes, checked)?;
            let state = FulfilmentState::Cancelled;
            fulfilment(&mut view, &event.fulfilment, state, checked)?.state = state;
        }
        E::ShipmentDispatched(event) => dispatched(&mut view, event, checked)?,
        E::ShipmentDelivered(event) => {
            move_pieces(&mut view, &event.changes, checked)?;
            let state = FulfilmentState::Delivered;
            let at = checked.moment("at", event.at)?;
            let fulfilment = fulfilment(&mut view, &event.fulfilment, state, checked)?;
            (fulfilment.state, fulfilment.delivered_at) = (state, Some(at));
        }
        E::ShipmentLost(event) => {
            move_pieces(&mut view, &event.changes, checked)?;
            let state = FulfilmentState::Lost;
            fulfilment(&mut view, &event.fulfilment, state, checked)?.state = state;
        }
        E::NoteAdded(event) => note(&mut view, event, checked)?,
        E::ExceptionRaised(event) => exception(&mut view, event, checked)?,
        event => payments::step(&mut view, event, checked)?,
    }
    Ok(derived(view))
}

/// The order with the statuses that follow from its payments and lines. An order that was not placed here has none.
pub(super) fn derived(mut view: OrderView) -> OrderView {
    if view.imported || view.placed_at.is_none() {
        return view;
    }
    let payments = view.progress.as_ref().map_or(&[][..], |progress| &progress.payments);
    let sums: Vec<_> = payments
        .iter()
        .map(|payment| PaymentSums {
            state: payment.state,
            authorized: payment.authorized.saturating_sub(payment.voided),
            captured: payment.captured,
            refunded: payment.refunded,
            charged_back: payment.charged_back,
        })
        .collect();
    let payment_status = PaymentStatus::of(due(&view), &sums).map(|status| status.as_str().to_owned());
    let fulfilment_status = FulfilmentStatus::of(view.lines.iter().map(quantities));
    view.payment_status = payment_status;
    view.fulfilment_status = fulfilment_status.map(|status| status.as_str().to_owned());
    view
}

/// An order that will not go on: what was open will not be sent, and nothing holds it.
pub(super) fn ended(mut view: OrderView) -> OrderView {
    for line in view.lines.iter_mut() {
        line.cancelled += std::mem::take(&mut line.open);
    }
    view.holds = None;
    derived(view)
}

/// The text of a symbol, as it is published.
pub(super) fn symbol(symbol: impl Serialize) -> String {
    let text = serde_json::to_value(symbol).expect("a symbol is plain data");
    text.as_str().expect("a symbol is written as its text").to_owned()
}

fn due(view: &OrderView) -> i64 {
    let currency = view.currency.as_deref().and_then(|code| Currency::try_new(code).ok());
    let Some(currency) = currency else { return 0 };
    let of = |line: &LineView| {
        let pieces = line.quantity.saturating_sub(line.cancelled).max(0).unsigned_abs();
        UnitPrice::from_ten_thousandths(line.unit_price).map_or(0, |price| worth(price, pieces, currency))
    };
    view.lines.iter().map(of).fold(0, i64::saturating_add)
}

fn quantities(line: &LineView) -> LineQuantities {
    let pieces = |number: i64| Pieces::try_new(number.max(0).unsigned_abs()).unwrap_or(Pieces::MAX);
    LineQuantities {
        open: pieces(line.open),
        reserved: pieces(line.reserved),
        backordered: pieces(line.backordered),
        in_fulfilment: pieces(line.in_fulfilment),
        shipped: pieces(line.shipped),
        delivered: pieces(line.delivered),
        cancelled: pieces(line.cancelled),
    }
}

fn set_hold(
    view: &mut OrderView,
    kind: HoldKind,
    holds: bool,
    checked: &Checked<'_, PublicEvent>,
) -> Result<(), FoldError> {
    let changed = Holds::of(view.holds.as_deref()).with(&symbol(kind), holds);
    view.holds = changed.ok_or_else(|| checked.invalid("hold", "a symbol of a later release"))?.column();
    Ok(())
}

fn move_pieces(
    view: &mut OrderView,
    changes: &[ContractLineChange],
    checked: &Checked<'_, PublicEvent>,
) -> Result<(), FoldError> {
    for change in changes {
        let line_id = checked.uuid("line_id", &change.line_id)?;
        let quantity = checked.quantity(change.quantity)?;
        let line = view.lines.iter_mut().find(|line| line.line_id == line_id);
        let line = line.ok_or_else(|| checked.unknown_part("line", &change.line_id))?;
        let from = pieces_in(line, change.from, checked)?;
        *from -= quantity;
        if *from < 0 {
            return Err(checked.invalid("quantity", format!("{} pieces fewer than are there", from.unsigned_abs())));
        }
        *pieces_in(line, change.to, checked)? += quantity;
    }
    Ok(())
}

fn pieces_in<'a>(
    line: &'a mut LineView,
    state: PieceState,
    checked: &Checked<'_, PublicEvent>,
) -> Result<&'a mut i64, FoldError> {
    Ok(match state {
        PieceState::Open => &mut line.open,
        PieceState::Reserved => &mut line.reserved,
        PieceState::Backordered => &mut line.backordered,
        PieceState::InFulfilment => &mut line.in_fulfilment,
        PieceState::Shipped => &mut line.shipped,
        PieceState::Delivered => &mut line.delivered,
        PieceState::Cancelled => &mut line.cancelled,
        PieceState::Unknown => return Err(checked.invalid("changes", "a symbol of a later release")),
    })
}

/// The pieces that come to a state, by line.
fn lines_to(
    state: PieceState,
    changes: &[ContractLineChange],
    checked: &Checked<'_, PublicEvent>,
) -> Result<Vec<FulfilledLine>, FoldError> {
    let mut lines: Vec<FulfilledLine> = Vec::new();
    for change in changes.iter().filter(|change| change.to == state) {
        let line_id = checked.uuid("line_id", &change.line_id)?;
        if let Some(line) = lines.iter_mut().find(|line| line.line_id == line_id) {
            line.quantity += change.quantity;
            continue;
        }
        let sku = checked.text("sku", &change.sku, |text| Sku::recorded(text))?;
        lines.push(FulfilledLine { line_id, sku, quantity: change.quantity });
    }
    Ok(lines)
}

/// A fulfilment of the order; a new one is in the given state.
fn fulfilment<'a>(
    view: &'a mut OrderView,
    id: &str,
    state: FulfilmentState,
    checked: &Checked<'_, PublicEvent>,
) -> Result<&'a mut OrderFulfilmentView, FoldError> {
    let fulfilment_id: Uuid = checked.uuid("fulfilment", id)?;
    let fulfilments = &mut view.progress.get_or_insert_default().fulfilments;
    let known = fulfilments.iter().position(|known| known.fulfilment_id == fulfilment_id);
    let index = known.unwrap_or_else(|| {
        fulfilments.push(OrderFulfilmentView {
            fulfilment_id,
            state,
            reservation_id: None,
            location: None,
            lines: Vec::new(),
            carrier: None,
            tracking: None,
            dispatched_at: None,
            delivered_at: None,
        });
        fulfilments.len() - 1
    });
    Ok(&mut fulfilments[index])
}

fn dispatched(
    view: &mut OrderView,
    event: &ShipmentDispatched,
    checked: &Checked<'_, PublicEvent>,
) -> Result<(), FoldError> {
    move_pieces(view, &event.changes, checked)?;
    let carrier = checked.text("carrier", &event.carrier, |text| Carrier::recorded(text))?;
    let tracking = checked.text("tracking", &event.tracking, |text| TrackingNumber::recorded(text))?;
    let lines = lines_to(PieceState::Shipped, &event.changes, checked)?;
    let at = checked.moment("at", event.at)?;
    let state = FulfilmentState::Dispatched;
    let fulfilment = fulfilment(view, &event.fulfilment, state, checked)?;
    (fulfilment.state, fulfilment.lines, fulfilment.dispatched_at) = (state, lines, Some(at));
    (fulfilment.carrier, fulfilment.tracking) = (Some(carrier), Some(tracking));
    Ok(())
}

fn note(view: &mut OrderView, event: &NoteAdded, checked: &Checked<'_, PublicEvent>) -> Result<(), FoldError> {
    let note = checked.text("note", &event.note, |text| Reason::recorded(text))?;
    let at = checked.moment("at", event.at)?;
    view.progress.get_or_insert_default().notes.push(NoteView { note, at });
    Ok(())
}

fn exception(
    view: &mut OrderView,
    event: &ExceptionRaised,
    checked: &Checked<'_, PublicEvent>,
) -> Result<(), FoldError> {
    let detail = checked.text("detail", &event.detail, |text| Reason::recorded(text))?;
    let at = checked.moment("at", event.at)?;
    let exceptions = &mut view.progress.get_or_insert_default().exceptions;
    exceptions.push(ExceptionView { kind: symbol(event.kind), detail, at });
    let surplus = exceptions.len().saturating_sub(EXCEPTIONS_MAX);
    exceptions.drain(..surplus);
    Ok(())
}
