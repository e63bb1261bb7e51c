use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{
    RequestRefusalReason, Reservation, ReservationEvent, ReservationRejection, ReservationRenewed, ReservationState,
};
use super::{Request, check_room};

/// Hold what is reserved for longer.
///
/// Answered by [`ReservationRenewed`] while the reservation holds stock, also after its expiry as long as that is not recorded, since
/// nobody else can have been given the stock. Renewals that overtake one another leave the latest expiry. Answered by
/// [`RequestRefused`](super::super::RequestRefused) otherwise, and where the expiry has passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewReservation {
    pub request: Request,
    pub expires_at: Timestamp,
    pub at: Timestamp,
}

impl Decision<Reservation> for RenewReservation {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::INVENTORY_RESERVE]
    }

    fn decide(self, state: &ReservationState) -> Result<Vec<ReservationEvent>, ReservationRejection> {
        let Self { request, expires_at, at } = self;
        if request.is_answered(state)? {
            return Ok(vec![]);
        }
        if request.is_for_other_order(state) {
            return request.refused(state, RequestRefusalReason::OtherOrder, at);
        }
        let ReservationState::Granted(granted) = state else {
            return request.refused_by(state, at);
        };
        if expires_at <= at {
            return request.refused(state, RequestRefusalReason::TooLate, at);
        }
        check_room(state)?;
        Ok(vec![ReservationEvent::ReservationRenewed(ReservationRenewed {
            request: request.id,
            order: request.order,
            expires_at: expires_at.max(granted.expires_at),
            at,
        })])
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;
    use crate::reservation::{REQUESTS_MAX, RequestRefusalReason as Refusal};

    #[test]
    fn stock_is_held_for_longer() {
        given([granted()]).when(renew_until(request(2), 1_800, 10)).then([renewed_until(2, 1_800, 10)]);
    }

    #[test]
    fn renewals_that_overtake_one_another_leave_the_latest_expiry() {
        given([granted(), renewed_until(3, 2_000, 10)])
            .when(renew_until(request(2), 1_800, 11))
            .then([renewed_until(2, 2_000, 11)]);
    }

    #[test]
    fn is_accepted_after_the_expiry_until_that_is_recorded() {
        given([granted()]).when(renew_until(request(2), 1_800, 901)).then([renewed_until(2, 1_800, 901)]);
        given([granted(), expired(902, &[("a", 3, 0), ("b", 2, 0)])])
            .when(renew_until(request(2), 1_800, 903))
            .then([request_refused(request(2), Refusal::Expired, at(903))]);
    }

    #[test]
    fn a_repeat_is_not_a_fact() {
        given([granted(), renewed_until(2, 1_800, 10)]).when(renew_until(request(2), 1_800, 20)).then_nothing();
        let refused = request_refused(request(2), Refusal::NotReserved, at(10));
        given([refused, granted()]).when(renew_until(request(2), 1_800, 20)).then_nothing();
    }

    #[test]
    fn is_refused_where_nothing_is_reserved() {
        let answer = |reason| request_refused(request(5), reason, at(10));
        let renew = || renew_until(request(5), 1_800, 10);
        given([]).when(renew()).then([answer(Refusal::NotReserved)]);
        given([out_of_stock()]).when(renew()).then([answer(Refusal::Refused)]);
        given([released(2, &[])]).when(renew()).then([answer(Refusal::Released)]);
        given([granted(), all_shipped()]).when(renew()).then([answer(Refusal::Shipped)]);
    }

    #[test]
    fn is_refused_for_an_expiry_that_has_passed_and_for_another_order() {
        let answer = |request, reason| request_refused(request, reason, at(10));
        given([granted()]).when(renew_until(request(2), 10, 10)).then([answer(request(2), Refusal::TooLate)]);
        given([granted()])
            .when(renew_until(other_order(2), 1_800, 10))
            .then([answer(other_order(2), Refusal::OtherOrder)]);
        given([granted()]).when(renew_until(foreign(2), 1_800, 10)).then_rejected(ReservationRejection::OtherTenant);
    }

    #[test]
    fn so_many_requests_are_answered_and_then_only_those_that_move_stock() {
        let renewals = (2..=REQUESTS_MAX as u128).map(|n| renewed_until(n, 1_800, 10));
        let history: Vec<_> = std::iter::once(granted()).chain(renewals).collect();
        let next = || request(1_000_000);
        let full = ReservationRejection::TooManyRequests;
        given(history.clone()).when(renew_until(next(), 1_900, 11)).then_rejected(full.clone());
        given(history.clone()).when(renew_until(next(), 11, 11)).then_rejected(full);
        given(history).when(release(next())).then([released(1_000_000, &[("a", 3, 0), ("b", 2, 0)])]);
    }
}
