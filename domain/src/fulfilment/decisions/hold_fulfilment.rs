use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{
    Fulfilment, FulfilmentEvent, FulfilmentHeld, FulfilmentRejection, FulfilmentState, RequestRefusalReason,
};
use super::Request;

/// Take the release of a fulfilment back, since it is not paid after all or something holds the order. What was packed stays so.
///
/// Answered by [`FulfilmentHeld`], or by [`RequestRefused`](super::super::RequestRefused) where there is nothing at the location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldFulfilment {
    pub request: Request,
    pub at: Timestamp,
}

impl Decision<Fulfilment> for HoldFulfilment {
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
                Ok(vec![FulfilmentEvent::FulfilmentHeld(FulfilmentHeld { request, order, at })])
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
    fn takes_the_release_back_as_long_as_it_has_not_left() {
        given([requested(), released(2)]).when(hold(request(3))).then([held(3)]);
        given([requested(), accepted(), packed(), released(2)]).when(hold(request(3))).then([held(3)]);
        given([requested()]).when(hold(request(3))).then([held(3)]);
        given([requested(), held(3)]).when(hold(request(3))).then_nothing();
        given(sent()).when(hold(request(9))).then([request_refused(request(9), Refusal::Shipped)]);
    }

    #[test]
    fn is_refused_where_nothing_was_asked_for_and_for_another_order() {
        given([]).when(hold(request(9))).then([request_refused(request(9), Refusal::NotRequested)]);
        given([requested()]).when(hold(other_order(9))).then([request_refused(other_order(9), Refusal::OtherOrder)]);
        given([requested()]).when(hold(foreign(9))).then_rejected(FulfilmentRejection::OtherTenant);
    }
}
