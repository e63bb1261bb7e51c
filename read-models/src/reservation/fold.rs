//! Folding public events to a reservation, as a pure function.
//!
//! Guarantees: exhaustive over the contract; an event that does not fit is refused with both sides named, never skipped; what ships or is
//! filled is taken from what the reservation holds, and more than it holds is refused.

use domain::contract::{Position, PublicEvents};
use domain::reservation::contract::{
    ContractFilledLine, ContractGrantedLine, ContractReservedLine, ContractShortage, PublicEvent, Published,
    ReservationGranted, ReservationRefusalReason, ReservationRefused,
};
use domain::{LocationId, Pieces, Sku};

use super::view::{HeldLine, HeldLines, ReservationState, ReservationView};
use crate::fold::{Checked, FoldError, recorded_at};

/// Folds the next event of a reservation. `view` is `None` before the first.
///
/// # Errors
/// [`FoldError`]; the event then changes nothing.
pub fn fold(view: Option<ReservationView>, record: &Published) -> Result<ReservationView, FoldError> {
    let checked = Checked::new(&record.event);
    checked.follows(view.as_ref().map_or(0, |view| view.version))?;
    checked.no_nul(record)?;
    let changed_at = checked.moment("at", record.event.at())?;
    if let PublicEvent::ForeignEvent(event) = &record.event {
        checked.text_without_nul("event_type", &event.event_type)?;
        checked.text_without_nul("event_version", &event.event_version)?;
        checked.text_without_nul("body", event.body.as_deref().unwrap_or_default())?;
    }
    let view = match view {
        None => begin(record, &checked)?,
        Some(view) => {
            checked.same("reservation_id", &view.reservation_id.to_string(), record.event.stream_id())?;
            step(view, record, &checked)?
        }
    };
    let Position { shard, position } = record.position;
    let (version, updated_at) = (record.event.version(), recorded_at(record));
    Ok(ReservationView { version, changed_at, updated_at, shard, position, ..view })
}

/// The first event of a reservation. Each of these is whole: it has the order.
fn begin(record: &Published, checked: &Checked<'_, PublicEvent>) -> Result<ReservationView, FoldError> {
    let order = order(&record.event).ok_or_else(|| checked.unexpected(None))?;
    let view = ReservationView {
        reservation_id: checked.uuid("reservation_id", record.event.stream_id())?,
        tenant: checked.tenant()?,
        order_id: checked.uuid("order", order)?,
        ..ReservationView::default()
    };
    match &record.event {
        PublicEvent::ReservationGranted(event) => granted(view, event, checked),
        PublicEvent::ReservationRefused(event) => refused(view, event, checked),
        PublicEvent::ReservationReleased(event) if event.lines.is_empty() => released(view, checked, None),
        PublicEvent::RequestRefused(event) => {
            checked.uuid("request", &event.request)?;
            Ok(view)
        }
        _ => Err(checked.unexpected(None)),
    }
}

fn step(
    view: ReservationView,
    record: &Published,
    checked: &Checked<'_, PublicEvent>,
) -> Result<ReservationView, FoldError> {
    use ReservationState as S;
    let state = view.state;
    if let PublicEvent::ForeignEvent(_) = record.event {
        return Ok(view);
    }
    checked.same("tenant", &view.tenant, record.event.tenant())?;
    if let Some(request) = record.event.request() {
        checked.uuid("request", request)?;
    }
    if let Some(order) = order(&record.event) {
        checked.uuid("order", order)?;
    }
    match (state, &record.event) {
        (S::Unreserved, PublicEvent::ReservationGranted(event)) => {
            let order_id = checked.uuid("order", &event.order)?;
            granted(ReservationView { order_id, ..view }, event, checked)
        }
        (S::Unreserved, PublicEvent::ReservationRefused(event)) => {
            let order_id = checked.uuid("order", &event.order)?;
            refused(ReservationView { order_id, ..view }, event, checked)
        }
        (S::Unreserved, PublicEvent::ReservationReleased(event)) if event.lines.is_empty() => {
            let order_id = checked.uuid("order", &event.order)?;
            released(ReservationView { order_id, ..view }, checked, None)
        }
        // The release came first, so a request to reserve that comes later changes nothing.
        (S::Released, PublicEvent::ReservationRefused(event)) => {
            shortages(&event.shortages, checked)?;
            Ok(view)
        }
        (S::Granted, PublicEvent::ReservationReleased(event)) => released(view, checked, Some(&event.lines)),
        (S::Granted, PublicEvent::ReservationRenewed(event)) => {
            let expires_at = Some(checked.moment("expires_at", event.expires_at)?);
            Ok(ReservationView { expires_at, ..view })
        }
        (S::Granted, PublicEvent::ReservationExpired(event)) => {
            reserved(&event.lines, checked)?;
            Ok(ReservationView { state: S::Expired, lines: HeldLines::default(), ..view })
        }
        (S::Granted, PublicEvent::ReservationShipped(event)) => {
            let lines = without(view.lines, &reserved(&event.lines, checked)?, checked)?;
            let state = if lines.0.is_empty() { S::Shipped } else { S::Granted };
            Ok(ReservationView { state, lines, ..view })
        }
        (S::Granted, PublicEvent::ReservationBackorderFilled(event)) => {
            let lines = filled(view.lines, &event.lines, checked)?;
            Ok(ReservationView { lines, ..view })
        }
        // The reservation stays as it is.
        (_, PublicEvent::RequestRefused(_)) => Ok(view),
        (state, _) => Err(checked.unexpected(Some(state.as_str()))),
    }
}

