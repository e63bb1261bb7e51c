use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{Fulfilment, FulfilmentDelivered, FulfilmentEvent, FulfilmentRejection, FulfilmentState};
use super::OF_STAFF;

/// Say that it has arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliverFulfilment {
    pub at: Timestamp,
}

impl Decision<Fulfilment> for DeliverFulfilment {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &FulfilmentState) -> Result<Vec<FulfilmentEvent>, FulfilmentRejection> {
        match state {
            FulfilmentState::Shipped(shipment) => {
                let order = shipment.inbox.order;
                Ok(vec![FulfilmentEvent::FulfilmentDelivered(FulfilmentDelivered { order, at: self.at })])
            }
            FulfilmentState::Delivered(_) => Ok(vec![]),
            FulfilmentState::Absent
            | FulfilmentState::Unrequested(_)
            | FulfilmentState::Requested(_)
            | FulfilmentState::Accepted(_)
            | FulfilmentState::Picked(_)
            | FulfilmentState::Packed(_)
            | FulfilmentState::Lost(_)
            | FulfilmentState::Rejected(_)
            | FulfilmentState::Cancelled(_) => Err(state.forbids("delivered")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn what_was_shipped_is_delivered_once() {
        given(sent()).when(deliver()).then([delivered()]);
        given([sent(), vec![delivered()]].concat()).when(deliver()).then_nothing();
    }

    #[test]
    fn what_is_at_the_location_or_lost_is_not_delivered() {
        given([]).when(deliver()).then_rejected(FulfilmentRejection::NotRequested);
        given([requested()]).when(deliver()).then_rejected(not_allowed("Requested", "delivered"));
        given([sent(), vec![lost()]].concat()).when(deliver()).then_rejected(not_allowed("Lost", "delivered"));
    }
}
