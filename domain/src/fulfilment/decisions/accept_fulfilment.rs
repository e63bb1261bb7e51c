use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{Fulfilment, FulfilmentAccepted, FulfilmentEvent, FulfilmentRejection, FulfilmentState};
use super::OF_STAFF;

/// Say that the location will send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptFulfilment {
    pub at: Timestamp,
}

impl Decision<Fulfilment> for AcceptFulfilment {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &FulfilmentState) -> Result<Vec<FulfilmentEvent>, FulfilmentRejection> {
        match state {
            FulfilmentState::Requested(job) => {
                let order = job.inbox.order;
                Ok(vec![FulfilmentEvent::FulfilmentAccepted(FulfilmentAccepted { order, at: self.at })])
            }
            FulfilmentState::Accepted(_)
            | FulfilmentState::Picked(_)
            | FulfilmentState::Packed(_)
            | FulfilmentState::Shipped(_)
            | FulfilmentState::Delivered(_)
            | FulfilmentState::Lost(_) => Ok(vec![]),
            FulfilmentState::Absent
            | FulfilmentState::Unrequested(_)
            | FulfilmentState::Rejected(_)
            | FulfilmentState::Cancelled(_) => Err(state.forbids("accepted")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn the_location_accepts_once() {
        given([requested()]).when(accept()).then([accepted()]);
        given([requested(), released(2)]).when(accept()).then([accepted()]);
        given([requested(), accepted()]).when(accept()).then_nothing();
        given(sent()).when(accept()).then_nothing();
    }

    #[test]
    fn what_has_ended_or_was_never_asked_for_cannot_be_accepted() {
        given([]).when(accept()).then_rejected(FulfilmentRejection::NotRequested);
        given([requested(), rejected()]).when(accept()).then_rejected(not_allowed("Rejected", "accepted"));
        given([cancelled(5)]).when(accept()).then_rejected(not_allowed("Cancelled", "accepted"));
    }
}
