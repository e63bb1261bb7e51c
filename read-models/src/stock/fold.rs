//! Folding public events to the stock of a SKU at a location, as a pure function.
//!
//! Guarantees: exhaustive over the contract; an event that does not fit is refused with both sides named, never skipped. Every event
//! has the quantities after it, so a row shows what was recorded and computes none of them.

use domain::contract::{Position, PublicEvents};
use domain::stock::contract::{ContractStockLevel, PublicEvent, Published, StockAdjusted};
use domain::{LocationId, Pieces, Reason, Sku};

use super::view::StockView;
use crate::fold::{Checked, FoldError, recorded_at};

/// Folds the next event of a stock item. `view` is `None` before the first, which is `StockItemAdded`.
///
/// # Errors
/// [`FoldError`]; the event then changes nothing.
pub fn fold(view: Option<StockView>, record: &Published) -> Result<StockView, FoldError> {
    let checked = Checked::new(&record.event);
    checked.follows(view.as_ref().map_or(0, |view| view.version))?;
    checked.no_nul(record)?;
    let changed_at = checked.moment("at", record.event.at())?;
    if let Some(view) = &view {
        checked.same("stock_id", &view.stock_id.to_string(), record.event.stream_id())?;
    }
    let view = step(view, record, &checked)?;
    let Position { shard, position } = record.position;
    Ok(StockView {
        version: record.event.version(),
        changed_at,
        updated_at: recorded_at(record),
        shard,
        position,
        ..view
    })
}

fn step(
    view: Option<StockView>,
    record: &Published,
    checked: &Checked<'_, PublicEvent>,
) -> Result<StockView, FoldError> {
    if let PublicEvent::ForeignEvent(event) = &record.event {
        checked.text_without_nul("event_type", &event.event_type)?;
        checked.text_without_nul("event_version", &event.event_version)?;
        checked.text_without_nul("body", event.body.as_deref().unwrap_or_default())?;
        return view.ok_or_else(|| checked.unexpected(None));
    }
    let (location, sku, level) = record.event.content().expect("only a foreign event has no level");
    let location = checked.text("location", location, |text| LocationId::try_new(text))?;
    let sku = checked.text("sku", sku, |text| Sku::recorded(text))?;
    let view = match (view, &record.event) {
        (None, PublicEvent::StockItemAdded(_)) => StockView {
            stock_id: checked.uuid("stock_id", record.event.stream_id())?,
            tenant: checked.tenant()?,
            location,
            sku,
            ..StockView::default()
        },
        (None, _) => return Err(checked.unexpected(None)),
        (Some(_), PublicEvent::StockItemAdded(_)) => return Err(checked.unexpected(Some("an item that is kept"))),
        (Some(view), event) => {
            checked.same("tenant", &view.tenant, event.tenant())?;
            checked.same("location", &view.location, &location)?;
            checked.same("sku", &view.sku, &sku)?;
            particular(event, checked)?;
            match event {
                PublicEvent::BackorderPolicyChanged(event) => {
                    StockView { backorder_allowed: event.allows_backorder, ..view }
                }
                _ => view,
            }
        }
    };
    at_level(view, level, checked)
}

/// The reservation and the order that an event is about.
pub(super) fn reservation(event: &PublicEvent) -> Option<(&str, &str)> {
    match event {
        PublicEvent::StockReserved(event) => Some((&event.reservation, &event.order)),
        PublicEvent::StockReleased(event) => Some((&event.reservation, &event.order)),
        PublicEvent::StockShipped(event) => Some((&event.reservation, &event.order)),
        PublicEvent::BackorderFilled(event) => Some((&event.reservation, &event.order)),
        _ => None,
    }
}

/// Checks the fields that an event has beside what all have: the body of each is stored.
fn particular(event: &PublicEvent, checked: &Checked<'_, PublicEvent>) -> Result<(), FoldError> {
    if let Some((reservation, order)) = reservation(event) {
        checked.uuid("reservation", reservation)?;
        checked.uuid("order", order)?;
    }
    match event {
        PublicEvent::StockAdjusted(StockAdjusted { note, .. }) => {
            checked.optional("note", note.as_ref(), |text| Reason::recorded(text)).map(|_| ())
        }
        PublicEvent::StockTransferredOut(event) => {
            checked.uuid("transfer", &event.transfer)?;
            checked.text("destination", &event.destination, |text| LocationId::try_new(text)).map(|_| ())
        }
        PublicEvent::StockTransferredIn(event) => {
            checked.uuid("transfer", &event.transfer)?;
            checked.text("origin", &event.origin, |text| LocationId::try_new(text)).map(|_| ())
        }
        _ => Ok(()),
    }
}

