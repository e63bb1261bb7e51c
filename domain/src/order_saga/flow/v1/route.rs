//! Choosing locations by comparison.

use crate::LocationId;

use super::super::super::event::{OrderSagaEvent, RouteChosen, StockAwaited, StockRequested};
use super::super::super::policy::{Routing, after};
use super::super::super::routing::{Routed, route};
use super::super::super::state::{Destination, ReservationPart, ReservationStatus, Saga};
use super::super::overdue::Asking;
use super::super::stage::Stage;
use super::to_usize;

impl Asking<'_> {
    /// Asks a location for the stock of a share.
    pub(super) fn reserve_at(&self, share: usize, location: &LocationId) -> Stage {
        let saga = self.saga;
        Stage::next(
            StockRequested {
                reservation: saga.next_reservation(),
                location: location.clone(),
                lines: saga.shares[share].lines.clone(),
                hold_for_s: saga.policy.stock_hold_s,
                attempt: 1,
                due: self.due(1),
                at: self.at,
            }
            .into(),
        )
    }

    /// Waits for stock, which is looked for again.
    pub(super) fn await_stock(&self) -> Stage {
        let saga = self.saga;
        let next_try = after(self.at, saga.policy.stock_retry_s.max(1));
        let until = saga.stock_wait.map_or_else(|| after(self.at, saga.policy.stock_wait_s), |wait| wait.until);
        Stage::next(OrderSagaEvent::StockAwaited(StockAwaited { next_try, until, at: self.at }))
    }

    /// Compares the locations for a share, after which it may be several. It waits where they are not known at the moment: a wake-up that
    /// is due brings them along.
    pub(super) fn compare_locations(&self, share: usize, is_tried: impl Fn(&LocationId) -> bool) -> Stage {
        let (saga, Some(candidates)) = (self.saga, self.candidates) else { return Stage::Wait };
        let lines = saga.shares[share].lines.clone();
        let others = saga.current_shares().count() - 1;
        let parcels_max = to_usize(saga.policy.parcels_max).saturating_sub(others);
        let Routed { shares, candidates } = route(&lines, parcels_max, candidates, is_tried);
        Stage::next(OrderSagaEvent::RouteChosen(RouteChosen { lines, shares, candidates, at: self.at }))
    }
}

/// The reservations of a share since stock was waited for last.
pub(super) fn tries(saga: &Saga, share: usize) -> impl Iterator<Item = &ReservationPart> {
    let before = saga.stock_wait.map_or(0, |wait| wait.tried);
    saga.reservations.iter().skip(before).filter(move |part| part.share == share)
}

/// Whether people have to see to the order before it is reserved again: too many locations have rejected it, or too many reservations of
/// each share have expired, which would go on for ever where requests are under way for longer than stock is held.
pub(super) fn fails_too_often(saga: &Saga) -> bool {
    let failures_max = to_usize(saga.policy.rejections_max);
    let exceeds =
        |failures: usize, forgiven: usize, parts: usize| failures.saturating_sub(forgiven) > failures_max * parts;
    exceeds(saga.rejections(), saga.rejections_forgiven, 1)
        || exceeds(saga.expiries(), saga.expiries_forgiven, saga.current_shares().count())
}

/// Whether a share has yet to be reserved: nothing is asked for or granted, and its goods have not left.
pub(super) fn is_unreserved(saga: &Saga, share: usize) -> bool {
    let is_over = |part: &ReservationPart| {
        matches!(part.status, ReservationStatus::Refused | ReservationStatus::Released | ReservationStatus::Expired)
    };
    saga.reservation_of(share).is_none_or(is_over) && !saga.has_left(share) && !saga.is_being_rearranged(share)
}

/// Whether the saga cannot go on before locations are compared. Where it waits for stock, the next try compares them.
pub(super) fn is_comparison_due(saga: &Saga) -> bool {
    let waits_for_stock = |share: usize| saga.stock_wait.is_some() && tries(saga, share).next().is_none();
    let is_open = |share: usize| saga.shares[share].destination == Destination::Open;
    let is_due = |share: usize| is_open(share) && is_unreserved(saga, share) && !waits_for_stock(share);
    saga.policy.routing == Routing::Best && !fails_too_often(saga) && saga.current_shares().any(is_due)
}

#[cfg(test)]
mod tests {
    use super::super::super::course::{CUP, Course, PLATE, among, place};
    use super::*;
    use crate::Decider;
    use crate::order_saga::decisions::fixtures::*;
    use crate::order_saga::{
        AnswerKind as A, Asked, CaptureMoment, FulfilmentStatus, OrderSaga, SagaOutcome, TaskDecision, TaskKind,
    };

