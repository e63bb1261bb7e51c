use crate::decision::Decision;
use crate::{Pieces, Scope, Sku, Timestamp};

use super::super::lines::{added_up, without};
use super::super::{
    Granted, RequestRefusalReason, RequestedLine, Reservation, ReservationEvent, ReservationRejection,
    ReservationShipped, ReservationState, ReservedLine,
};
use super::{Request, check_lines};

/// Record that some or all of what is reserved left the location.
///
/// Answered by [`ReservationShipped`], which takes pieces that are set aside before backordered ones. Answered by
/// [`RequestRefused`](super::super::RequestRefused), as a whole, where it names more than the reservation holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShipReservation {
    pub request: Request,
    /// At least one, at most [`LINES_MAX`](super::super::LINES_MAX).
    pub lines: Vec<RequestedLine>,
    pub at: Timestamp,
}

impl Decision<Reservation> for ShipReservation {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::INVENTORY_RESERVE]
    }

    fn decide(self, state: &ReservationState) -> Result<Vec<ReservationEvent>, ReservationRejection> {
        let Self { request, lines, at } = self;
        if request.is_answered(state)? {
            return Ok(vec![]);
        }
        check_lines(&lines)?;
        if request.is_for_other_order(state) {
            return request.refused(state, RequestRefusalReason::OtherOrder, at);
        }
        let ReservationState::Granted(granted) = state else {
            return request.refused_by(state, at);
        };
        let Some(lines) = granted.to_ship(&lines) else {
            return request.refused(state, RequestRefusalReason::MoreThanReserved, at);
        };
        let complete = without(&granted.lines, &lines).is_some_and(|rest| rest.is_empty());
        let location = granted.location.clone();
        let Request { id: request, tenant, order } = request;
        Ok(vec![ReservationEvent::ReservationShipped(ReservationShipped {
            tenant,
            request,
            order,
            location,
            lines,
            complete,
            at,
        })])
    }
}

impl Granted {
    /// What leaves when so much is shipped; `None` where that is more than the reservation holds.
    fn to_ship(&self, requested: &[RequestedLine]) -> Option<Vec<ReservedLine>> {
        let of = |(sku, quantity): (&Sku, Pieces)| {
            let held = self.lines.iter().find(|held| held.sku == *sku)?;
            let rest = held.quantity.checked_sub(quantity)?;
            let backordered = held.backordered.saturating_sub(rest);
            Some(ReservedLine { sku: held.sku.clone(), quantity, backordered })
        };
        added_up(requested).into_iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;
    use crate::reservation::RequestRefusalReason as Refusal;

    #[test]
    fn some_lines_leave_and_then_the_rest() {
        let part = shipped(2, &[("a", 1, 0), ("b", 2, 0)], false);
        given([granted()]).when(ship(request(2), vec![line("b", 2), line("a", 1)])).then([part.clone()]);
        given([granted(), part]).when(ship(request(3), vec![line("a", 1), line("a", 1)])).then([shipped(
            3,
            &[("a", 2, 0)],
            true,
        )]);
    }

    #[test]
    fn pieces_that_are_set_aside_leave_before_backordered_ones() {
        let held = || granted_of(&[("a", 5, 2, 3)]);
        let first = shipped(2, &[("a", 2, 0)], false);
        given([held()]).when(ship(request(2), vec![line("a", 2)])).then([first.clone()]);
        given([held(), first.clone()]).when(ship(request(3), vec![line("a", 2)])).then([shipped(
            3,
            &[("a", 2, 1)],
            false,
        )]);
        given([held(), first, filled(&[("a", 2)], true)]).when(ship(request(3), vec![line("a", 2)])).then([shipped(
            3,
            &[("a", 2, 0)],
            false,
        )]);
    }

    #[test]
    fn a_repeat_is_not_a_fact() {
        given([granted(), shipped(2, &[("a", 1, 0)], false)]).when(ship(request(2), vec![line("a", 1)])).then_nothing();
        given([granted(), all_shipped()]).when(ship(request(9), vec![line("a", 3)])).then_nothing();
    }

    #[test]
    fn is_refused_as_a_whole_where_it_names_more_than_is_held() {
        let answer = || request_refused(request(2), Refusal::MoreThanReserved, at(30));
        for lines in [vec![line("a", 1), line("b", 3)], vec![line("c", 1)], vec![line("b", 1), line("b", 2)]] {
            given([granted()]).when(ship(request(2), lines)).then([answer()]);
        }
    }

    #[test]
    fn is_refused_where_nothing_is_held() {
        let answer = |reason| request_refused(request(5), reason, at(30));
        let ship = || ship(request(5), vec![line("a", 1)]);
        given([]).when(ship()).then([answer(Refusal::NotReserved)]);
        given([out_of_stock()]).when(ship()).then([answer(Refusal::Refused)]);
        given([released(2, &[])]).when(ship()).then([answer(Refusal::Released)]);
        given([granted(), all_shipped()]).when(ship()).then([answer(Refusal::Shipped)]);
        given([granted(), expired(900, &[("a", 3, 0), ("b", 2, 0)])]).when(ship()).then([answer(Refusal::Expired)]);
    }

    #[test]
    fn is_refused_for_another_order_and_left_without_an_answer_for_another_tenant() {
        given([granted()]).when(ship(other_order(2), vec![line("a", 1)])).then([request_refused(
            other_order(2),
            Refusal::OtherOrder,
            at(30),
        )]);
        given([granted()]).when(ship(foreign(2), vec![line("a", 1)])).then_rejected(ReservationRejection::OtherTenant);
        given([granted()]).when(ship(request(2), vec![])).then_rejected(ReservationRejection::NoLines);
    }
}