fn at_level(
    view: StockView,
    level: &ContractStockLevel,
    checked: &Checked<'_, PublicEvent>,
) -> Result<StockView, FoldError> {
    let pieces = |field, value: i64| {
        let number = u64::try_from(value).map_err(|_| checked.invalid(field, format!("{value} is below zero")))?;
        Pieces::try_new(number).map(|_| value).map_err(|error| checked.invalid(field, error))
    };
    Ok(StockView {
        on_hand: pieces("on_hand", level.on_hand)?,
        reserved: pieces("reserved", level.reserved)?,
        backordered: pieces("backordered", level.backordered)?,
        safety_stock: pieces("safety_stock", level.safety_stock)?,
        available: pieces("available", level.available)?,
        ..view
    })
}

#[cfg(test)]
mod tests {
    use domain::stock::contract::PublicEvent;
    use uuid::Uuid;

    use super::*;
    use crate::stock::testing::StockHistory;

    fn history() -> StockHistory {
        StockHistory::of("shop", "zrh-1", "A").added().received(10).backorder_allowed(true)
    }

    #[test]
    fn a_row_shows_the_level_of_its_last_event() {
        let history = history().reserved(Uuid::from_u128(1), Uuid::from_u128(2), 12);
        let view = history.view();
        let level = (view.on_hand, view.reserved, view.backordered, view.available, view.backorder_allowed);
        assert_eq!((view.version, level), (4, (10, 12, 2, 0, true)));
        assert_eq!((view.tenant.as_str(), view.location.as_str(), view.sku.as_str()), ("shop", "zrh-1", "A"));
    }

    #[test]
    fn a_stream_begins_with_its_first_event_and_versions_follow() {
        let records = history().records();
        let late = fold(None, &records[1]).unwrap_err();
        assert!(matches!(late, FoldError::OutOfOrder { kind: "stock", version: 2, applied: 0, .. }), "{late}");
        let first = fold(None, &records[0]).unwrap();
        let again = fold(Some(first.clone()), &records[0]).unwrap_err();
        assert!(matches!(again, FoldError::OutOfOrder { version: 1, applied: 1, .. }), "{again}");
        let mut twice = records[0].clone();
        if let PublicEvent::StockItemAdded(event) = &mut twice.event {
            event.version = 2;
        }
        let twice = fold(Some(first), &twice).unwrap_err();
        assert!(twice.to_string().ends_with("cannot happen to an item that is kept"), "{twice}");
        let mut other = records[1].clone();
        if let PublicEvent::StockAdjusted(event) = &mut other.event {
            event.version = 1;
        }
        let other = fold(None, &other).unwrap_err();
        assert!(other.to_string().ends_with("cannot happen to nothing"), "{other}");
    }

    #[test]
    fn what_no_stock_can_have_is_refused_and_named() {
        let spoilt = |spoil: fn(&mut StockAdjusted)| {
            let records = history().records();
            let first = fold(None, &records[0]).unwrap();
            let mut second = records[1].clone();
            if let PublicEvent::StockAdjusted(event) = &mut second.event {
                spoil(event);
            }
            match fold(Some(first), &second).unwrap_err() {
                FoldError::Invalid { field, .. } => field,
                other => panic!("{other}"),
            }
        };
        assert_eq!(spoilt(|event| event.location = "zrh-2".to_owned()), "location");
        assert_eq!(spoilt(|event| event.sku = "B".to_owned()), "sku");
        assert_eq!(spoilt(|event| event.tenant = "other".to_owned()), "tenant");
        assert_eq!(spoilt(|event| event.level.available = -1), "available");
        assert_eq!(spoilt(|event| event.note = Some("\0".to_owned())), "note");
        assert_eq!(spoilt(|event| event.at = i64::MAX), "at");
    }

    #[test]
    fn a_row_of_another_program_moves_the_version_alone() {
        let before = history();
        let after = before.clone().foreign();
        let expected = StockView { version: 4, position: 4, ..before.view().clone() };
        let moved =
            StockView { changed_at: expected.changed_at, updated_at: expected.updated_at, ..after.view().clone() };
        assert_eq!(moved, expected);
    }
}