    #[test]
    fn an_order_that_no_location_has_all_of_is_reserved_at_two() {
        let mut course = Course::begun(CaptureMoment::AtConfirmation);
        let events = course.takes(among(&[place("zrh-1", &[PLATE]), place("zrh-2", &[CUP])], 0));
        assert_eq!(events, ["RouteChosen", "StockRequested", "StockRequested"]);
        assert_eq!(course.asked(), [("zrh-1", Asked::Reserve), ("zrh-2", Asked::Reserve)]);
        assert_eq!(course.stock(1, 1, A::StockGranted), ["AnswerReceived"], "the plate is still missing");
        let events = course.stock(2, 1, A::StockGranted);
        assert_eq!(events, ["AnswerReceived", "OrderScreened", "AuthorizationRequested"]);
    }

    #[test]
    fn what_one_location_refuses_is_asked_of_others_and_waited_for_alone() {
        let mut course = Course::split(CaptureMoment::AtConfirmation);
        course.stock(1, 1, A::StockGranted);
        assert_eq!(course.stock(2, 1, A::StockRefused), ["AnswerReceived"]);
        let wake = among(&[place("zrh-1", &[PLATE]), place("zrh-2", &[])], 0);
        assert_eq!(course.takes(wake), ["RouteChosen", "StockAwaited"], "it may be split into no more than two");
        assert_eq!(course.saga().route.as_ref().unwrap().shares, []);
        assert!(course.saga().is_held() && course.saga().reservations[0].status == ReservationStatus::Granted);
        let wake = among(&[place("zrh-1", &[]), place("zrh-2", &[PLATE])], 600);
        let events = course.takes(wake);
        assert_eq!(events, ["RouteChosen", "StockRequested", "StockRenewalRequested"], "the cup is kept meanwhile");
        assert_eq!(course.asked(), [("zrh-1", Asked::Renew), ("zrh-1", Asked::Reserve)]);
        course.stock(3, 1, A::StockGranted);
        assert!(!course.saga().is_held());
        assert_eq!(course.saga().current_reservations().count(), 2);
    }

    #[test]
    fn stock_is_waited_for_no_longer_because_other_stock_is_renewed() {
        let mut course = Course::split(CaptureMoment::AtConfirmation);
        course.stock(1, 1, A::StockGranted);
        course.stock(2, 1, A::StockRefused);
        course.takes(among(&[place("zrh-1", &[PLATE]), place("zrh-2", &[PLATE])], 0));
        let until = course.saga().stock_wait.unwrap().until;
        let events = course.takes(among(&[place("zrh-1", &[PLATE]), place("zrh-2", &[PLATE])], 600));
        assert_eq!(events, ["RouteChosen", "StockAwaited", "StockRenewalRequested"]);
        course.stock(1, 2, A::StockRenewed);
        assert_eq!(course.saga().stock_wait.map(|wait| wait.until), Some(until));
    }

    #[test]
    fn what_is_reserved_of_an_order_without_the_rest_is_given_back() {
        let mut course = Course::split(CaptureMoment::AtConfirmation);
        course.stock(1, 1, A::StockGranted);
        course.stock(2, 1, A::StockRefused);
        course.takes(among(&[place("zrh-1", &[PLATE]), place("zrh-2", &[PLATE])], 0));
        let events = course.takes(among(&[place("zrh-1", &[PLATE]), place("zrh-2", &[PLATE])], 86_400));
        assert_eq!(events, ["UndoStarted", "StockReleaseRequested"]);
        assert_eq!(course.stock(1, 2, A::StockReleased), ["AnswerReceived", "SagaEnded"]);
        assert_eq!(course.saga().outcome, Some(SagaOutcome::Undone));
    }

    #[test]
    fn each_share_leaves_by_itself_and_a_rejected_one_goes_elsewhere() {
        let mut course = Course::paid(CaptureMoment::AtConfirmation);
        let status = |course: &Course| course.saga().fulfilments.iter().map(|part| part.status).collect::<Vec<_>>();
        assert_eq!(status(&course), [FulfilmentStatus::Unknown; 2]);
        for (version, kind) in [(1, A::FulfilmentRequested), (2, A::FulfilmentReleased), (3, A::FulfilmentPacked)] {
            course.fulfilment(1, version, kind);
        }
        let events = course.fulfilment(1, 4, A::FulfilmentShipped);
        assert_eq!(events, ["AnswerReceived", "StockShipmentRequested"], "its stock does not wait for the other");
        course.stock(1, 3, A::StockShipped);
        course.fulfilment(1, 5, A::FulfilmentDelivered);
        let events = course.fulfilment(2, 1, A::FulfilmentRejected);
        assert_eq!(events, ["AnswerReceived", "StockReleaseRequested"]);
        course.stock(2, 3, A::StockReleased);
        let wake = among(&[place("zrh-1", &[]), place("zrh-2", &[])], 0);
        assert_eq!(course.takes(wake), ["RouteChosen", "StockRequested"]);
        let events = course.stock(3, 1, A::StockGranted);
        assert_eq!(events, ["AnswerReceived", "StockRenewalRequested", "FulfilmentRequested"]);
        for (version, kind) in [(1, A::FulfilmentReleased), (2, A::FulfilmentPacked), (3, A::FulfilmentShipped)] {
            course.fulfilment(3, version, kind);
        }
        course.stock(3, 2, A::StockShipped);
        assert_eq!(course.fulfilment(3, 4, A::FulfilmentDelivered), ["AnswerReceived", "SagaEnded"]);
        assert_eq!(course.saga().outcome, Some(SagaOutcome::Completed));
    }

