//! Events that an order begins with, and the one that replaces an imported order.

use domain::order::contract::{OrderDrafted, OrderImportCorrected, OrderImported, OrderKind, PublicEvent, Published};

use super::blank;
use crate::fold::{Checked, FoldError};
use crate::{OrderView, ViewKind, ViewState};

pub(super) fn foreign(record: &Published, checked: &Checked<'_, PublicEvent>) -> Result<OrderView, FoldError> {
    blank(record, checked)
}

pub(super) fn drafted(
    event: &OrderDrafted,
    record: &Published,
    checked: &Checked<'_, PublicEvent>,
) -> Result<OrderView, FoldError> {
    Ok(OrderView {
        state: ViewState::Draft,
        customer: checked.customer(event.customer.as_ref())?,
        currency: Some(checked.currency(&event.currency)?),
        drafted_at: Some(checked.moment("at", event.at)?),
        ..blank(record, checked)?
    })
}

pub(super) fn imported(
    event: &OrderImported,
    record: &Published,
    checked: &Checked<'_, PublicEvent>,
) -> Result<OrderView, FoldError> {
    let kind = match event.kind {
        OrderKind::Sale => ViewKind::Sale,
        OrderKind::Credit => ViewKind::Credit,
        OrderKind::Unknown => return Err(checked.invalid("kind", "a symbol of a later release")),
    };
    let view = OrderView {
        state: ViewState::Completed,
        kind,
        imported: true,
        source: Some(checked.source(&event.source)?),
        reference: Some(checked.reference("reference", &event.reference)?),
        credit_of: event.credit_of.as_ref().map(|of| checked.reference("credit_of", of)).transpose()?,
        number: Some(checked.number(&event.number)?),
        customer: checked.customer(event.customer.as_ref())?,
        country: checked.country(event.country.as_ref())?,
        currency: Some(checked.currency(&event.total.currency)?),
        placed_at: Some(checked.moment("placed_at", event.placed_at)?),
        imported_at: Some(checked.moment("imported_at", event.imported_at)?),
        ..blank(record, checked)?
    };
    let total = checked.minor(&view, &event.total)?;
    let lines = checked.lines(&view, &event.lines)?;
    checked.sum(OrderView { lines: lines.into(), ..view }, Some(total))
}

/// The order as if it had been imported with the corrected content: nothing of its earlier content stays, except what has happened
/// to it since.
pub(super) fn corrected(
    view: &OrderView,
    event: &OrderImportCorrected,
    record: &Published,
    checked: &Checked<'_, PublicEvent>,
) -> Result<OrderView, FoldError> {
    checked.same("source", view.source.as_deref().unwrap_or_default(), &event.source)?;
    checked.same("reference", view.reference.as_deref().unwrap_or_default(), &event.reference)?;
    let order = imported(event, record, checked)?;
    Ok(OrderView { holds: view.holds.clone(), progress: view.progress.clone(), ..order })
}
