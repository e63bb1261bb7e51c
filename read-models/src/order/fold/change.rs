//! Events that change an order.

use domain::order::contract::{
    AddressChanged, AddressRole, LineAdded, LineQuantityChanged, LineRemoved, OrderCancelled, OrderPlaced,
    OrderRejected, PublicEvent,
};

use super::progress;
use crate::fold::{Checked, FoldError};
use crate::{LineView, OrderView, ProgressView, RejectionView, ViewState};

/// What an event changes in an order.
pub(super) fn step(
    view: OrderView,
    event: &PublicEvent,
    checked: &Checked<'_, PublicEvent>,
) -> Result<OrderView, FoldError> {
    match (view.state, event) {
        (ViewState::Draft, PublicEvent::LineAdded(event)) => line_added(view, event, checked),
        (ViewState::Draft, PublicEvent::LineQuantityChanged(event)) => quantity_changed(view, event, checked),
        (ViewState::Draft, PublicEvent::LineRemoved(event)) => line_removed(view, event, checked),
        (ViewState::Draft, PublicEvent::AddressChanged(event)) => address_changed(view, event, checked),
        (ViewState::Draft, PublicEvent::OrderPlaced(event)) => placed(view, event, checked),
        (ViewState::Draft, PublicEvent::OrderExpired(_)) => Ok(OrderView { state: ViewState::Expired, ..view }),
        (ViewState::Draft | ViewState::Placed | ViewState::Confirmed, PublicEvent::OrderCancelled(event)) => {
            cancelled(view, event, checked)
        }
        (ViewState::Placed, PublicEvent::OrderConfirmed(event)) => {
            let confirmed_at = Some(checked.moment("at", event.at)?);
            Ok(OrderView { state: ViewState::Confirmed, confirmed_at, ..view })
        }
        (ViewState::Placed, PublicEvent::OrderRejected(event)) => rejected(view, event, checked),
        (ViewState::Confirmed, PublicEvent::OrderCompleted(event)) => {
            let completed_at = Some(checked.moment("at", event.at)?);
            Ok(progress::ended(OrderView { state: ViewState::Completed, completed_at, ..view }))
        }
        (_, event) => progress::step(view, event, checked),
    }
}

fn line_added(
    mut view: OrderView,
    event: &LineAdded,
    checked: &Checked<'_, PublicEvent>,
) -> Result<OrderView, FoldError> {
    let ordinal = view.lines.last().map_or(1, |line| line.ordinal + 1);
    let line = checked.line(&view, &event.line, ordinal)?;
    if view.line(line.line_id).is_some() {
        return Err(checked.invalid("line_id", "the order has that line"));
    }
    view.lines.push(line);
    checked.sum(view, None)
}

fn quantity_changed(
    mut view: OrderView,
    event: &LineQuantityChanged,
    checked: &Checked<'_, PublicEvent>,
) -> Result<OrderView, FoldError> {
    let line_id = checked.uuid("line_id", &event.line_id)?;
    let quantity = checked.quantity(event.quantity)?;
    let total = checked.minor(&view, &event.total)?;
    let line = view.lines.iter_mut().find(|line| line.line_id == line_id);
    let line = line.ok_or_else(|| checked.unknown_part("line", &event.line_id))?;
    line.quantity = quantity;
    line.total_minor = total;
    checked.sum(view, None)
}

fn line_removed(
    mut view: OrderView,
    event: &LineRemoved,
    checked: &Checked<'_, PublicEvent>,
) -> Result<OrderView, FoldError> {
    let line_id = checked.uuid("line_id", &event.line_id)?;
    let before = view.lines.len();
    view.lines.retain(|line| line.line_id != line_id);
    if view.lines.len() == before {
        return Err(checked.unknown_part("line", &event.line_id));
    }
    checked.sum(view, None)
}

fn address_changed(
    mut view: OrderView,
    event: &AddressChanged,
    checked: &Checked<'_, PublicEvent>,
) -> Result<OrderView, FoldError> {
    let address = checked.address(&event.address)?;
    match event.role {
        AddressRole::Shipping => {
            view.country = Some(address.country.clone());
            view.shipping_address = Some(address);
        }
        AddressRole::Billing => view.billing_address = Some(address),
        AddressRole::Unknown => return Err(checked.invalid("role", "a symbol of a later release")),
    }
    Ok(view)
}

/// The placed lines and addresses replace those of the draft.
fn placed(view: OrderView, event: &OrderPlaced, checked: &Checked<'_, PublicEvent>) -> Result<OrderView, FoldError> {
    let lines = checked.lines(&view, &event.lines)?;
    let lines: Vec<_> = lines.into_iter().map(|line| LineView { open: line.quantity, ..line }).collect();
    let total = checked.minor(&view, &event.total)?;
    let view = OrderView {
        state: ViewState::Placed,
        number: Some(checked.number(&event.number)?),
        country: Some(event.shipping_address.country.clone()),
        placed_at: Some(checked.moment("at", event.at)?),
        shipping_address: Some(checked.address(&event.shipping_address)?),
        billing_address: event.billing_address.as_ref().map(|address| checked.address(address)).transpose()?,
        lines: lines.into(),
        ..view
    };
    checked.sum(view, Some(total)).map(progress::derived)
}

fn cancelled(
    view: OrderView,
    event: &OrderCancelled,
    checked: &Checked<'_, PublicEvent>,
) -> Result<OrderView, FoldError> {
    Ok(progress::ended(OrderView {
        state: ViewState::Cancelled,
        cancelled_at: Some(checked.moment("at", event.at)?),
        cancel_reason: Some(progress::symbol(event.reason)),
        cancel_note: checked.note(event.note.as_ref())?,
        ..view
    }))
}

fn rejected(
    view: OrderView,
    event: &OrderRejected,
    checked: &Checked<'_, PublicEvent>,
) -> Result<OrderView, FoldError> {
    let rejection = RejectionView { reason: progress::symbol(event.reason), note: checked.note(event.note.as_ref())? };
    let progress = ProgressView { rejection: Some(rejection), ..view.progress.clone().unwrap_or_default() };
    Ok(progress::ended(OrderView {
        state: ViewState::Rejected,
        rejected_at: Some(checked.moment("at", event.at)?),
        progress: Some(progress),
        ..view
    }))
}
