//! Folding the events of a stock item. The level is the recorded one, so that a fold of an old stream does not depend on how a later
//! release computes it.

use crate::{StoredEvent, Unfoldable};

use super::{StockEvent, StockItem, StockLevel, StockState};

pub(super) fn evolve(state: StockState, event: &StockEvent) -> Result<StockState, Unfoldable> {
    match (state, event) {
        (StockState::Absent, StockEvent::StockItemAdded(event)) => Ok(StockState::Item(StockItem {
            tenant: event.tenant.clone(),
            location: event.location.clone(),
            sku: event.sku.clone(),
            level: event.level,
            allows_backorder: false,
        })),
        (StockState::Item(item), StockEvent::BackorderPolicyChanged(event)) => {
            Ok(StockState::Item(StockItem { allows_backorder: event.allows_backorder, level: event.level, ..item }))
        }
        (StockState::Item(item), StockEvent::StockAdjusted(event)) => Ok(at_level(item, event.level)),
        (StockState::Item(item), StockEvent::StockCounted(event)) => Ok(at_level(item, event.level)),
        (StockState::Item(item), StockEvent::StockTransferredOut(event)) => Ok(at_level(item, event.level)),
        (StockState::Item(item), StockEvent::StockTransferredIn(event)) => Ok(at_level(item, event.level)),
        (StockState::Item(item), StockEvent::SafetyStockChanged(event)) => Ok(at_level(item, event.level)),
        (StockState::Item(item), StockEvent::StockReserved(event)) => Ok(at_level(item, event.level)),
        (StockState::Item(item), StockEvent::StockReleased(event)) => Ok(at_level(item, event.level)),
        (StockState::Item(item), StockEvent::StockShipped(event)) => Ok(at_level(item, event.level)),
        (StockState::Item(item), StockEvent::BackorderFilled(event)) => Ok(at_level(item, event.level)),
        (StockState::Item(item), StockEvent::StockShortage(event)) => Ok(at_level(item, event.level)),
        (state, event) => Err(Unfoldable { state: state.name().to_owned(), event: event.event_type().to_owned() }),
    }
}

fn at_level(item: StockItem, level: StockLevel) -> StockState {
    StockState::Item(StockItem { level, ..item })
}
