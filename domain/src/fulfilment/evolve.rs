//! Folding a fulfilment's events.

use std::collections::BTreeSet;

use crate::{OrderId, RequestId, StoredEvent, TenantId, Unfoldable};

use super::{FulfilmentEvent, FulfilmentState, Inbox, Job, Shipment};

pub(super) fn evolve(state: FulfilmentState, event: &FulfilmentEvent) -> Result<FulfilmentState, Unfoldable> {
    use FulfilmentEvent as E;
    use FulfilmentState as S;
    match (state, event) {
        (state @ (S::Absent | S::Unrequested(_)), E::FulfilmentRequested(requested)) => {
            let inbox = answering(&state, &requested.tenant, requested.order, requested.request);
            Ok(S::Requested(Job {
                inbox: Inbox { order: requested.order, ..inbox },
                location: requested.location.clone(),
                lines: requested.lines.clone(),
                released: false,
            }))
        }
        (S::Requested(job), E::FulfilmentAccepted(_)) => Ok(S::Accepted(job)),
        (S::Requested(job) | S::Accepted(job) | S::Picked(job), E::FulfilmentRejected(_)) => Ok(S::Rejected(job.inbox)),
        (S::Accepted(job), E::FulfilmentPicked(_)) => Ok(S::Picked(job)),
        (S::Accepted(job) | S::Picked(job), E::FulfilmentPacked(_)) => Ok(S::Packed(job)),
        (state @ (S::Requested(_) | S::Accepted(_) | S::Picked(_) | S::Packed(_)), E::FulfilmentReleased(released)) => {
            Ok(with_release(state, true, released.request))
        }
        (state @ (S::Requested(_) | S::Accepted(_) | S::Picked(_) | S::Packed(_)), E::FulfilmentHeld(held)) => {
            Ok(with_release(state, false, held.request))
        }
        (S::Packed(job), E::FulfilmentShipped(shipped)) => Ok(S::Shipped(Shipment {
            inbox: job.inbox,
            location: job.location,
            lines: job.lines,
            carrier: shipped.carrier.clone(),
            tracking: shipped.tracking.clone(),
        })),
        (S::Shipped(shipment), E::FulfilmentDelivered(_)) => Ok(S::Delivered(shipment)),
        (S::Shipped(shipment), E::FulfilmentLost(_)) => Ok(S::Lost(shipment)),
        (state @ (S::Absent | S::Unrequested(_)), E::FulfilmentCancelled(cancelled)) => {
            let inbox = answering(&state, &cancelled.tenant, cancelled.order, cancelled.request);
            Ok(S::Cancelled(Inbox { order: cancelled.order, ..inbox }))
        }
        (S::Requested(job) | S::Accepted(job) | S::Picked(job) | S::Packed(job), E::FulfilmentCancelled(cancelled)) => {
            Ok(S::Cancelled(job.inbox.with(cancelled.request)))
        }
        (S::Absent, E::RequestRefused(refused)) => {
            Ok(S::Unrequested(answering(&S::Absent, &refused.tenant, refused.order, refused.request)))
        }
        (mut state, E::RequestRefused(refused)) => {
            state.inbox_mut().into_iter().for_each(|inbox| {
                inbox.answered.insert(refused.request);
            });
            Ok(state)
        }
        (state, event) => Err(Unfoldable { state: state.name().to_owned(), event: event.event_type().to_owned() }),
    }
}

/// The inbox of a state with one more request, or a new one.
fn answering(state: &FulfilmentState, tenant: &TenantId, order: OrderId, request: RequestId) -> Inbox {
    let inbox = state.inbox().cloned();
    let inbox = inbox.unwrap_or_else(|| Inbox { tenant: tenant.clone(), order, answered: BTreeSet::new() });
    inbox.with(request)
}

/// A state at the location, released or held by a request.
fn with_release(mut state: FulfilmentState, is_released: bool, request: RequestId) -> FulfilmentState {
    use FulfilmentState as S;
    if let S::Requested(job) | S::Accepted(job) | S::Picked(job) | S::Packed(job) = &mut state {
        job.released = is_released;
        job.inbox.answered.insert(request);
    }
    state
}

impl Inbox {
    fn with(mut self, request: RequestId) -> Self {
        self.answered.insert(request);
        self
    }
}

impl FulfilmentState {
    const fn inbox_mut(&mut self) -> Option<&mut Inbox> {
        match self {
            Self::Absent => None,
            Self::Requested(job) | Self::Accepted(job) | Self::Picked(job) | Self::Packed(job) => Some(&mut job.inbox),
            Self::Shipped(shipment) | Self::Delivered(shipment) | Self::Lost(shipment) => Some(&mut shipment.inbox),
            Self::Unrequested(inbox) | Self::Rejected(inbox) | Self::Cancelled(inbox) => Some(inbox),
        }
    }
}