    /// Both are on their way; the parcel with the plate is lost.
    fn one_lost() -> Course {
        let mut course = Course::paid(CaptureMoment::AtConfirmation);
        for number in [1, 2] {
            for (version, kind) in [(1, A::FulfilmentReleased), (2, A::FulfilmentPacked), (3, A::FulfilmentShipped)] {
                course.fulfilment(number, version, kind);
            }
        }
        course.stock(1, 3, A::StockShipped);
        assert_eq!(course.fulfilment(2, 4, A::FulfilmentLost), ["AnswerReceived", "TaskOpened"]);
        course
    }

    #[test]
    fn a_lost_parcel_of_several_is_sent_again_from_where_its_goods_are() {
        let mut course = one_lost();
        assert_eq!(course.takes(decide(TaskKind::Lost, TaskDecision::SendAgain)), ["TaskDecided"]);
        let events = course.takes(among(&[place("zrh-1", &[]), place("zrh-2", &[PLATE])], 0));
        assert_eq!(events, ["RouteChosen", "StockRequested"]);
        assert_eq!(course.asked(), [("zrh-2", Asked::ShipStock), ("zrh-1", Asked::Reserve)]);
        course.stock(2, 3, A::StockShipped);
        let events = course.stock(3, 1, A::StockGranted);
        assert_eq!(events, ["AnswerReceived", "StockRenewalRequested", "FulfilmentRequested"], "it is paid already");
        for (version, kind) in [(1, A::FulfilmentReleased), (2, A::FulfilmentPacked), (3, A::FulfilmentShipped)] {
            course.fulfilment(3, version, kind);
        }
        course.stock(3, 2, A::StockShipped);
        assert_eq!(course.fulfilment(3, 4, A::FulfilmentDelivered), ["AnswerReceived"], "the cup is still on its way");
        assert_eq!(course.fulfilment(1, 4, A::FulfilmentDelivered), ["AnswerReceived", "SagaEnded"]);
        assert_eq!(course.saga().outcome, Some(SagaOutcome::Completed));
    }

    #[test]
    fn a_try_for_stock_is_due_no_more_once_it_was_made_also_where_other_parcels_have_left() {
        let mut course = one_lost();
        course.takes(decide(TaskKind::Lost, TaskDecision::SendAgain));
        let nowhere = among(&[place("zrh-1", &[PLATE]), place("zrh-2", &[PLATE])], 0);
        assert_eq!(course.takes(nowhere), ["RouteChosen", "StockAwaited"]);
        course.stock(2, 3, A::StockShipped);
        assert_eq!(OrderSaga::wake_at(course.state()), Some(later(600)));
        let there = among(&[place("zrh-1", &[]), place("zrh-2", &[PLATE])], 600);
        assert_eq!(course.takes(there), ["RouteChosen", "StockRequested"]);
        assert!(OrderSaga::wake_at(course.state()).unwrap() > later(600));
    }

    #[test]
    fn a_parcel_that_was_taken_for_lost_and_arrives_needs_nobody() {
        let mut course = one_lost();
        course.stock(2, 3, A::StockShipped);
        assert_eq!(course.fulfilment(2, 5, A::FulfilmentDelivered), ["AnswerReceived", "TaskWithdrawn"]);
        assert_eq!(course.fulfilment(1, 4, A::FulfilmentDelivered), ["AnswerReceived", "SagaEnded"]);
        assert_eq!(course.saga().outcome, Some(SagaOutcome::Completed));
    }

    #[test]
    fn money_that_is_taken_at_packing_is_taken_with_the_first_parcel() {
        let mut course = Course::paid(CaptureMoment::AtPacking);
        for number in [1, 2] {
            course.fulfilment(number, 1, A::FulfilmentAccepted);
        }
        assert_eq!(course.fulfilment(1, 2, A::FulfilmentPacked), ["AnswerReceived", "CaptureRequested"]);
        let released = ["AnswerReceived", "FulfilmentReleaseRequested", "FulfilmentReleaseRequested"];
        assert_eq!(course.takes(of_payment(2, A::PaymentCaptured, Some(TOTAL))), released);
        assert_eq!(course.fulfilment(2, 2, A::FulfilmentPacked), ["AnswerReceived"]);
    }
}