/// The order that an event names; `None` for a row of another program.
fn order(event: &PublicEvent) -> Option<&str> {
    match event {
        PublicEvent::ReservationGranted(event) => Some(&event.order),
        PublicEvent::ReservationRefused(event) => Some(&event.order),
        PublicEvent::ReservationRenewed(event) => Some(&event.order),
        PublicEvent::ReservationReleased(event) => Some(&event.order),
        PublicEvent::ReservationExpired(event) => Some(&event.order),
        PublicEvent::ReservationShipped(event) => Some(&event.order),
        PublicEvent::ReservationBackorderFilled(event) => Some(&event.order),
        PublicEvent::RequestRefused(event) => Some(&event.order),
        PublicEvent::ForeignEvent(_) => None,
    }
}

fn granted(
    view: ReservationView,
    event: &ReservationGranted,
    checked: &Checked<'_, PublicEvent>,
) -> Result<ReservationView, FoldError> {
    checked.uuid("request", &event.request)?;
    let line = |line: &ContractGrantedLine| {
        pieces("available", line.available, checked)?;
        held(&line.sku, line.quantity, line.backordered, checked)
    };
    Ok(ReservationView {
        state: ReservationState::Granted,
        location: Some(checked.text("location", &event.location, |text| LocationId::try_new(text))?),
        expires_at: Some(checked.moment("expires_at", event.expires_at)?),
        granted_at: Some(checked.moment("at", event.at)?),
        lines: HeldLines(event.lines.iter().map(line).collect::<Result<_, _>>()?),
        ..view
    })
}

fn refused(
    view: ReservationView,
    event: &ReservationRefused,
    checked: &Checked<'_, PublicEvent>,
) -> Result<ReservationView, FoldError> {
    checked.uuid("request", &event.request)?;
    shortages(&event.shortages, checked)?;
    let reason = match event.reason {
        ReservationRefusalReason::OutOfStock => "OUT_OF_STOCK",
        ReservationRefusalReason::ReleasedBefore => "RELEASED_BEFORE",
        ReservationRefusalReason::TooLate => "TOO_LATE",
        ReservationRefusalReason::Unknown => "UNKNOWN",
    };
    Ok(ReservationView {
        state: ReservationState::Refused,
        location: Some(checked.text("location", &event.location, |text| LocationId::try_new(text))?),
        refusal: Some(reason.to_owned()),
        ..view
    })
}

/// Released with what it gave back, or before anything was reserved.
fn released(
    view: ReservationView,
    checked: &Checked<'_, PublicEvent>,
    lines: Option<&[ContractReservedLine]>,
) -> Result<ReservationView, FoldError> {
    reserved(lines.unwrap_or_default(), checked)?;
    Ok(ReservationView { state: ReservationState::Released, lines: HeldLines::default(), ..view })
}

fn shortages(shortages: &[ContractShortage], checked: &Checked<'_, PublicEvent>) -> Result<(), FoldError> {
    for shortage in shortages {
        checked.text("sku", &shortage.sku, |text| Sku::recorded(text))?;
    }
    Ok(())
}

fn reserved(lines: &[ContractReservedLine], checked: &Checked<'_, PublicEvent>) -> Result<Vec<HeldLine>, FoldError> {
    lines.iter().map(|line| held(&line.sku, line.quantity, line.backordered, checked)).collect()
}

fn held(sku: &str, quantity: i64, backordered: i64, checked: &Checked<'_, PublicEvent>) -> Result<HeldLine, FoldError> {
    let sku = checked.text("sku", sku, |text| Sku::recorded(text))?;
    let quantity = pieces("quantity", quantity, checked)?;
    Ok(HeldLine { sku, quantity, backordered: pieces("backordered", backordered, checked)? })
}

