use std::collections::BTreeMap;

use crate::decision::Decision;
use crate::stock::Availability;
use crate::{LocationId, Scope, Sku, Timestamp};

use super::super::lines::added_up;
use super::super::{
    GrantedLine, RequestedLine, Reservation, ReservationEvent, ReservationGranted, ReservationRefusalReason,
    ReservationRefused, ReservationRejection, ReservationState, Shortage,
};
use super::{Request, check_lines, check_room};

/// Reserve all SKUs of an order at one location, or none.
///
/// Answered by [`ReservationGranted`] or [`ReservationRefused`], or by [`RequestRefused`](super::super::RequestRefused) where the
/// reservation was decided before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReserveStock {
    pub request: Request,
    pub location: LocationId,
    /// At least one, at most [`LINES_MAX`](super::super::LINES_MAX).
    pub lines: Vec<RequestedLine>,
    /// Until when the stock is held unless it is renewed.
    pub expires_at: Timestamp,
    /// The availability of each SKU at the location, as the unit of work reads it. A SKU that is missing is not kept there.
    pub seen: BTreeMap<Sku, Availability>,
    pub at: Timestamp,
}

impl Decision<Reservation> for ReserveStock {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::INVENTORY_RESERVE]
    }

    fn decide(self, state: &ReservationState) -> Result<Vec<ReservationEvent>, ReservationRejection> {
        if self.request.is_answered(state)? {
            return Ok(vec![]);
        }
        check_lines(&self.lines)?;
        match state {
            ReservationState::Absent | ReservationState::Unreserved(_) => Ok(vec![self.grant()]),
            ReservationState::Released(_) => {
                check_room(state)?;
                Ok(vec![self.refuse(ReservationRefusalReason::ReleasedBefore, vec![])])
            }
            ReservationState::Granted(_)
            | ReservationState::Refused(_)
            | ReservationState::Expired(_)
            | ReservationState::Shipped(_) => self.request.refused_by(state, self.at),
        }
    }
}

impl ReserveStock {
    fn grant(self) -> ReservationEvent {
        if self.expires_at <= self.at {
            return self.refuse(ReservationRefusalReason::TooLate, vec![]);
        }
        let mut lines = Vec::new();
        let mut shortages = Vec::new();
        for (sku, quantity) in added_up(&self.lines) {
            let seen = self.seen.get(sku).copied().unwrap_or(Availability::NONE);
            let sku = sku.clone();
            let available = seen.available;
            match seen.backordered(quantity) {
                Some(backordered) => lines.push(GrantedLine { sku, quantity, backordered, available }),
                None => shortages.push(Shortage { sku, requested: quantity, available }),
            }
        }
        if !shortages.is_empty() {
            return self.refuse(ReservationRefusalReason::OutOfStock, shortages);
        }
        let Request { id: request, tenant, order } = self.request;
        let Self { location, expires_at, at, .. } = self;
        ReservationEvent::ReservationGranted(ReservationGranted {
            tenant,
            request,
            order,
            location,
            lines,
            expires_at,
            at,
        })
    }

