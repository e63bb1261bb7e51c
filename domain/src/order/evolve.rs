//! Folding an order's events.

use crate::Unfoldable;

use super::{
    AddressKind, Cancelled, Completed, Confirmed, Draft, Expired, Imported, OrderCancelled, OrderEvent, OrderRejected,
    OrderState, Placed, Progress, Rejected, SubjectErased,
};

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
            progress: Progress::default(),
        })),
        (OrderState::Absent, OrderEvent::OrderImported(event)) => Ok(OrderState::Imported(Imported {
            order: event.clone(),
            erased: Vec::new(),
            progress: Progress::default(),
        })),
        (OrderState::Imported(imported), OrderEvent::OrderImportCorrected(event)) => {
            Ok(OrderState::Imported(Imported { order: event.order.clone(), ..imported }))
        }
        (state, OrderEvent::SubjectErased(erased)) => subject_erased(state, erased, event),
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
            match event.role {
                AddressKind::Shipping => draft.shipping_address = Some(event.address.clone()),
                AddressKind::Billing => draft.billing_address = Some(event.address.clone()),
            }
            Ok(OrderState::Draft(draft))
        }
        (OrderState::Draft(draft), OrderEvent::OrderPlaced(event)) => {
            let progress = draft.progress.placed(&draft.lines);
            Ok(OrderState::Placed(Placed {
                draft: Draft { progress, ..draft },
                number: event.number.clone(),
                total: event.total,
                placed_at: event.at,
            }))
        }
        (OrderState::Draft(draft), OrderEvent::OrderCancelled(event)) => Ok(cancelled(draft, None, event)),
        (OrderState::Draft(draft), OrderEvent::OrderExpired(event)) => {
            Ok(OrderState::Expired(Expired { draft, expired_at: event.at }))
        }
        (
            OrderState::Placed(placed) | OrderState::Confirmed(Confirmed { placed, .. }),
            OrderEvent::OrderCancelled(event),
        ) => Ok(cancelled(placed.draft, Some(placed.number), event)),
        (OrderState::Placed(placed), OrderEvent::OrderConfirmed(event)) => {
            Ok(OrderState::Confirmed(Confirmed { placed, confirmed_at: event.at }))
        }
        (OrderState::Placed(placed), OrderEvent::OrderRejected(event)) => Ok(rejected(placed, event)),
        (OrderState::Confirmed(Confirmed { placed, confirmed_at }), OrderEvent::OrderCompleted(event)) => {
            Ok(OrderState::Completed(Completed { placed: ended(placed), confirmed_at, completed_at: event.at }))
        }
        (state, event) => recorded(state, event),
    }
}

fn cancelled(draft: Draft, number: Option<crate::OrderNumber>, event: &OrderCancelled) -> OrderState {
    let draft = Draft { progress: draft.progress.ended(), ..draft };
    OrderState::Cancelled(Cancelled { draft, number, reason: event.reason, cancelled_at: event.at })
}

fn rejected(placed: Placed, event: &OrderRejected) -> OrderState {
    OrderState::Rejected(Rejected { placed: ended(placed), reason: event.reason, rejected_at: event.at })
}

fn ended(placed: Placed) -> Placed {
    let draft = Draft { progress: placed.draft.progress.ended(), ..placed.draft };
    Placed { draft, ..placed }
}

/// An event that says how far the order has come, in every state but the first.
fn recorded(mut state: OrderState, event: &OrderEvent) -> Result<OrderState, Unfoldable> {
    match state.progress_mut().and_then(|progress| progress.record(event)) {
        Some(()) => Ok(state),
        None => Err(unfoldable(&state, event)),
    }
}

fn subject_erased(mut state: OrderState, erased: &SubjectErased, event: &OrderEvent) -> Result<OrderState, Unfoldable> {
    let subjects = match &mut state {
        OrderState::Absent => return Err(unfoldable(&state, event)),
        OrderState::Draft(draft) => &mut draft.erased,
        OrderState::Placed(placed)
        | OrderState::Confirmed(Confirmed { placed, .. })
        | OrderState::Completed(Completed { placed, .. })
        | OrderState::Rejected(Rejected { placed, .. }) => &mut placed.draft.erased,
        OrderState::Cancelled(cancelled) => &mut cancelled.draft.erased,
        OrderState::Expired(expired) => &mut expired.draft.erased,
        OrderState::Imported(imported) => &mut imported.erased,
    };
    subjects.push(erased.subject.clone());
    Ok(state)
}

fn unfoldable(state: &OrderState, event: &OrderEvent) -> Unfoldable {
    use crate::StoredEvent;
    Unfoldable { state: state.name().to_owned(), event: event.event_type().to_owned() }
}
