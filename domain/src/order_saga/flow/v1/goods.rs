//! From the request to a location until its parcel is delivered, for each share.

use super::super::super::asked::Asked;
use super::super::super::event::FulfilmentRequested;
use super::super::super::policy::{CaptureMoment, PaymentTerms};
use super::super::super::state::{Ask, FulfilmentPart, FulfilmentStatus, ReservationPart, ReservationStatus};
use super::super::super::task::TaskKind;
use super::super::overdue::Asking;
use super::super::stage::Stage;

impl Asking<'_> {
    pub(super) fn fulfilment(&self, share: usize) -> Stage {
        let saga = self.saga;
        let Some(reservation) = saga.reservation_of(share) else { return Stage::Wait };
        let Some(part) = saga.fulfilment_of(share) else {
            return Stage::next(
                FulfilmentRequested {
                    fulfilment: saga.next_fulfilment(),
                    reservation: reservation.id,
                    location: reservation.location.clone(),
                    lines: saga.shares[share].lines.clone(),
                    attempt: 1,
                    due: self.due(1),
                    at: self.at,
                }
                .into(),
            );
        };
        if part.status == FulfilmentStatus::Lost {
            return self.task(TaskKind::Lost);
        }
        if part.status.has_left() {
            return self.take_out_of_stock(reservation);
        }
        if !saga.is_sent_from(part, &reservation.location) {
            return self.stop(part);
        }
        if saga.is_held() {
            return Stage::Wait;
        }
        if saga.policy.capture == CaptureMoment::AtPacking {
            if !self.is_any_packed() && saga.policy.terms == PaymentTerms::Prepaid {
                return Stage::Wait;
            }
            match self.capture() {
                Stage::Done => {}
                other => return other,
            }
        }
        // The renewal may find that the reservation has expired, and then its goods are not the order's to send.
        let is_held_for_long = !Ask::is_pending(reservation.ask, Asked::Renew);
        if !part.released && part.ask.is_none() && is_held_for_long {
            return self.of_fulfilment(part, Asked::ReleaseFulfilment, 1).map_or(Stage::Wait, Stage::next);
        }
        Stage::Wait
    }

    /// Whether a first parcel is ready to be handed over, for which the whole order is paid: most providers capture an authorisation once,
    /// and no parcel waits for another one.
    fn is_any_packed(&self) -> bool {
        let is_ready = |part: &FulfilmentPart| part.status == FulfilmentStatus::Packed || part.status.has_left();
        self.saga.current_fulfilments().any(is_ready)
    }

    /// The goods have been reserved at another location since, and those at this one are not the order's any more.
    fn stop(&self, part: &FulfilmentPart) -> Stage {
        if Ask::is_pending(part.ask, Asked::CancelFulfilment) {
            return Stage::Wait;
        }
        self.of_fulfilment(part, Asked::CancelFulfilment, 1).map_or(Stage::Wait, Stage::next)
    }

    /// What has left is taken out of stock, and what is reserved elsewhere is given back. A renewal that is under way is not waited for.
    fn take_out_of_stock(&self, held: &ReservationPart) -> Stage {
        let wanted = self.way_out(held);
        if held.status != ReservationStatus::Granted || Ask::is_pending(held.ask, wanted) {
            return Stage::Done;
        }
        self.of_stock(held, wanted, 1).map_or(Stage::Done, Stage::next)
    }

    pub(super) fn delivery(&self, share: usize) -> Stage {
        let saga = self.saga;
        let is_held = saga.reservation_of(share).is_some_and(|part| part.status == ReservationStatus::Granted);
        let is_delivered = saga.fulfilment_of(share).is_some_and(|part| part.status == FulfilmentStatus::Delivered);
        if is_delivered && !is_held { Stage::Done } else { Stage::Wait }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::course::{CUP, Course, PLATE, among, place};
    use crate::order_saga::{AnswerKind as A, Asked, CaptureMoment, TaskKind};

    /// Accepted at the first location, where the reservation has expired.
    fn expired() -> Course {
        let mut course = Course::paid_whole();
        course.fulfilment(1, 1, A::FulfilmentAccepted);
        course.stock(1, 3, A::StockExpired);
        course
    }

    /// The same, reserved at another location since.
    fn reserved_elsewhere() -> Course {
        let mut course = expired();
        let events = course.takes(among(&[place("zrh-1", &[CUP]), place("zrh-2", &[])], 0));
        assert_eq!(events, ["RouteChosen", "StockRequested"]);
        let events = course.stock(2, 1, A::StockGranted);
        assert_eq!(events, ["AnswerReceived", "StockRenewalRequested", "FulfilmentCancelRequested"]);
        course
    }

    #[test]
    fn what_is_reserved_elsewhere_is_not_sent_from_where_it_was() {
        let mut course = reserved_elsewhere();
        assert_eq!(course.stock(2, 2, A::StockRenewed), ["AnswerReceived"], "the stop is under way");
        assert_eq!(course.fulfilment(1, 2, A::FulfilmentCancelled), ["AnswerReceived", "FulfilmentRequested"]);
        let asked = course.saga().fulfilments[1].reservation;
        assert_eq!(asked, course.saga().reservations[1].id);
    }

    #[test]
    fn what_leaves_before_it_is_stopped_is_for_people_and_takes_nothing_from_the_other_location() {
        let mut course = reserved_elsewhere();
        let events = course.fulfilment(1, 2, A::FulfilmentShipped);
        assert_eq!(events, ["AnswerReceived", "TaskOpened", "StockReleaseRequested"]);
        assert_eq!(course.saga().task.as_ref().unwrap().kind, TaskKind::StockNotShipped);
        assert_eq!(course.asked(), [("zrh-2", Asked::Release)]);
    }

    #[test]
    fn a_rejection_gives_back_what_was_reserved_there_in_place_of_what_expired() {
        let mut course = expired();
        course.takes(among(&[place("zrh-1", &[]), place("zrh-2", &[CUP])], 0));
        assert_eq!(course.stock(2, 1, A::StockGranted), ["AnswerReceived", "StockRenewalRequested"]);
        assert_eq!(course.fulfilment(1, 2, A::FulfilmentRejected), ["AnswerReceived", "StockReleaseRequested"]);
        assert_eq!(course.asked(), [("zrh-1", Asked::Release)]);
    }

    #[test]
    fn goods_that_leave_while_stock_is_waited_for_hold_the_rest_no_longer() {
        let mut course = Course::paid(CaptureMoment::AtConfirmation);
        course.fulfilment(1, 1, A::FulfilmentPacked);
        course.fulfilment(2, 1, A::FulfilmentAccepted);
        course.stock(1, 3, A::StockExpired);
        let events = course.takes(among(&[place("zrh-1", &[CUP]), place("zrh-2", &[CUP])], 0));
        assert_eq!(events[..2], ["RouteChosen", "StockAwaited"]);
        assert!(course.saga().is_held());
        course.fulfilment(2, 2, A::FulfilmentHeld);
        let events = course.fulfilment(1, 2, A::FulfilmentShipped);
        assert_eq!(events, ["AnswerReceived", "TaskOpened", "FulfilmentReleaseRequested"]);
        assert!(!course.saga().is_held());
    }

    #[test]
    fn a_reservation_of_each_share_may_expire_as_often_as_one_of_a_whole_order() {
        let mut course = Course::split(CaptureMoment::AtConfirmation);
        let wake = || among(&[place("zrh-1", &[PLATE]), place("zrh-2", &[CUP])], 0);
        for number in 1..=3 {
            course.stock(2 * number - 1, 1, A::StockGranted);
            course.stock(2 * number, 1, A::StockGranted);
            assert!(course.saga().task.is_none(), "after {number}");
            course.stock(2 * number - 1, 2, A::StockExpired);
            course.stock(2 * number, 2, A::StockExpired);
            course.takes(wake());
            course.takes(wake());
        }
        assert_eq!(course.saga().task.as_ref().unwrap().kind, TaskKind::NotFulfillable);
    }
}
