use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{
    Fulfilment, FulfilmentCancelled, FulfilmentEvent, FulfilmentRejection, FulfilmentState, RequestRefusalReason,
};
use super::Request;

/// Do not send it.
///
/// Answered by [`FulfilmentCancelled`], also where it was not asked for yet: the request may come later, and must then be refused.
/// Answered by [`RequestRefused`](super::super::RequestRefused) where it has left the location, and where there is nothing left to
/// stop; its reason says which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelFulfilment {
    pub request: Request,
    pub at: Timestamp,
}

impl Decision<Fulfilment> for CancelFulfilment {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::FULFILMENT_WRITE]
    }

    fn decide(self, state: &FulfilmentState) -> Result<Vec<FulfilmentEvent>, FulfilmentRejection> {
        let Self { request, at } = self;
        if request.is_answered(state)? {
            return Ok(vec![]);
        }
        if request.is_for_other_order(state) {
            return Ok(request.refused(RequestRefusalReason::OtherOrder, at));
        }
        match state {
            FulfilmentState::Absent
            | FulfilmentState::Unrequested(_)
            | FulfilmentState::Requested(_)
            | FulfilmentState::Accepted(_)
            | FulfilmentState::Picked(_)
            | FulfilmentState::Packed(_) => {
                let Request { id: request, tenant, order } = request;
                let cancelled = FulfilmentCancelled { tenant, request, order, at };
                Ok(vec![FulfilmentEvent::FulfilmentCancelled(cancelled)])
            }
            FulfilmentState::Shipped(_)
            | FulfilmentState::Delivered(_)
            | FulfilmentState::Lost(_)
            | FulfilmentState::Rejected(_)
            | FulfilmentState::Cancelled(_) => Ok(request.refused_by(state, at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;
    use crate::fulfilment::RequestRefusalReason as Refusal;

    #[test]
    fn stops_what_has_not_left() {
        given([requested()]).when(cancel(request(5))).then([cancelled(5)]);
        given([requested(), accepted()]).when(cancel(request(5))).then([cancelled(5)]);
        given([requested(), accepted(), packed(), released(2)]).when(cancel(request(5))).then([cancelled(5)]);
    }

    #[test]
    fn leaves_a_mark_where_nothing_was_asked_for() {
        given([]).when(cancel(request(5))).then([cancelled(5)]);
        given([request_refused(request(9), Refusal::NotRequested)]).when(cancel(request(5))).then([cancelled(5)]);
    }

    #[test]
    fn a_repeat_is_not_a_fact() {
        given([cancelled(5)]).when(cancel(request(5))).then_nothing();
        given([requested(), cancelled(5)]).when(cancel(request(5))).then_nothing();
    }

    #[test]
    fn answers_that_it_has_left_or_that_there_is_nothing_to_stop() {
        let answers = |history: Vec<_>, reason| {
            given(history).when(cancel(request(9))).then([request_refused(request(9), reason)]);
        };
        answers(sent(), Refusal::Shipped);
        answers([sent(), vec![delivered()]].concat(), Refusal::Shipped);
        answers([sent(), vec![lost()]].concat(), Refusal::Shipped);
        answers(vec![requested(), rejected()], Refusal::Rejected);
        answers(vec![requested(), cancelled(5)], Refusal::Cancelled);
    }

    #[test]
    fn is_refused_for_another_order_and_left_without_an_answer_for_another_tenant() {
        given([requested()]).when(cancel(other_order(9))).then([request_refused(other_order(9), Refusal::OtherOrder)]);
        given([requested()]).when(cancel(foreign(9))).then_rejected(FulfilmentRejection::OtherTenant);
    }
}
