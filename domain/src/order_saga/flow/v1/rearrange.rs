//! Sending otherwise what has not left: the fulfilments are stopped and their stock is given back before anything is asked for anew, so
//! that nothing is sent twice and a location can have the stock that another share of the order held.

use super::super::super::asked::Asked;
use super::super::super::event::{OrderSagaEvent, RearrangementDropped, SharesRearranged};
use super::super::super::state::{Ask, FulfilmentPart, FulfilmentStatus, ReservationStatus};
use super::super::overdue::Asking;
use super::super::stage::Stage;

impl Asking<'_> {
    /// Stops what is to be sent otherwise. Reservations of fulfilments that were stopped are given back as those of rejected ones are.
    pub(super) fn rearrange(&self) -> Stage {
        let saga = self.saga;
        let Some(wanted) = &saga.rearrangement else { return Stage::Done };
        let stopped: Vec<&FulfilmentPart> =
            saga.fulfilments.iter().filter(|part| wanted.fulfilments.contains(&part.id)).collect();
        if stopped.iter().any(|part| part.status.has_left()) {
            return Stage::next(OrderSagaEvent::RearrangementDropped(RearrangementDropped { at: self.at }));
        }
        let is_over =
            |part: &FulfilmentPart| matches!(part.status, FulfilmentStatus::Rejected | FulfilmentStatus::Cancelled);
        let is_asked = |part: &FulfilmentPart| Ask::is_pending(part.ask, Asked::CancelFulfilment);
        if let Some(part) = stopped.iter().find(|part| !is_over(part) && !is_asked(part)) {
            return self.of_fulfilment(part, Asked::CancelFulfilment, 1).map_or(Stage::Done, Stage::next);
        }
        let holds_stock = |part: &&FulfilmentPart| {
            let share = saga.reservation_behind(part).map(|reservation| reservation.share);
            let mut of_share = saga.reservations.iter().filter(|one| Some(one.share) == share);
            of_share.any(|one| matches!(one.status, ReservationStatus::Granted | ReservationStatus::Unknown))
        };
        if stopped.iter().all(|part| is_over(part) && !holds_stock(part)) {
            return Stage::next(OrderSagaEvent::SharesRearranged(SharesRearranged { at: self.at }));
        }
        Stage::Done
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::course::{CUP, Course, PLATE, among, place};
    use crate::FulfilmentId;
    use crate::order_saga::decisions::fixtures::order;
    use crate::order_saga::{AnswerKind as A, Asked, CaptureMoment, FulfilmentStatus, SagaOutcome};

    fn id(number: u32) -> FulfilmentId {
        FulfilmentId::of(order(), number)
    }

    /// Brings a fulfilment from its request to its delivery.
    fn is_delivered(course: &mut Course, number: u32) -> Vec<String> {
        for (version, kind) in [(1, A::FulfilmentReleased), (2, A::FulfilmentPacked), (3, A::FulfilmentShipped)] {
            course.fulfilment(number, version, kind);
        }
        course.stock(number, 3, A::StockShipped);
        course.fulfilment(number, 4, A::FulfilmentDelivered)
    }

    #[test]
    fn two_parcels_become_one() {
        let mut course = Course::paid(CaptureMoment::AtConfirmation);
        let events = course.takes(Course::rearranged(&[id(1), id(2)], &[("zrh-2", &[PLATE, CUP])]));
        assert_eq!(events, ["RearrangementOrdered", "FulfilmentCancelRequested", "FulfilmentCancelRequested"]);
        assert_eq!(course.fulfilment(1, 1, A::FulfilmentCancelled), ["AnswerReceived", "StockReleaseRequested"]);
        assert_eq!(course.stock(1, 3, A::StockReleased), ["AnswerReceived"], "the other one may still leave");
        course.fulfilment(2, 1, A::FulfilmentCancelled);
        let events = course.stock(2, 3, A::StockReleased);
        assert_eq!(events, ["AnswerReceived", "SharesRearranged", "StockRequested"]);
        assert_eq!(course.asked(), [("zrh-2", Asked::Reserve)]);
        let events = course.stock(3, 1, A::StockGranted);
        assert_eq!(events, ["AnswerReceived", "StockRenewalRequested", "FulfilmentRequested"], "it is paid already");
        course.stock(3, 2, A::StockRenewed);
        assert_eq!(is_delivered(&mut course, 3), ["AnswerReceived", "SagaEnded"]);
        assert_eq!(course.saga().outcome, Some(SagaOutcome::Completed));
    }

    #[test]
    fn one_parcel_becomes_two_and_moves() {
        let mut course = Course::paid_whole();
        course.takes(Course::rearranged(&[id(1)], &[("zrh-1", &[CUP]), ("zrh-2", &[PLATE])]));
        course.fulfilment(1, 1, A::FulfilmentCancelled);
        let events = course.stock(1, 3, A::StockReleased);
        assert_eq!(events, ["AnswerReceived", "SharesRearranged", "StockRequested", "StockRequested"]);
        assert_eq!(course.asked(), [("zrh-1", Asked::Reserve), ("zrh-2", Asked::Reserve)]);
    }

    #[test]
    fn what_leaves_before_it_is_stopped_is_sent_as_it_was() {
        let mut course = Course::paid(CaptureMoment::AtConfirmation);
        course.takes(Course::rearranged(&[id(1), id(2)], &[("zrh-2", &[CUP, PLATE])]));
        course.fulfilment(1, 1, A::FulfilmentCancelled);
        let events = course.fulfilment(2, 1, A::FulfilmentShipped);
        assert_eq!(events, ["AnswerReceived", "RearrangementDropped"]);
        assert!(course.saga().rearrangement.is_none());
        let status = course.saga().fulfilments.iter().map(|part| part.status).collect::<Vec<_>>();
        assert_eq!(status, [FulfilmentStatus::Cancelled, FulfilmentStatus::Shipped]);
        course.stock(1, 3, A::StockReleased);
        let events = course.takes(among(&[place("zrh-1", &[]), place("zrh-2", &[PLATE])], 0));
        assert_eq!(events, ["RouteChosen", "StockRequested"], "what was stopped is sent anew");
    }
}
