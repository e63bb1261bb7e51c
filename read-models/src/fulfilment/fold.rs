//! Folding public events to a fulfilment, as a pure function.
//!
//! Guarantees: exhaustive over the contract; an event that does not fit is refused with both sides named, never skipped.

use domain::contract::{Position, PublicEvents};
use domain::fulfilment::contract::{
    ContractFulfilmentLine, FulfilmentRejectionReason, FulfilmentRequested, FulfilmentShipped, PublicEvent, Published,
};
use domain::{Carrier, LocationId, Pieces, Sku, TrackingNumber};

use super::view::{FulfilmentLine, FulfilmentLines, FulfilmentState, FulfilmentView};
use crate::fold::{Checked, FoldError, recorded_at};

/// Folds the next event of a fulfilment. `view` is `None` before the first.
///
/// # Errors
/// [`FoldError`]; the event then changes nothing.
pub fn fold(view: Option<FulfilmentView>, record: &Published) -> Result<FulfilmentView, FoldError> {
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
            checked.same("fulfilment_id", &view.fulfilment_id.to_string(), record.event.stream_id())?;
            step(view, record, &checked)?
        }
    };
    let Position { shard, position } = record.position;
    let (version, updated_at) = (record.event.version(), recorded_at(record));
    Ok(FulfilmentView { version, changed_at, updated_at, shard, position, ..view })
}

/// The first event of a fulfilment: it answers a request.
fn begin(record: &Published, checked: &Checked<'_, PublicEvent>) -> Result<FulfilmentView, FoldError> {
    let order = order(&record.event).ok_or_else(|| checked.unexpected(None))?;
    let view = FulfilmentView {
        fulfilment_id: checked.uuid("fulfilment_id", record.event.stream_id())?,
        tenant: checked.tenant()?,
        order_id: checked.uuid("order", order)?,
        ..FulfilmentView::default()
    };
    answer(record, checked)?;
    match &record.event {
        PublicEvent::FulfilmentRequested(event) => requested(view, event, checked),
        PublicEvent::FulfilmentCancelled(_) => Ok(FulfilmentView { state: FulfilmentState::Cancelled, ..view }),
        PublicEvent::RequestRefused(_) => Ok(view),
        _ => Err(checked.unexpected(None)),
    }
}

fn step(
    view: FulfilmentView,
    record: &Published,
    checked: &Checked<'_, PublicEvent>,
) -> Result<FulfilmentView, FoldError> {
    use FulfilmentState as S;
    let Some(order) = order(&record.event) else { return Ok(view) };
    let order_id = checked.uuid("order", order)?;
    checked.same("tenant", &view.tenant, record.event.tenant())?;
    answer(record, checked)?;
    let at = Some(checked.moment("at", record.event.at())?);
    let view = match (view.state, &record.event) {
        // The fulfilment stays as it is; the request may be of another order.
        (_, PublicEvent::RequestRefused(_)) => return Ok(view),
        // What was refused before may have been of another order too.
        (S::Unrequested, _) => FulfilmentView { order_id, ..view },
        _ => {
            checked.same("order", &view.order_id.to_string(), order)?;
            view
        }
    };
    match (view.state, &record.event) {
        (S::Unrequested, PublicEvent::FulfilmentRequested(event)) => requested(view, event, checked),
        (S::Requested, PublicEvent::FulfilmentAccepted(_)) => {
            Ok(FulfilmentView { state: S::Accepted, accepted_at: at, ..view })
        }
        (S::Requested | S::Accepted | S::Picked, PublicEvent::FulfilmentRejected(event)) => {
            checked.text_without_nul("note", event.note.as_deref().unwrap_or_default())?;
            let rejection = Some(rejection(event.reason).to_owned());
            Ok(FulfilmentView { state: S::Rejected, rejection, ..view })
        }
        (S::Requested | S::Accepted | S::Picked | S::Packed, PublicEvent::FulfilmentReleased(_)) => {
            Ok(FulfilmentView { released: true, ..view })
        }
        (S::Requested | S::Accepted | S::Picked | S::Packed, PublicEvent::FulfilmentHeld(_)) => {
            Ok(FulfilmentView { released: false, ..view })
        }
        (S::Accepted, PublicEvent::FulfilmentPicked(_)) => {
            Ok(FulfilmentView { state: S::Picked, picked_at: at, ..view })
        }
        (S::Accepted | S::Picked, PublicEvent::FulfilmentPacked(_)) => {
            Ok(FulfilmentView { state: S::Packed, packed_at: at, ..view })
        }
        (S::Packed, PublicEvent::FulfilmentShipped(event)) if view.released => shipped(view, event, checked),
        (S::Shipped, PublicEvent::FulfilmentDelivered(_)) => {
            Ok(FulfilmentView { state: S::Delivered, delivered_at: at, ..view })
        }
        (S::Shipped, PublicEvent::FulfilmentLost(_)) => Ok(FulfilmentView { state: S::Lost, lost_at: at, ..view }),
        (S::Unrequested | S::Requested | S::Accepted | S::Picked | S::Packed, PublicEvent::FulfilmentCancelled(_)) => {
            Ok(FulfilmentView { state: S::Cancelled, ..view })
        }
        (state, _) => Err(checked.unexpected(Some(state.as_str()))),
    }
}

