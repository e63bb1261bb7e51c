//! Folding public events to a ticket, as a pure function.
//!
//! Guarantees: exhaustive over the contract; an event that does not fit is refused with both sides named, never skipped.

use domain::contract::{Position, PublicEvents};
use domain::ticket::contract::{
    ContractTicketItem, PublicEvent, Published, TicketAccepted, TicketRejected, TicketRejectionReason,
};
use domain::{LocationId, Sku, StationName};

use super::view::{TicketItem, TicketItems, TicketState, TicketView};
use crate::fold::{Checked, FoldError, recorded_at};

/// Folds the next event of a ticket. `view` is `None` before the first.
///
/// # Errors
/// [`FoldError`]; the event then changes nothing.
pub fn fold(view: Option<TicketView>, record: &Published) -> Result<TicketView, FoldError> {
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
            checked.same("ticket_id", &view.ticket_id.to_string(), record.event.stream_id())?;
            step(view, record, &checked)?
        }
    };
    let Position { shard, position } = record.position;
    let (version, updated_at) = (record.event.version(), recorded_at(record));
    Ok(TicketView { version, changed_at, updated_at, shard, position, ..view })
}

/// The first event of a ticket.
fn begin(record: &Published, checked: &Checked<'_, PublicEvent>) -> Result<TicketView, FoldError> {
    let at = checked.moment("at", record.event.at())?;
    let (order, location) = order_and_location(&record.event).ok_or_else(|| checked.unexpected(None))?;
    let view = TicketView {
        ticket_id: checked.uuid("ticket_id", record.event.stream_id())?,
        tenant: checked.tenant()?,
        order_id: checked.uuid("order", order)?,
        location: checked.text("location", location, |text| LocationId::try_new(text))?,
        queued_at: at,
        ..TicketView::default()
    };
    match &record.event {
        PublicEvent::TicketAccepted(event) => accepted(view, event, checked),
        PublicEvent::TicketRejected(event) => rejected(view, event, checked),
        _ => Err(checked.unexpected(None)),
    }
}

fn step(view: TicketView, record: &Published, checked: &Checked<'_, PublicEvent>) -> Result<TicketView, FoldError> {
    use TicketState as S;
    let Some((order, location)) = order_and_location(&record.event) else { return Ok(view) };
    checked.same("tenant", &view.tenant, record.event.tenant())?;
    checked.same("order", &view.order_id.to_string(), order)?;
    checked.same("location", &view.location, location)?;
    let at = Some(checked.moment("at", record.event.at())?);
    match (view.state, &record.event) {
        (S::Queued, PublicEvent::TicketStarted(_)) => Ok(TicketView { state: S::Cooking, started_at: at, ..view }),
        (S::Queued | S::Cooking, PublicEvent::TicketHeld(_)) => Ok(TicketView { held: true, ..view }),
        (S::Queued | S::Cooking, PublicEvent::TicketResumed(_)) => Ok(TicketView { held: false, ..view }),
        (S::Queued | S::Cooking, PublicEvent::TicketDelayed(event)) => {
            let promised_at = Some(checked.moment("promised_at", event.promised_at)?);
            Ok(TicketView { promised_at, delays: view.delays + 1, ..view })
        }
        (S::Queued | S::Cooking, PublicEvent::TicketRejected(event)) => rejected(view, event, checked),
        (S::Cooking, PublicEvent::TicketReady(_)) => {
            Ok(TicketView { state: S::Ready, ready_at: at, held: false, ..view })
        }
        (S::Ready, PublicEvent::TicketHandedOver(_)) => Ok(TicketView { state: S::HandedOver, ended_at: at, ..view }),
        (S::Queued | S::Cooking | S::Ready, PublicEvent::TicketCancelled(_)) => {
            Ok(TicketView { state: S::Cancelled, ended_at: at, held: false, ..view })
        }
        (state, _) => Err(checked.unexpected(Some(state.as_str()))),
    }
}

/// The order and the location that an event names; `None` for a row of another program.
fn order_and_location(event: &PublicEvent) -> Option<(&str, &str)> {
    match event {
        PublicEvent::TicketAccepted(event) => Some((&event.order, &event.location)),
        PublicEvent::TicketRejected(event) => Some((&event.order, &event.location)),
        PublicEvent::TicketStarted(event) => Some((&event.order, &event.location)),
        PublicEvent::TicketHeld(event) => Some((&event.order, &event.location)),
        PublicEvent::TicketResumed(event) => Some((&event.order, &event.location)),
        PublicEvent::TicketDelayed(event) => Some((&event.order, &event.location)),
        PublicEvent::TicketReady(event) => Some((&event.order, &event.location)),
        PublicEvent::TicketHandedOver(event) => Some((&event.order, &event.location)),
        PublicEvent::TicketCancelled(event) => Some((&event.order, &event.location)),
        PublicEvent::ForeignEvent(_) => None,
    }
}

