use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{Shipment, ShipmentEvent, ShipmentHeld, ShipmentRejection, ShipmentState};
use super::{OF_ENGINE, fact, is_at_location};

/// Keep it at the location. A label that was bought is voided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldShipment {
    pub at: Timestamp,
}

impl Decision<Shipment> for HoldShipment {
    fn scopes(&self) -> &'static [Scope] {
        OF_ENGINE
    }

    fn decide(self, state: &ShipmentState) -> Result<Vec<ShipmentEvent>, ShipmentRejection> {
        Ok(fact(state, self.at, |shipment| {
            let (order, location) = (shipment.order, shipment.location.clone());
            let is_news = is_at_location(shipment) && shipment.released;
            is_news.then_some(ShipmentEvent::ShipmentHeld(ShipmentHeld { order, location, at: self.at }))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;

    #[test]
    fn a_label_in_force_is_voided() {
        given(labelled()).when(hold()).then([held(), void_requested(2)]);
    }

    #[test]
    fn a_label_that_is_being_bought_is_voided_once_it_is_there() {
        let labelling = [ready(), vec![held()]].concat();
        given(ready()).when(hold()).then([held()]);
        given(labelling).when(record_label(1)).then([bought(1), void_requested(2)]);
    }

    #[test]
    fn what_is_not_released_or_has_left_is_not_held() {
        given([]).when(hold()).then_nothing();
        given([planned()]).when(hold()).then_nothing();
        given([labelled(), vec![held()]].concat()).when(hold()).then_nothing();
        given([labelled(), vec![handed_over(20)]].concat()).when(hold()).then_nothing();
        given([labelled(), vec![cancelled()]].concat()).when(hold()).then_nothing();
    }
}