/// The order that an event names; `None` for a row of another program.
fn order(event: &PublicEvent) -> Option<&str> {
    match event {
        PublicEvent::FulfilmentRequested(event) => Some(&event.order),
        PublicEvent::FulfilmentAccepted(event) => Some(&event.order),
        PublicEvent::FulfilmentRejected(event) => Some(&event.order),
        PublicEvent::FulfilmentReleased(event) => Some(&event.order),
        PublicEvent::FulfilmentHeld(event) => Some(&event.order),
        PublicEvent::FulfilmentPicked(event) => Some(&event.order),
        PublicEvent::FulfilmentPacked(event) => Some(&event.order),
        PublicEvent::FulfilmentShipped(event) => Some(&event.order),
        PublicEvent::FulfilmentDelivered(event) => Some(&event.order),
        PublicEvent::FulfilmentLost(event) => Some(&event.order),
        PublicEvent::FulfilmentCancelled(event) => Some(&event.order),
        PublicEvent::RequestRefused(event) => Some(&event.order),
        PublicEvent::ForeignEvent(_) => None,
    }
}

/// Checks the request that the event answers.
fn answer(record: &Published, checked: &Checked<'_, PublicEvent>) -> Result<(), FoldError> {
    record.event.request().map_or(Ok(()), |request| checked.uuid("request", request).map(|_| ()))
}

fn requested(
    view: FulfilmentView,
    event: &FulfilmentRequested,
    checked: &Checked<'_, PublicEvent>,
) -> Result<FulfilmentView, FoldError> {
    Ok(FulfilmentView {
        state: FulfilmentState::Requested,
        location: Some(checked.text("location", &event.location, |text| LocationId::try_new(text))?),
        lines: lines(&event.lines, checked)?,
        requested_at: Some(checked.moment("at", event.at)?),
        ..view
    })
}

fn shipped(
    view: FulfilmentView,
    event: &FulfilmentShipped,
    checked: &Checked<'_, PublicEvent>,
) -> Result<FulfilmentView, FoldError> {
    checked.same("location", view.location.as_deref().unwrap_or_default(), &event.location)?;
    Ok(FulfilmentView {
        state: FulfilmentState::Shipped,
        lines: lines(&event.lines, checked)?,
        carrier: Some(checked.text("carrier", &event.carrier, |text| Carrier::recorded(text))?),
        tracking: Some(checked.text("tracking", &event.tracking, |text| TrackingNumber::recorded(text))?),
        shipped_at: Some(checked.moment("at", event.at)?),
        ..view
    })
}

fn lines(lines: &[ContractFulfilmentLine], checked: &Checked<'_, PublicEvent>) -> Result<FulfilmentLines, FoldError> {
    let line = |line: &ContractFulfilmentLine| {
        let below = |_| checked.invalid("quantity", format!("{} is below zero", line.quantity));
        Pieces::try_new(u64::try_from(line.quantity).map_err(below)?)
            .map_err(|error| checked.invalid("quantity", error))?;
        Ok(FulfilmentLine { sku: checked.text("sku", &line.sku, |text| Sku::recorded(text))?, quantity: line.quantity })
    };
    lines.iter().map(line).collect::<Result<_, _>>().map(FulfilmentLines)
}

