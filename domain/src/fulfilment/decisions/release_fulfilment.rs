use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{
    Fulfilment, FulfilmentEvent, FulfilmentRejection, FulfilmentReleased, FulfilmentState, RequestRefusalReason,
};
use super::Request;

/// Let a fulfilment leave, since it is paid and nothing holds it. It may come while the location has not accepted or packed yet.
///
/// Answered by [`FulfilmentReleased`], or by [`RequestRefused`](super::super::RequestRefused) where there is nothing at the location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseFulfilment {
    pub request: Request,
    pub at: Timestamp,
}

impl Decision<Fulfilment> for ReleaseFulfilment {
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
        match state.job() {
            Some(_) => {
                let Request { id: request, order, tenant: _ } = request;
                Ok(vec![FulfilmentEvent::FulfilmentReleased(FulfilmentReleased { request, order, at })])
            }
            None => Ok(request.refused_by(state, at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;
    use crate::fulfilment::RequestRefusalReason as Refusal;

    #[test]
    fn lets_it_leave_however_far_the_location_is() {
        given([requested()]).when(release(request(2))).then([released(2)]);
        given([requested(), accepted()]).when(release(request(2))).then([released(2)]);
        given([requested(), accepted(), packed()]).when(release(request(2))).then([released(2)]);
        given([requested(), held(3)]).when(release(request(2))).then([released(2)]);
    }

    #[test]
    fn another_release_is_answered_too_and_a_repeat_is_not() {
        given([requested(), released(2)]).when(release(request(3))).then([released(3)]);
        given([requested(), released(2)]).when(release(request(2))).then_nothing();
        given([requested(), released(2), held(3)]).when(release(request(2))).then_nothing();
    }

    #[test]
    fn is_refused_where_nothing_is_at_the_location() {
        let answers = |history: Vec<_>, reason| {
            given(history).when(release(request(9))).then([request_refused(request(9), reason)]);
        };
        answers(vec![], Refusal::NotRequested);
        answers(vec![cancelled(5)], Refusal::Cancelled);
        answers(vec![requested(), rejected()], Refusal::Rejected);
        answers(sent(), Refusal::Shipped);
        given([requested()]).when(release(other_order(9))).then([request_refused(other_order(9), Refusal::OtherOrder)]);
        given([requested()]).when(release(foreign(9))).then_rejected(FulfilmentRejection::OtherTenant);
    }
}