fn pieces(field: &'static str, value: i64, checked: &Checked<'_, PublicEvent>) -> Result<i64, FoldError> {
    let number = u64::try_from(value).map_err(|_| checked.invalid(field, format!("{value} is below zero")))?;
    Pieces::try_new(number).map(|_| value).map_err(|error| checked.invalid(field, error))
}

/// What is held without what left. A line of which nothing is left is gone.
fn without(held: HeldLines, left: &[HeldLine], checked: &Checked<'_, PublicEvent>) -> Result<HeldLines, FoldError> {
    let mut lines = held.0;
    for gone in left {
        let line = line_of(&mut lines, &gone.sku, checked)?;
        line.quantity -= gone.quantity;
        line.backordered -= gone.backordered;
        if line.quantity < 0 || line.backordered < 0 {
            return Err(checked.invalid("lines", format!("more of {} than is reserved", gone.sku)));
        }
    }
    lines.retain(|line| line.quantity > 0);
    Ok(HeldLines(lines))
}

fn filled(
    held: HeldLines,
    filled: &[ContractFilledLine],
    checked: &Checked<'_, PublicEvent>,
) -> Result<HeldLines, FoldError> {
    let mut lines = held.0;
    for one in filled {
        let quantity = pieces("quantity", one.quantity, checked)?;
        let line = line_of(&mut lines, &one.sku, checked)?;
        line.backordered -= quantity;
        if line.backordered < 0 {
            return Err(checked.invalid("lines", format!("more of {} than is backordered", one.sku)));
        }
    }
    Ok(HeldLines(lines))
}

fn line_of<'a>(
    lines: &'a mut [HeldLine],
    sku: &str,
    checked: &Checked<'_, PublicEvent>,
) -> Result<&'a mut HeldLine, FoldError> {
    lines.iter_mut().find(|line| line.sku == sku).ok_or_else(|| checked.unknown_part("line", sku))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reservation::testing::ReservationHistory;

    fn lines(view: &ReservationView) -> Vec<(&str, i64, i64)> {
        view.lines.0.iter().map(|line| (line.sku.as_str(), line.quantity, line.backordered)).collect()
    }

    #[test]
    fn what_ships_is_taken_from_what_is_held_until_nothing_is_left() {
        let granted = ReservationHistory::new(1, "shop", 7).granted("zrh-1", &[("A", 3, 1), ("B", 2, 0)]);
        assert_eq!(
            (granted.view().state, lines(granted.view())),
            (ReservationState::Granted, vec![("A", 3, 1), ("B", 2, 0)])
        );
        let filled = granted.filled(&[("A", 1)]);
        assert_eq!(lines(filled.view()), [("A", 3, 0), ("B", 2, 0)]);
        let part = filled.shipped(&[("A", 1), ("B", 2)]);
        assert_eq!((part.view().state, lines(part.view())), (ReservationState::Granted, vec![("A", 2, 0)]));
        let whole = part.shipped(&[("A", 2)]);
        assert_eq!((whole.view().state, lines(whole.view())), (ReservationState::Shipped, vec![]));
        assert_eq!(whole.view().version, 4);
    }

    #[test]
    fn a_release_before_the_request_refuses_it_and_stays_released() {
        let released = ReservationHistory::new(1, "shop", 7).released();
        assert_eq!((released.view().state, released.view().location.as_deref()), (ReservationState::Released, None));
        let refused = released.refused("zrh-1", ReservationRefusalReason::ReleasedBefore);
        assert_eq!((refused.view().state, refused.view().version), (ReservationState::Released, 2));
    }

    #[test]
    fn a_refused_request_changes_nothing_and_a_first_one_leaves_it_unreserved() {
        let unreserved = ReservationHistory::new(1, "shop", 7).request_refused();
        assert_eq!(unreserved.view().state, ReservationState::Unreserved);
        let granted = unreserved.granted("zrh-1", &[("A", 3, 0)]).request_refused();
        assert_eq!((granted.view().state, granted.view().version), (ReservationState::Granted, 3));
        let expired = granted.expired();
        assert_eq!((expired.view().state, lines(expired.view())), (ReservationState::Expired, vec![]));
    }

    #[test]
    fn more_than_is_held_is_refused() {
        let granted = ReservationHistory::new(1, "shop", 7).granted("zrh-1", &[("A", 3, 0)]);
        let more = granted.clone().shipped_unchecked(&[("A", 4)]).unwrap_err();
        assert!(more.to_string().ends_with("has a bad lines: more of A than is reserved"), "{more}");
        let other = granted.shipped_unchecked(&[("B", 1)]).unwrap_err();
        assert!(other.to_string().ends_with("names line B, which is not there"), "{other}");
    }
}
