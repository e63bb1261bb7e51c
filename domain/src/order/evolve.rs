//! Folding an order's events.

use crate::Unfoldable;

use super::{AddressKind, Cancelled, Draft, Imported, OrderEvent, OrderState, Placed};

pub(super) fn evolve(state: OrderState, event: &OrderEvent) -> Result<OrderState, Unfoldable> {
    match (state, event) {
        (OrderState::Absent, OrderEvent::OrderDrafted(event)) => Ok(OrderState::Draft(Draft {
            tenant: event.tenant.clone(),
            customer: event.customer.clone(),
            currency: event.currency,
            lines: Vec::new(),
            shipping_address: None,
            billing_address: None,
            drafted_at: event.at,
            erased: Vec::new(),
        })),
        (OrderState::Absent, OrderEvent::OrderImported(event)) => {
            Ok(OrderState::Imported(Imported { order: event.clone(), erased: Vec::new() }))
        }
        (OrderState::Imported(imported), OrderEvent::OrderImportCorrected(event)) => {
            Ok(OrderState::Imported(Imported { order: event.order.clone(), ..imported }))
        }
        (OrderState::Draft(mut draft), OrderEvent::SubjectErased(event)) => {
            draft.erased.push(event.subject.clone());
            Ok(OrderState::Draft(draft))
        }
        (OrderState::Placed(mut placed), OrderEvent::SubjectErased(event)) => {
            placed.draft.erased.push(event.subject.clone());
            Ok(OrderState::Placed(placed))
        }
        (OrderState::Cancelled(mut cancelled), OrderEvent::SubjectErased(event)) => {
            cancelled.draft.erased.push(event.subject.clone());
            Ok(OrderState::Cancelled(cancelled))
        }
        (OrderState::Imported(mut imported), OrderEvent::SubjectErased(event)) => {
            imported.erased.push(event.subject.clone());
            Ok(OrderState::Imported(imported))
        }
        (OrderState::Draft(mut draft), OrderEvent::LineAdded(event)) => {
            draft.lines.push(event.line.clone());
            Ok(OrderState::Draft(draft))
        }
        (OrderState::Draft(mut draft), OrderEvent::LineQuantityChanged(changed)) => {
            let Some(line) = draft.lines.iter_mut().find(|line| line.id == changed.line_id) else {
                return Err(unfoldable(&OrderState::Draft(draft), event));
            };
            line.quantity = changed.quantity;
            line.total = changed.total;
            Ok(OrderState::Draft(draft))
        }
        (OrderState::Draft(mut draft), OrderEvent::LineRemoved(event)) => {
            draft.lines.retain(|line| line.id != event.line_id);
            Ok(OrderState::Draft(draft))
        }
        (OrderState::Draft(mut draft), OrderEvent::AddressChanged(event)) => {
            match event.kind {
                AddressKind::Shipping => draft.shipping_address = Some(event.address.clone()),
                AddressKind::Billing => draft.billing_address = Some(event.address.clone()),
            }
            Ok(OrderState::Draft(draft))
        }
        (OrderState::Draft(draft), OrderEvent::OrderPlaced(event)) => Ok(OrderState::Placed(Placed {
            draft,
            number: event.number.clone(),
            total: event.total,
            placed_at: event.at,
        })),
        (OrderState::Draft(draft), OrderEvent::OrderCancelled(event)) => {
            Ok(OrderState::Cancelled(Cancelled { draft, number: None, reason: event.reason, cancelled_at: event.at }))
        }
        (OrderState::Placed(placed), OrderEvent::OrderCancelled(event)) => Ok(OrderState::Cancelled(Cancelled {
            draft: placed.draft,
            number: Some(placed.number),
            reason: event.reason,
            cancelled_at: event.at,
        })),
        (state, event) => Err(unfoldable(&state, event)),
    }
}

fn unfoldable(state: &OrderState, event: &OrderEvent) -> Unfoldable {
    use crate::StoredEvent;
    Unfoldable { state: state.name().to_owned(), event: event.event_type().to_owned() }
}
