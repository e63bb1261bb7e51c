use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{Fulfilment, FulfilmentEvent, FulfilmentLost, FulfilmentRejection, FulfilmentState};
use super::OF_STAFF;

/// Say that the carrier lost it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoseFulfilment {
    pub at: Timestamp,
}

impl Decision<Fulfilment> for LoseFulfilment {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &FulfilmentState) -> Result<Vec<FulfilmentEvent>, FulfilmentRejection> {
        match state {
            FulfilmentState::Shipped(shipment) => {
                let order = shipment.inbox.order;
                Ok(vec![FulfilmentEvent::FulfilmentLost(FulfilmentLost { order, at: self.at })])
            }
            FulfilmentState::Lost(_) => Ok(vec![]),
            FulfilmentState::Absent
            | FulfilmentState::Unrequested(_)
            | FulfilmentState::Requested(_)
            | FulfilmentState::Accepted(_)
            | FulfilmentState::Picked(_)
            | FulfilmentState::Packed(_)
            | FulfilmentState::Delivered(_)
            | FulfilmentState::Rejected(_)
            | FulfilmentState::Cancelled(_) => Err(state.forbids("lost")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn what_was_shipped_is_lost_once() {
        given(sent()).when(lose()).then([lost()]);
        given([sent(), vec![lost()]].concat()).when(lose()).then_nothing();
    }

    #[test]
    fn what_is_at_the_location_or_was_delivered_is_not_lost() {
        given([]).when(lose()).then_rejected(FulfilmentRejection::NotRequested);
        given([requested(), accepted()]).when(lose()).then_rejected(not_allowed("Accepted", "lost"));
        given([sent(), vec![delivered()]].concat()).when(lose()).then_rejected(not_allowed("Delivered", "lost"));
    }
}
