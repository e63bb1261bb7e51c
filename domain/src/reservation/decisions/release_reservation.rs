use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{
    RequestRefusalReason, Reservation, ReservationEvent, ReservationRejection, ReservationReleased, ReservationState,
};
use super::Request;

/// Give back what is reserved.
///
/// Answered by [`ReservationReleased`], also where nothing was reserved yet: the request to reserve may come later, and must then be
/// refused. Answered by [`RequestRefused`](super::super::RequestRefused) where there is nothing left to give back; its reason says
/// why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseReservation {
    pub request: Request,
    pub at: Timestamp,
}

impl Decision<Reservation> for ReleaseReservation {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::INVENTORY_RESERVE]
    }

    fn decide(self, state: &ReservationState) -> Result<Vec<ReservationEvent>, ReservationRejection> {
        let Self { request, at } = self;
        if request.is_answered(state)? {
            return Ok(vec![]);
        }
        if request.is_for_other_order(state) {
            return request.refused(state, RequestRefusalReason::OtherOrder, at);
        }
        match state {
            ReservationState::Absent | ReservationState::Unreserved(_) | ReservationState::Granted(_) => {
                let Request { id: request, tenant, order } = request;
                Ok(vec![ReservationEvent::ReservationReleased(ReservationReleased {
                    tenant,
                    request,
                    order,
                    location: state.location().cloned(),
                    lines: state.lines().to_vec(),
                    at,
                })])
            }
            ReservationState::Refused(_)
            | ReservationState::Released(_)
            | ReservationState::Expired(_)
            | ReservationState::Shipped(_) => request.refused_by(state, at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;
    use crate::reservation::RequestRefusalReason as Refusal;

    #[test]
    fn gives_back_what_is_held() {
        given([granted()]).when(release(request(2))).then([released(2, &[("a", 3, 0), ("b", 2, 0)])]);
        given([granted_of(&[("a", 3, 2, 1)])]).when(release(request(2))).then([released(2, &[("a", 3, 2)])]);
        given([granted(), shipped(3, &[("a", 3, 0), ("b", 1, 0)], false)])
            .when(release(request(2)))
            .then([released(2, &[("b", 1, 0)])]);
    }

    #[test]
    fn leaves_a_mark_where_nothing_was_reserved() {
        given([]).when(release(request(2))).then([released(2, &[])]);
        given([request_refused(request(1), Refusal::NotReserved, at(0))])
            .when(release(request(2)))
            .then([released(2, &[])]);
    }

    #[test]
    fn a_repeat_is_not_a_fact() {
        given([released(2, &[])]).when(release(request(2))).then_nothing();
        given([granted(), released(2, &[("a", 3, 0), ("b", 2, 0)])]).when(release(request(2))).then_nothing();
    }

    #[test]
    fn answers_that_there_is_nothing_left() {
        let answer = |reason| request_refused(request(5), reason, at(20));
        given([released(2, &[])]).when(release(request(5))).then([answer(Refusal::Released)]);
        given([out_of_stock()]).when(release(request(5))).then([answer(Refusal::Refused)]);
        given([granted(), all_shipped()]).when(release(request(5))).then([answer(Refusal::Shipped)]);
        given([granted(), expired(900, &[("a", 3, 0), ("b", 2, 0)])])
            .when(release(request(5)))
            .then([answer(Refusal::Expired)]);
    }

    #[test]
    fn is_refused_for_another_order_and_left_without_an_answer_for_another_tenant() {
        given([granted()]).when(release(other_order(2))).then([request_refused(
            other_order(2),
            Refusal::OtherOrder,
            at(20),
        )]);
        given([granted()]).when(release(foreign(2))).then_rejected(ReservationRejection::OtherTenant);
        given([released(2, &[])]).when(release(foreign(2))).then_rejected(ReservationRejection::OtherTenant);
    }
}
