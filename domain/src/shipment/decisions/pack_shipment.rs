use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{Shipment, ShipmentEvent, ShipmentPacked, ShipmentRejection, ShipmentState};
use super::{OF_ENGINE, fact, is_at_location};

/// Say that the parcel lies ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackShipment {
    pub at: Timestamp,
}

impl Decision<Shipment> for PackShipment {
    fn scopes(&self) -> &'static [Scope] {
        OF_ENGINE
    }

    fn decide(self, state: &ShipmentState) -> Result<Vec<ShipmentEvent>, ShipmentRejection> {
        Ok(fact(state, self.at, |shipment| {
            let (order, location) = (shipment.order, shipment.location.clone());
            let is_news = is_at_location(shipment) && !shipment.packed;
            is_news.then_some(ShipmentEvent::ShipmentPacked(ShipmentPacked { order, location, at: self.at }))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;

    #[test]
    fn what_is_packed_and_released_gets_a_label() {
        given([planned()]).when(pack()).then([packed()]);
        given([planned(), released()]).when(pack()).then([packed(), label_requested(1, "postal")]);
        given([planned(), released(), held()]).when(pack()).then([packed()]);
    }

    #[test]
    fn it_is_packed_once_and_only_while_it_is_at_the_location() {
        given([]).when(pack()).then_nothing();
        given(ready()).when(pack()).then_nothing();
        given([planned(), cancelled()]).when(pack()).then_nothing();
        given([planned(), by_hand()]).when(pack()).then_nothing();
    }
}
