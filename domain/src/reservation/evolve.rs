//! Folding a reservation's events.

use std::collections::BTreeSet;

use crate::{OrderId, RequestId, StoredEvent, TenantId, Unfoldable};

use super::lines::without;
use super::{FilledLine, Granted, Inbox, ReservationEvent, ReservationState, ReservedLine};

pub(super) fn evolve(state: ReservationState, event: &ReservationEvent) -> Result<ReservationState, Unfoldable> {
    use ReservationEvent as E;
    use ReservationState as S;
    match (state, event) {
        (state @ (S::Absent | S::Unreserved(_)), E::ReservationGranted(granted)) => {
            let inbox = answering(&state, &granted.tenant, granted.order, granted.request);
            let lines = granted.lines.iter().map(|line| ReservedLine {
                sku: line.sku.clone(),
                quantity: line.quantity,
                backordered: line.backordered,
            });
            Ok(S::Granted(Granted {
                inbox: Inbox { order: granted.order, ..inbox },
                location: granted.location.clone(),
                lines: lines.collect(),
                expires_at: granted.expires_at,
            }))
        }
        (state @ (S::Absent | S::Unreserved(_)), E::ReservationRefused(refused)) => {
            let inbox = answering(&state, &refused.tenant, refused.order, refused.request);
            Ok(S::Refused(Inbox { order: refused.order, ..inbox }))
        }
        (S::Released(inbox), E::ReservationRefused(refused)) => Ok(S::Released(inbox.with(refused.request))),
        (state @ (S::Absent | S::Unreserved(_)), E::ReservationReleased(released)) if released.lines.is_empty() => {
            let inbox = answering(&state, &released.tenant, released.order, released.request);
            Ok(S::Released(Inbox { order: released.order, ..inbox }))
        }
        (S::Granted(granted), E::ReservationReleased(released)) => {
            Ok(S::Released(granted.inbox.with(released.request)))
        }
        (S::Granted(granted), E::ReservationRenewed(renewed)) => Ok(S::Granted(Granted {
            inbox: granted.inbox.with(renewed.request),
            expires_at: renewed.expires_at,
            ..granted
        })),
        (S::Granted(granted), E::ReservationExpired(_)) => Ok(S::Expired(granted.inbox)),
        (S::Granted(granted), E::ReservationShipped(shipped)) => match without(&granted.lines, &shipped.lines) {
            Some(lines) if lines.is_empty() => Ok(S::Shipped(granted.inbox.with(shipped.request))),
            Some(lines) => Ok(S::Granted(Granted { inbox: granted.inbox.with(shipped.request), lines, ..granted })),
            None => Err(unfoldable(&S::Granted(granted), event)),
        },
        (S::Granted(granted), E::ReservationBackorderFilled(filled)) => {
            match with_filled(&granted.lines, &filled.lines) {
                Some(lines) => Ok(S::Granted(Granted { lines, ..granted })),
                None => Err(unfoldable(&S::Granted(granted), event)),
            }
        }
        (S::Absent, E::RequestRefused(refused)) => {
            Ok(S::Unreserved(answering(&S::Absent, &refused.tenant, refused.order, refused.request)))
        }
        (S::Unreserved(inbox), E::RequestRefused(refused)) => Ok(S::Unreserved(inbox.with(refused.request))),
        (S::Granted(granted), E::RequestRefused(refused)) => {
            Ok(S::Granted(Granted { inbox: granted.inbox.with(refused.request), ..granted }))
        }
        (S::Refused(inbox), E::RequestRefused(refused)) => Ok(S::Refused(inbox.with(refused.request))),
        (S::Released(inbox), E::RequestRefused(refused)) => Ok(S::Released(inbox.with(refused.request))),
        (S::Expired(inbox), E::RequestRefused(refused)) => Ok(S::Expired(inbox.with(refused.request))),
        (S::Shipped(inbox), E::RequestRefused(refused)) => Ok(S::Shipped(inbox.with(refused.request))),
        (state, event) => Err(unfoldable(&state, event)),
    }
}

/// The inbox of a state with one more request, or a new one.
fn answering(state: &ReservationState, tenant: &TenantId, order: OrderId, request: RequestId) -> Inbox {
    let inbox = state.inbox().cloned();
    let inbox = inbox.unwrap_or_else(|| Inbox { tenant: tenant.clone(), order, answered: BTreeSet::new() });
    inbox.with(request)
}

impl Inbox {
    fn with(mut self, request: RequestId) -> Self {
        self.answered.insert(request);
        self
    }
}

/// Lines with fewer pieces backordered. `None` where there are not so many.
fn with_filled(held: &[ReservedLine], filled: &[FilledLine]) -> Option<Vec<ReservedLine>> {
    let mut lines = held.to_vec();
    for line in filled {
        let held = lines.iter_mut().find(|held| held.sku == line.sku)?;
        held.backordered = held.backordered.checked_sub(line.quantity)?;
    }
    Some(lines)
}

fn unfoldable(state: &ReservationState, event: &ReservationEvent) -> Unfoldable {
    Unfoldable { state: state.name().to_owned(), event: event.event_type().to_owned() }
}