    fn refuse(self, reason: ReservationRefusalReason, shortages: Vec<Shortage>) -> ReservationEvent {
        let Request { id: request, tenant, order } = self.request;
        let Self { location, at, .. } = self;
        ReservationEvent::ReservationRefused(ReservationRefused {
            tenant,
            request,
            order,
            location,
            reason,
            shortages,
            at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;
    use crate::reservation::{LINES_MAX, RequestRefusalReason as Refusal};

    #[test]
    fn reserves_all_that_was_asked_for() {
        given([]).when(reserve().into()).then([granted()]);
    }

    #[test]
    fn lines_of_one_sku_are_added_up_whatever_their_order() {
        let lines = vec![line("b", 1), line("a", 3), line("b", 1)];
        given([]).when(reserve_of(lines, &[("a", 5, 0), ("b", 2, 0)]).into()).then([granted()]);
    }

    #[test]
    fn what_is_missing_is_backordered_where_the_item_allows_it() {
        given([])
            .when(reserve_of(vec![line("a", 3), line("b", 2)], &[("a", 1, 2), ("b", 0, 9)]).into())
            .then([granted_of(&[("a", 3, 2, 1), ("b", 2, 2, 0)])]);
    }

    #[test]
    fn reserves_nothing_where_one_sku_is_missing_or_not_kept() {
        let out_of_stock = |shortages| refused(1, ReservationRefusalReason::OutOfStock, shortages);
        let lines = || vec![line("a", 3), line("b", 2)];
        given([]).when(reserve_of(lines(), &[("a", 2, 0), ("b", 2, 0)]).into()).then([out_of_stock(&[("a", 3, 2)])]);
        given([]).when(reserve_of(lines(), &[("a", 3, 0)]).into()).then([out_of_stock(&[("b", 2, 0)])]);
        given([]).when(reserve_of(lines(), &[("a", 1, 1)]).into()).then([out_of_stock(&[("a", 3, 1), ("b", 2, 0)])]);
    }

    #[test]
    fn refuses_an_expiry_that_has_passed() {
        let late = ReserveStock { expires_at: at(0), ..reserve() };
        given([]).when(late.into()).then([refused(1, ReservationRefusalReason::TooLate, &[])]);
    }

    #[test]
    fn refuses_what_was_released_before() {
        let late = |n| ReserveStock { request: request(n), ..reserve() };
        let released_before = |n| refused(n, ReservationRefusalReason::ReleasedBefore, &[]);
        given([released(2, &[])]).when(reserve().into()).then([released_before(1)]);
        given([granted(), released(2, &[("a", 3, 0), ("b", 2, 0)])]).when(late(3).into()).then([released_before(3)]);
        given([released(2, &[]), released_before(1)]).when(reserve().into()).then_nothing();
    }

    #[test]
    fn is_granted_after_requests_that_came_too_early() {
        let early = request_refused(other_order(2), Refusal::NotReserved, at(0));
        given([early]).when(reserve().into()).then([granted()]);
    }

    #[test]
    fn a_repeat_is_not_a_fact_in_any_state() {
        let lines = &[("a", 3, 0), ("b", 2, 0)];
        let ends = [released(2, lines), expired(900, lines), all_shipped()];
        given([granted()]).when(reserve().into()).then_nothing();
        given([out_of_stock()]).when(reserve().into()).then_nothing();
        for end in ends {
            given([granted(), end]).when(reserve().into()).then_nothing();
        }
    }

    #[test]
    fn another_request_is_answered_with_what_became_of_the_reservation() {
        let again = || ReserveStock { request: request(5), ..reserve() };
        let answer = |reason| request_refused(request(5), reason, at(0));
        given([granted()]).when(again().into()).then([answer(Refusal::AlreadyReserved)]);
        given([out_of_stock()]).when(again().into()).then([answer(Refusal::Refused)]);
        let lines = &[("a", 3, 0), ("b", 2, 0)];
        given([granted(), expired(900, lines)]).when(again().into()).then([answer(Refusal::Expired)]);
        given([granted(), all_shipped()]).when(again().into()).then([answer(Refusal::Shipped)]);
    }

    #[test]
    fn leaves_no_lines_too_many_and_other_tenants_without_an_answer() {
        let none = reserve_of(vec![], &[]);
        given([]).when(none.into()).then_rejected(ReservationRejection::NoLines);
        let many = reserve_of(vec![line("a", 1); LINES_MAX + 1], &[]);
        given([]).when(many.into()).then_rejected(ReservationRejection::TooManyLines);
        let foreign = || ReserveStock { request: foreign(5), ..reserve() };
        given([granted()]).when(foreign().into()).then_rejected(ReservationRejection::OtherTenant);
        given([released(2, &[])]).when(foreign().into()).then_rejected(ReservationRejection::OtherTenant);
    }

    #[test]
    fn the_most_lines_of_the_most_pieces_can_be_added_up() {
        let lines = vec![line("a", crate::Quantity::MAX); LINES_MAX];
        let shortages = &[("a", 2_000_000_000, 5)];
        given([]).when(reserve_of(lines, &[("a", 5, 0)]).into()).then([refused(
            1,
            ReservationRefusalReason::OutOfStock,
            shortages,
        )]);
    }
}