fn accepted(
    view: TicketView,
    event: &TicketAccepted,
    checked: &Checked<'_, PublicEvent>,
) -> Result<TicketView, FoldError> {
    let promised_at = Some(checked.moment("promised_at", event.promised_at)?);
    let items = event.items.iter().map(|item| self::item(item, checked)).collect::<Result<_, _>>()?;
    Ok(TicketView { items: TicketItems(items), first_promised_at: promised_at, promised_at, ..view })
}

fn item(item: &ContractTicketItem, checked: &Checked<'_, PublicEvent>) -> Result<TicketItem, FoldError> {
    Ok(TicketItem {
        sku: checked.text("sku", &item.sku, |text| Sku::recorded(text))?,
        quantity: item.quantity,
        station: checked.text("station", &item.station, |text| StationName::try_new(text))?,
        course: item.course,
        preparation_s: item.preparation_s,
    })
}

fn rejected(
    view: TicketView,
    event: &TicketRejected,
    checked: &Checked<'_, PublicEvent>,
) -> Result<TicketView, FoldError> {
    for sku in &event.skus {
        checked.text("skus", sku, |text| Sku::recorded(text))?;
    }
    let reason = match event.reason {
        TicketRejectionReason::Paused => "PAUSED",
        TicketRejectionReason::Full => "FULL",
        TicketRejectionReason::NoStaff => "NO_STAFF",
        TicketRejectionReason::NotOnMenu => "NOT_ON_MENU",
        TicketRejectionReason::SoldOut => "SOLD_OUT",
        TicketRejectionReason::TooLarge => "TOO_LARGE",
        TicketRejectionReason::Unknown => "UNKNOWN",
    };
    let ended_at = Some(checked.moment("at", event.at)?);
    Ok(TicketView { state: TicketState::Rejected, rejection: Some(reason.to_owned()), ended_at, held: false, ..view })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::testing::TicketHistory;

    #[test]
    fn a_ticket_goes_from_the_queue_to_whoever_takes_it() {
        let queued = TicketHistory::new(1, "shop", 7).accepted("zrh-k", &["soup"]);
        let view = queued.view();
        assert_eq!((view.state, view.items.0.len(), view.delays), (TicketState::Queued, 1, 0));
        assert_eq!(view.promised_at, view.first_promised_at);
        let late = queued.held().delayed().resumed();
        assert_eq!((late.view().delays, late.view().held), (1, false));
        assert!(late.view().promised_at > late.view().first_promised_at);
        let ready = late.started().ready();
        assert_eq!(ready.view().state, TicketState::Ready);
        assert!(ready.view().ready_at > ready.view().started_at && ready.view().ended_at.is_none());
        let gone = ready.handed_over();
        assert_eq!((gone.view().state, gone.view().version), (TicketState::HandedOver, 7));
        assert!(gone.view().ended_at.is_some());
    }

    #[test]
    fn a_ticket_may_be_turned_away_given_up_or_cancelled() {
        let away = TicketHistory::new(1, "shop", 7).rejected("zrh-k", TicketRejectionReason::Paused);
        assert_eq!((away.view().state, away.view().rejection.as_deref()), (TicketState::Rejected, Some("PAUSED")));
        let queued = TicketHistory::new(1, "shop", 7).accepted("zrh-k", &["soup"]);
        let given_up = queued.clone().started().rejected("zrh-k", TicketRejectionReason::SoldOut);
        assert_eq!(given_up.view().rejection.as_deref(), Some("SOLD_OUT"));
        assert_eq!(queued.cancelled().view().state, TicketState::Cancelled);
    }

    #[test]
    fn what_does_not_follow_is_refused() {
        let queued = TicketHistory::new(1, "shop", 7).accepted("zrh-k", &["soup"]);
        let error = queued.clone().try_ready().unwrap_err();
        assert!(error.to_string().contains("QUEUED"), "{error}");
        let elsewhere = queued.started().try_rejected("zrh-2").unwrap_err();
        assert!(elsewhere.to_string().contains("location"), "{elsewhere}");
    }
}
