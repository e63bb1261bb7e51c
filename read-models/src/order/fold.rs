//! Folding public events to an order, as a pure function.
//!
//! Guarantees: exhaustive over the contract; an event that does not fit is refused with both sides named, never
//! skipped; texts, amounts and moments keep the domain's rules, so no row can be refused by the database for its
//! content.

mod begin;
mod change;
mod check;
mod payments;
mod progress;

use domain::contract::{Position, PublicEvents};
use domain::order::contract::{PublicEvent, Published};

use crate::fold::{Checked, FoldError, recorded_at};
use crate::{OrderView, ViewState};

/// Folds the next event of an order. `view` is `None` before the first.
///
/// # Errors
/// [`FoldError`]; the event then changes nothing.
pub fn fold(view: Option<OrderView>, record: &Published) -> Result<OrderView, FoldError> {
    let checked = Checked::new(&record.event);
    checked.follows(view.as_ref().map_or(0, |view| view.version))?;
    if let Some(view) = &view {
        checked.same("order_id", &view.order_id.to_string(), record.event.order_id())?;
        // A program that knows no tenants leaves the column at its default.
        if !matches!(record.event, PublicEvent::ForeignEvent(_)) {
            checked.same("tenant", &view.tenant, record.event.tenant())?;
        }
    }
    checked.no_nul_anywhere(record)?;
    checked.moment("at", record.event.at())?;
    let mut view = step(view, record, &checked)?;
    view.version = record.event.version();
    view.updated_at = recorded_at(record);
    Position { shard: view.shard, position: view.position } = record.position;
    Ok(view)
}

fn step(
    view: Option<OrderView>,
    record: &Published,
    checked: &Checked<'_, PublicEvent>,
) -> Result<OrderView, FoldError> {
    match (view, &record.event) {
        (None, PublicEvent::ForeignEvent(_)) => begin::foreign(record, checked),
        (Some(view), PublicEvent::ForeignEvent(_)) => Ok(view),
        // What is sealed stays as it is: without its key it is noise.
        (Some(view), PublicEvent::SubjectErased(_)) if view.state != ViewState::Foreign => Ok(view),
        (None | Some(OrderView { state: ViewState::Foreign, .. }), PublicEvent::OrderDrafted(event)) => {
            begin::drafted(event, record, checked)
        }
        (None | Some(OrderView { state: ViewState::Foreign, .. }), PublicEvent::OrderImported(event)) => {
            begin::imported(event, record, checked)
        }
        (Some(view @ OrderView { imported: true, .. }), PublicEvent::OrderImportCorrected(event)) => {
            begin::corrected(&view, event, record, checked)
        }
        (Some(view), event) if view.state != ViewState::Foreign => change::step(view, event, checked),
        (view, _) => Err(checked.unexpected(view.map(|view| view.state.as_str()))),
    }
}

/// An order without content, as every first event starts from.
fn blank(record: &Published, checked: &Checked<'_, PublicEvent>) -> Result<OrderView, FoldError> {
    Ok(OrderView {
        order_id: checked.uuid("order_id", record.event.order_id())?,
        tenant: checked.tenant()?,
        ..OrderView::default()
    })
}

#[cfg(test)]
mod tests;
