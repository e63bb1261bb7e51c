//! The course of an order of a cup and a plate, for tests: commands one after the other, and what each leads to.

use crate::order_saga::decisions::fixtures::*;
use crate::order_saga::{
    Answer, AnswerKind as A, Asked, Candidate, CaptureMoment, LearnAnswer, OrderSaga, OrderSagaCommand, OrderSagaState,
    Part, RearrangeShares, Routing, Saga, SagaPolicy, Wake, WantedShare,
};
use crate::reservation::RequestedLine;
use crate::{Decider, FulfilmentId, LocationId, Operator, Quantity, ReservationId, Sku, StoredEvent};

pub(in crate::order_saga) const CUP: &str = "cup";
pub(in crate::order_saga) const PLATE: &str = "plate";

fn line(sku: &str) -> RequestedLine {
    RequestedLine { sku: Sku::try_new(sku).unwrap(), quantity: Quantity::try_new(1).unwrap() }
}

pub(in crate::order_saga) fn place(code: &str, lacks: &[&str]) -> Candidate {
    let lacks = lacks.iter().map(|sku| Sku::try_new(*sku).unwrap()).collect();
    Candidate { location: LocationId::try_new(code).unwrap(), facts: None, lacks }
}

/// The saga of an order of a cup and a plate.
pub(in crate::order_saga) struct Course(OrderSagaState);

impl Course {
    pub(in crate::order_saga) fn begun(capture: CaptureMoment) -> Self {
        let policy = SagaPolicy { routing: Routing::Best, parcels_max: 2, capture, ..policy() };
        let mut course = Self(OrderSaga::initial());
        course.takes(start_of(vec![line(CUP), line(PLATE)], TOTAL, policy));
        course
    }

    /// Split: the cup from zrh-1, the plate from zrh-2.
    pub(in crate::order_saga) fn split(capture: CaptureMoment) -> Self {
        let mut course = Self::begun(capture);
        course.takes(among(&[place("zrh-1", &[PLATE]), place("zrh-2", &[CUP])], 0));
        course
    }

    /// What a command leads to, by name.
    pub(in crate::order_saga) fn takes(&mut self, command: impl Into<OrderSagaCommand>) -> Vec<String> {
        let events = OrderSaga::decide(&self.0, command.into()).unwrap();
        self.0 = events.iter().try_fold(self.0.clone(), OrderSaga::evolve).unwrap();
        events.iter().map(|event| event.event_type().to_owned()).collect()
    }

    pub(in crate::order_saga) fn stock(&mut self, number: u32, version: u32, kind: A) -> Vec<String> {
        self.takes(told(Part::Reservation(ReservationId::of(order(), number)), version, kind))
    }

    pub(in crate::order_saga) fn fulfilment(&mut self, number: u32, version: u32, kind: A) -> Vec<String> {
        self.takes(told(Part::Fulfilment(FulfilmentId::of(order(), number)), version, kind))
    }

    /// Both reserved and paid, so that both are asked for.
    pub(in crate::order_saga) fn paid(capture: CaptureMoment) -> Self {
        let mut course = Self::split(capture);
        course.stock(1, 1, A::StockGranted);
        course.stock(2, 1, A::StockGranted);
        course.takes(of_payment(1, A::PaymentAuthorized, None));
        if capture == CaptureMoment::AtConfirmation {
            course.takes(of_payment(2, A::PaymentCaptured, Some(TOTAL)));
        }
        course.stock(1, 2, A::StockRenewed);
        course.stock(2, 2, A::StockRenewed);
        course
    }

    /// Reserved at one location and paid.
    pub(in crate::order_saga) fn paid_whole() -> Self {
        let mut course = Self::begun(CaptureMoment::AtConfirmation);
        course.takes(among(&[place("zrh-1", &[]), place("zrh-2", &[])], 0));
        course.stock(1, 1, A::StockGranted);
        course.takes(of_payment(1, A::PaymentAuthorized, None));
        course.takes(of_payment(2, A::PaymentCaptured, Some(TOTAL)));
        course.stock(1, 2, A::StockRenewed);
        course
    }

    /// A command that has fulfilments sent otherwise: locations with their SKUs.
    pub(in crate::order_saga) fn rearranged(
        fulfilments: &[FulfilmentId],
        shares: &[(&str, &[&str])],
    ) -> OrderSagaCommand {
        let share = |(location, skus): &(&str, &[&str])| WantedShare {
            location: LocationId::try_new(*location).unwrap(),
            skus: skus.iter().map(|sku| Sku::try_new(*sku).unwrap()).collect(),
        };
        let (fulfilments, shares) = (fulfilments.to_vec(), shares.iter().map(share).collect());
        let by = Operator::try_new("chef").unwrap();
        RearrangeShares { tenant: tenant(), fulfilments, shares, by, at: AT }.into()
    }

    pub(in crate::order_saga) fn state(&self) -> &OrderSagaState {
        &self.0
    }

    pub(in crate::order_saga) fn saga(&self) -> &Saga {
        self.0.saga().unwrap()
    }

    /// What is pending, by location.
    pub(in crate::order_saga) fn asked(&self) -> Vec<(&str, Asked)> {
        let pending = self.saga().reservations.iter();
        pending.filter_map(|part| Some((part.location.as_str(), part.ask?.asked))).collect()
    }
}

pub(in crate::order_saga) fn among(candidates: &[Candidate], seconds: u32) -> Wake {
    Wake { candidates: Some(candidates.to_vec()), at: later(seconds) }
}

fn told(part: Part, version: u32, kind: A) -> LearnAnswer {
    LearnAnswer { part, version, answer: Answer { expires_at: Some(later(900)), ..Answer::plain(kind) }, at: AT }
}
