use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{Fulfilment, FulfilmentEvent, FulfilmentPicked, FulfilmentRejection, FulfilmentState};
use super::OF_STAFF;

/// Say that its goods were fetched from their places. Whoever says that it is packed need not have said this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickFulfilment {
    pub at: Timestamp,
}

impl Decision<Fulfilment> for PickFulfilment {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &FulfilmentState) -> Result<Vec<FulfilmentEvent>, FulfilmentRejection> {
        match state {
            FulfilmentState::Accepted(job) => {
                let order = job.inbox.order;
                Ok(vec![FulfilmentEvent::FulfilmentPicked(FulfilmentPicked { order, at: self.at })])
            }
            FulfilmentState::Picked(_)
            | FulfilmentState::Packed(_)
            | FulfilmentState::Shipped(_)
            | FulfilmentState::Delivered(_)
            | FulfilmentState::Lost(_) => Ok(vec![]),
            FulfilmentState::Absent
            | FulfilmentState::Unrequested(_)
            | FulfilmentState::Requested(_)
            | FulfilmentState::Rejected(_)
            | FulfilmentState::Cancelled(_) => Err(state.forbids("picked")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn what_was_accepted_is_picked_once_released_or_not() {
        given([requested(), accepted()]).when(pick()).then([picked()]);
        given([requested(), released(2), accepted()]).when(pick()).then([picked()]);
        given([requested(), accepted(), picked()]).when(pick()).then_nothing();
        given([requested(), accepted(), packed()]).when(pick()).then_nothing();
        given(sent()).when(pick()).then_nothing();
    }

    #[test]
    fn nothing_else_can_be_picked() {
        given([]).when(pick()).then_rejected(FulfilmentRejection::NotRequested);
        given([requested()]).when(pick()).then_rejected(not_allowed("Requested", "picked"));
        given([requested(), rejected()]).when(pick()).then_rejected(not_allowed("Rejected", "picked"));
    }
}
