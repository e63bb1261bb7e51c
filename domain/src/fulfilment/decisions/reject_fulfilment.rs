use crate::decision::Decision;
use crate::{Reason, Scope, Timestamp};

use super::super::{
    Fulfilment, FulfilmentEvent, FulfilmentRejected, FulfilmentRejection, FulfilmentRejectionReason, FulfilmentState,
};
use super::OF_STAFF;

/// Say that the location will not send it, also after it was accepted: what was thought to be there may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectFulfilment {
    pub reason: FulfilmentRejectionReason,
    /// In the staff's words.
    pub note: Option<Reason>,
    pub at: Timestamp,
}

impl Decision<Fulfilment> for RejectFulfilment {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &FulfilmentState) -> Result<Vec<FulfilmentEvent>, FulfilmentRejection> {
        match state {
            FulfilmentState::Requested(job) | FulfilmentState::Accepted(job) | FulfilmentState::Picked(job) => {
                let Self { reason, note, at } = self;
                let order = job.inbox.order;
                Ok(vec![FulfilmentEvent::FulfilmentRejected(FulfilmentRejected { order, reason, note, at })])
            }
            FulfilmentState::Rejected(_) => Ok(vec![]),
            FulfilmentState::Absent
            | FulfilmentState::Unrequested(_)
            | FulfilmentState::Packed(_)
            | FulfilmentState::Shipped(_)
            | FulfilmentState::Delivered(_)
            | FulfilmentState::Lost(_)
            | FulfilmentState::Cancelled(_) => Err(state.forbids("rejected")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn the_location_rejects_before_it_has_packed() {
        given([requested()]).when(reject()).then([rejected()]);
        given([requested(), accepted(), released(2)]).when(reject()).then([rejected()]);
        given([requested(), rejected()]).when(reject()).then_nothing();
    }

    #[test]
    fn nothing_else_can_be_rejected() {
        given([]).when(reject()).then_rejected(FulfilmentRejection::NotRequested);
        given([requested(), accepted(), picked()]).when(reject()).then([rejected()]);
        given([requested(), accepted(), packed()]).when(reject()).then_rejected(not_allowed("Packed", "rejected"));
        given([cancelled(5)]).when(reject()).then_rejected(not_allowed("Cancelled", "rejected"));
        given(sent()).when(reject()).then_rejected(not_allowed("Shipped", "rejected"));
    }
}
