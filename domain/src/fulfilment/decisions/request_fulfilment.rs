use crate::decision::Decision;
use crate::{LocationId, Scope, Timestamp};

use super::super::{
    Fulfilment, FulfilmentEvent, FulfilmentLine, FulfilmentRejection, FulfilmentRequested, FulfilmentState, LINES_MAX,
    RequestRefusalReason,
};
use super::Request;

/// Ask a location to send pieces of an order.
///
/// Answered by [`FulfilmentRequested`], or by [`RequestRefused`](super::super::RequestRefused) where it was asked for or cancelled
/// before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestFulfilment {
    pub request: Request,
    pub location: LocationId,
    /// At least one, at most [`LINES_MAX`].
    pub lines: Vec<FulfilmentLine>,
    pub at: Timestamp,
}

impl Decision<Fulfilment> for RequestFulfilment {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::FULFILMENT_WRITE]
    }

    fn decide(self, state: &FulfilmentState) -> Result<Vec<FulfilmentEvent>, FulfilmentRejection> {
        let Self { request, location, lines, at } = self;
        if request.is_answered(state)? {
            return Ok(vec![]);
        }
        match lines.len() {
            0 => return Err(FulfilmentRejection::NoLines),
            1..=LINES_MAX => {}
            _ => return Err(FulfilmentRejection::TooManyLines),
        }
        if request.is_for_other_order(state) {
            return Ok(request.refused(RequestRefusalReason::OtherOrder, at));
        }
        match state {
            FulfilmentState::Absent | FulfilmentState::Unrequested(_) => {
                let Request { id: request, tenant, order } = request;
                let requested = FulfilmentRequested { tenant, request, order, location, lines, at };
                Ok(vec![FulfilmentEvent::FulfilmentRequested(requested)])
            }
            FulfilmentState::Requested(_)
            | FulfilmentState::Accepted(_)
            | FulfilmentState::Picked(_)
            | FulfilmentState::Packed(_)
            | FulfilmentState::Shipped(_)
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
    fn asks_the_location() {
        given([]).when(ask(request(1))).then([requested()]);
        let early = request_refused(request(9), Refusal::NotRequested);
        given([early]).when(ask(request(1))).then([requested()]);
    }

    #[test]
    fn a_repeat_is_not_a_fact_in_any_state() {
        for history in every_stage() {
            given(history).when(ask(request(1))).then_nothing();
        }
    }

    #[test]
    fn another_request_is_answered_with_what_became_of_the_first() {
        let answers = |history: Vec<_>, reason| {
            given(history).when(ask(request(9))).then([request_refused(request(9), reason)]);
        };
        answers(vec![requested()], Refusal::AlreadyRequested);
        answers(vec![requested(), accepted()], Refusal::AlreadyRequested);
        answers(vec![requested(), rejected()], Refusal::Rejected);
        answers(vec![requested(), cancelled(5)], Refusal::Cancelled);
        answers(vec![cancelled(5)], Refusal::Cancelled);
        answers(sent(), Refusal::Shipped);
        given([requested()]).when(ask(other_order(9))).then([request_refused(other_order(9), Refusal::OtherOrder)]);
    }

    #[test]
    fn a_cancellation_before_refuses_it_however_often_it_comes() {
        let refused = request_refused(request(1), Refusal::Cancelled);
        given([cancelled(5)]).when(ask(request(1))).then([refused.clone()]);
        given([cancelled(5), refused]).when(ask(request(1))).then_nothing();
    }

    #[test]
    fn leaves_no_lines_too_many_and_other_tenants_without_an_answer() {
        let with = |lines| RequestFulfilment { lines, ..ask_of(request(1)) };
        given([]).when(with(vec![]).into()).then_rejected(FulfilmentRejection::NoLines);
        let many = vec![line("a", 1); LINES_MAX + 1];
        given([]).when(with(many).into()).then_rejected(FulfilmentRejection::TooManyLines);
        given([requested()]).when(ask(foreign(9))).then_rejected(FulfilmentRejection::OtherTenant);
        given([cancelled(5)]).when(ask(foreign(9))).then_rejected(FulfilmentRejection::OtherTenant);
    }
}
