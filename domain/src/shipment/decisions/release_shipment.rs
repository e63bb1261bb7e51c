use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{Shipment, ShipmentEvent, ShipmentRejection, ShipmentReleased, ShipmentState};
use super::{OF_ENGINE, fact, is_at_location};

/// Let it leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseShipment {
    pub at: Timestamp,
}

impl Decision<Shipment> for ReleaseShipment {
    fn scopes(&self) -> &'static [Scope] {
        OF_ENGINE
    }

    fn decide(self, state: &ShipmentState) -> Result<Vec<ShipmentEvent>, ShipmentRejection> {
        Ok(fact(state, self.at, |shipment| {
            let (order, location) = (shipment.order, shipment.location.clone());
            let is_news = is_at_location(shipment) && !shipment.released;
            is_news.then_some(ShipmentEvent::ShipmentReleased(ShipmentReleased { order, location, at: self.at }))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;

    #[test]
    fn what_is_packed_and_released_gets_a_label() {
        given([planned()]).when(release()).then([released()]);
        given([planned(), packed()]).when(release()).then([released(), label_requested(1, "postal")]);
    }

    #[test]
    fn after_a_hold_a_new_label_is_bought() {
        let voided = [labelled(), vec![held(), void_requested(2), voided(2)]].concat();
        given(voided).when(release()).then([released(), label_requested(3, "postal")]);
    }

    #[test]
    fn a_label_that_is_being_voided_is_waited_for() {
        given([labelled(), vec![held(), void_requested(2)]].concat()).when(release()).then([released()]);
    }

    #[test]
    fn a_label_that_the_carrier_keeps_is_used() {
        let kept = [labelled(), vec![held(), void_requested(2), void_refused(2)]].concat();
        given(kept).when(release()).then([released()]);
    }

    #[test]
    fn it_is_released_once_and_failed_ones_wait_for_people() {
        given([]).when(release()).then_nothing();
        given(ready()).when(release()).then_nothing();
        given([failed_history(), vec![held()]].concat()).when(release()).then([released()]);
        given([planned(), cancelled()]).when(release()).then_nothing();
    }
}
