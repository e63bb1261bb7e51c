//! One file for each decision: the command, the scopes it needs, its validation and its tests; and the list of them.

mod fill_backorders;
mod release_reservation;
mod renew_reservation;
mod reserve_stock;
mod ship_reservation;
mod wake;

pub use fill_backorders::*;
pub use release_reservation::*;
pub use renew_reservation::*;
pub use reserve_stock::*;
pub use ship_reservation::*;
pub use wake::*;

use super::{
    LINES_MAX, REQUESTS_MAX, RequestRefusalReason, RequestRefused, RequestedLine, Reservation, ReservationEvent,
    ReservationRejection, ReservationState,
};
use crate::decision::declare_commands;
use crate::{OrderId, RequestId, TenantId, Timestamp};

declare_commands! {
    /// A command of a reservation.
    ReservationCommand of Reservation {
        ReserveStock,
        RenewReservation,
        ReleaseReservation,
        ShipReservation,
        FillBackorders,
        Wake,
    }
}

/// What every request says of itself, whether it comes by HTTP or in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The same in every repetition.
    pub id: RequestId,
    /// From the token or the asking record. A request of another tenant than the stream's is left without an answer.
    pub tenant: TenantId,
    /// The order that the reservation is for, so that every answer can name it.
    pub order: OrderId,
}

impl Request {
    /// Whether the reservation has answered it already.
    ///
    /// # Errors
    /// The reservation is another tenant's.
    fn is_answered(&self, state: &ReservationState) -> Result<bool, ReservationRejection> {
        match state.inbox() {
            None => Ok(false),
            Some(inbox) if inbox.tenant != self.tenant => Err(ReservationRejection::OtherTenant),
            Some(inbox) => Ok(inbox.answered.contains(&self.id)),
        }
    }

    /// Whether it names another order than the one that the reservation was made for.
    fn is_for_other_order(&self, state: &ReservationState) -> bool {
        let has_order = !matches!(state, ReservationState::Absent | ReservationState::Unreserved(_));
        has_order && state.inbox().is_some_and(|inbox| inbox.order != self.order)
    }

    /// Answers that the state does not allow it.
    fn refused_by(
        self,
        state: &ReservationState,
        at: Timestamp,
    ) -> Result<Vec<ReservationEvent>, ReservationRejection> {
        let reason = match state {
            ReservationState::Absent | ReservationState::Unreserved(_) => RequestRefusalReason::NotReserved,
            ReservationState::Granted(_) => RequestRefusalReason::AlreadyReserved,
            ReservationState::Refused(_) => RequestRefusalReason::Refused,
            ReservationState::Released(_) => RequestRefusalReason::Released,
            ReservationState::Expired(_) => RequestRefusalReason::Expired,
            ReservationState::Shipped(_) => RequestRefusalReason::Shipped,
        };
        self.refused(state, reason, at)
    }

    /// Answers with a refusal.
    fn refused(
        self,
        state: &ReservationState,
        reason: RequestRefusalReason,
        at: Timestamp,
    ) -> Result<Vec<ReservationEvent>, ReservationRejection> {
        check_room(state)?;
        let Self { id: request, tenant, order } = self;
        Ok(vec![ReservationEvent::RequestRefused(RequestRefused { tenant, request, order, reason, at })])
    }
}

/// Keeps a state from growing without end. What moves stock needs no room, since a reservation can only do so for a while.
fn check_room(state: &ReservationState) -> Result<(), ReservationRejection> {
    let is_full = state.inbox().is_some_and(|inbox| inbox.answered.len() >= REQUESTS_MAX);
    if is_full { Err(ReservationRejection::TooManyRequests) } else { Ok(()) }
}

fn check_lines(lines: &[RequestedLine]) -> Result<(), ReservationRejection> {
    match lines.len() {
        0 => Err(ReservationRejection::NoLines),
        1..=LINES_MAX => Ok(()),
        _ => Err(ReservationRejection::TooManyLines),
    }
}

#[cfg(test)]
pub(in crate::reservation) mod fixtures;