const fn rejection(reason: FulfilmentRejectionReason) -> &'static str {
    match reason {
        FulfilmentRejectionReason::OutOfStock => "OUT_OF_STOCK",
        FulfilmentRejectionReason::Damaged => "DAMAGED",
        FulfilmentRejectionReason::Undeliverable => "UNDELIVERABLE",
        FulfilmentRejectionReason::NoCapacity => "NO_CAPACITY",
        FulfilmentRejectionReason::Other => "OTHER",
        FulfilmentRejectionReason::Unknown => "UNKNOWN",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fulfilment::testing::FulfilmentHistory;
    use crate::fulfilment::view::PackingStep;

    fn requested() -> FulfilmentHistory {
        FulfilmentHistory::new(1, "shop", 7).requested("zrh-1", &[("A", 2), ("B", 1)])
    }

    #[test]
    fn a_fulfilment_goes_from_the_request_to_the_customer() {
        let asked = requested();
        assert_eq!((asked.view().waits_for(), asked.view().lines.0.len()), (Some(PackingStep::ToAccept), 2));
        let accepted = asked.accepted();
        assert_eq!(accepted.view().waits_for(), Some(PackingStep::ToPick));
        let fetched = accepted.clone().picked();
        assert_eq!(fetched.view().waits_for(), Some(PackingStep::ToPack));
        let packed = fetched.packed();
        assert!(packed.view().picked_at.is_some() && accepted.packed().view().picked_at.is_none());
        assert_eq!(packed.view().waits_for(), Some(PackingStep::AwaitsRelease));
        let released = packed.released();
        assert_eq!(released.view().waits_for(), Some(PackingStep::ToShip));
        let held = released.clone().held();
        assert_eq!(held.view().waits_for(), Some(PackingStep::AwaitsRelease));
        let shipped = released.shipped("post", "99.1");
        let view = shipped.view();
        assert_eq!((view.state, view.waits_for()), (FulfilmentState::Shipped, None));
        assert_eq!((view.carrier.as_deref(), view.tracking.as_deref()), (Some("post"), Some("99.1")));
        assert!(
            view.requested_at < view.accepted_at && view.picked_at < view.packed_at && view.packed_at < view.shipped_at
        );
        let lost = shipped.clone().lost();
        assert_eq!((lost.view().state, lost.view().delivered_at), (FulfilmentState::Lost, None));
        assert!(lost.view().lost_at > lost.view().shipped_at);
        let delivered = shipped.delivered();
        assert_eq!((delivered.view().state, delivered.view().version), (FulfilmentState::Delivered, 7));
    }

    #[test]
    fn a_location_may_refuse_and_nobody_may_want_it() {
        let rejected = requested().accepted().rejected(FulfilmentRejectionReason::Damaged);
        assert_eq!(rejected.view().rejection.as_deref(), Some("DAMAGED"));
        let missing = requested().accepted().picked().rejected(FulfilmentRejectionReason::OutOfStock);
        assert_eq!(missing.view().state, FulfilmentState::Rejected);
        assert_eq!((rejected.view().state, rejected.view().waits_for()), (FulfilmentState::Rejected, None));
        let cancelled = requested().cancelled().request_refused(8);
        let view = cancelled.view();
        assert_eq!((view.state, view.order_id.as_u128(), view.version), (FulfilmentState::Cancelled, 7, 3));
    }

    #[test]
    fn what_is_refused_before_the_request_says_nothing_of_its_order() {
        let refused = FulfilmentHistory::new(1, "shop", 7).request_refused(8);
        assert_eq!((refused.view().state, refused.view().order_id.as_u128()), (FulfilmentState::Unrequested, 8));
        let asked = refused.clone().requested("zrh-1", &[("A", 2)]);
        assert_eq!((asked.view().state, asked.view().order_id.as_u128()), (FulfilmentState::Requested, 7));
        let never = refused.cancelled();
        assert_eq!((never.view().state, never.view().location.as_deref()), (FulfilmentState::Cancelled, None));
    }

    #[test]
    fn what_does_not_follow_is_refused() {
        let unreleased = requested().accepted().packed().try_shipped("zrh-1").unwrap_err();
        assert!(unreleased.to_string().ends_with("cannot happen to PACKED"), "{unreleased}");
        let elsewhere = requested().released().accepted().packed().try_shipped("bsl-1").unwrap_err();
        assert!(elsewhere.to_string().contains("bad location"), "{elsewhere}");
    }
}
