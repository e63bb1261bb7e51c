use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{Fulfilment, FulfilmentEvent, FulfilmentPacked, FulfilmentRejection, FulfilmentState};
use super::OF_STAFF;

/// Say that it lies ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackFulfilment {
    pub at: Timestamp,
}

impl Decision<Fulfilment> for PackFulfilment {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &FulfilmentState) -> Result<Vec<FulfilmentEvent>, FulfilmentRejection> {
        match state {
            FulfilmentState::Accepted(job) | FulfilmentState::Picked(job) => {
                let order = job.inbox.order;
                Ok(vec![FulfilmentEvent::FulfilmentPacked(FulfilmentPacked { order, at: self.at })])
            }
            FulfilmentState::Packed(_)
            | FulfilmentState::Shipped(_)
            | FulfilmentState::Delivered(_)
            | FulfilmentState::Lost(_) => Ok(vec![]),
            FulfilmentState::Absent
            | FulfilmentState::Unrequested(_)
            | FulfilmentState::Requested(_)
            | FulfilmentState::Rejected(_)
            | FulfilmentState::Cancelled(_) => Err(state.forbids("packed")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn what_was_accepted_is_packed_once_released_or_not() {
        given([requested(), accepted()]).when(pack()).then([packed()]);
        given([requested(), released(2), accepted()]).when(pack()).then([packed()]);
        given([requested(), accepted(), picked()]).when(pack()).then([packed()]);
        given([requested(), accepted(), packed()]).when(pack()).then_nothing();
        given(sent()).when(pack()).then_nothing();
    }

    #[test]
    fn nothing_else_can_be_packed() {
        given([]).when(pack()).then_rejected(FulfilmentRejection::NotRequested);
        given([requested()]).when(pack()).then_rejected(not_allowed("Requested", "packed"));
        given([requested(), accepted(), cancelled(5)]).when(pack()).then_rejected(not_allowed("Cancelled", "packed"));
    }
}
