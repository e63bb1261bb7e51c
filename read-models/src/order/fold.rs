//! Folding public events to an order, as a pure function.
//!
//! Guarantees: exhaustive over the contract; an event that does not fit is refused with both sides named, never
//! skipped; texts, amounts and moments keep the domain's rules, so no row can be refused by the database for its
//! content.

mod begin;
mod change;
mod check;

use domain::contract::{Position, PublicEvents};
use domain::order::contract::{PublicEvent, Published};

use crate::{OrderView, ViewState};
use check::Checked;
pub(crate) use check::recorded_at;

/// Why an event cannot be folded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// Versions are missing before it, or it was folded already.
    #[error("order {order_id}: version {version} does not follow {applied}")]
    OutOfOrder {
        order_id: String,
        version: i64,
        /// The version folded so far.
        applied: i64,
    },
    /// The event is not possible in the order's state.
    #[error("order {order_id}: {event} of version {version} cannot happen to {state}")]
    Unexpected {
        order_id: String,
        version: i64,
        event: &'static str,
        /// The order's state, or `nothing` for an order without events.
        state: &'static str,
    },
    /// A field breaks the contract.
    #[error("order {order_id}: {event} of version {version} has a bad {field}: {reason}")]
    Invalid { order_id: String, version: i64, event: &'static str, field: &'static str, reason: String },
    /// It names a line that the order does not have.
    #[error("order {order_id}: {event} of version {version} names line {line_id}, which is not there")]
    UnknownLine { order_id: String, version: i64, event: &'static str, line_id: String },
}

/// Folds the next event of an order. `view` is `None` before the first.
///
/// # Errors
/// [`FoldError`]; the event then changes nothing.
pub fn fold(view: Option<OrderView>, record: &Published) -> Result<OrderView, FoldError> {
    let checked = Checked::new(&record.event);
    let applied = view.as_ref().map_or(0, |view| view.version);
    if record.event.version() != applied + 1 {
        let (order_id, version) = (record.event.order_id().to_owned(), record.event.version());
        return Err(FoldError::OutOfOrder { order_id, version, applied });
    }
    if let Some(view) = &view {
        checked.same("order_id", &view.order_id.to_string(), record.event.order_id())?;
        // A program that knows no tenants leaves the column at its default.
        if !matches!(record.event, PublicEvent::ForeignEvent(_)) {
            checked.same("tenant", &view.tenant, record.event.tenant())?;
        }
    }
    checked.no_nul(record)?;
    checked.moment("at", record.event.at())?;
    let mut view = step(view, record, &checked)?;
    view.version = record.event.version();
    view.updated_at = recorded_at(record);
    Position { shard: view.shard, position: view.position } = record.position;
    Ok(view)
}

fn step(view: Option<OrderView>, record: &Published, checked: &Checked<'_>) -> Result<OrderView, FoldError> {
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
        (Some(view @ OrderView { state: ViewState::Completed, .. }), PublicEvent::OrderImportCorrected(event)) => {
            begin::corrected(&view, event, record, checked)
        }
        (Some(view @ OrderView { state: ViewState::Draft | ViewState::Placed, .. }), event) => {
            change::step(view, event, checked)
        }
        (view, event) => Err(unexpected(view.map(|view| view.state), event)),
    }
}

/// The event cannot happen to an order in this state.
fn unexpected(state: Option<ViewState>, event: &PublicEvent) -> FoldError {
    FoldError::Unexpected {
        order_id: event.order_id().to_owned(),
        version: event.version(),
        event: event.name(),
        state: state.map_or("nothing", ViewState::as_str),
    }
}

/// An order without content, as every first event starts from.
fn blank(record: &Published, checked: &Checked<'_>) -> Result<OrderView, FoldError> {
    Ok(OrderView {
        order_id: checked.uuid("order_id", record.event.order_id())?,
        tenant: checked.tenant()?,
        ..OrderView::default()
    })
}

#[cfg(test)]
mod tests;
