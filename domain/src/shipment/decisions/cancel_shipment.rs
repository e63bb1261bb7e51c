use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{Shipment, ShipmentCancelled, ShipmentEvent, ShipmentRejection, ShipmentState};
use super::{OF_ENGINE, fact, is_at_location};

/// Say that nobody wants it sent any more. A label that was bought is voided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelShipment {
    pub at: Timestamp,
}

impl Decision<Shipment> for CancelShipment {
    fn scopes(&self) -> &'static [Scope] {
        OF_ENGINE
    }

    fn decide(self, state: &ShipmentState) -> Result<Vec<ShipmentEvent>, ShipmentRejection> {
        Ok(fact(state, self.at, |shipment| {
            let (order, location) = (shipment.order, shipment.location.clone());
            let is_news = is_at_location(shipment);
            is_news.then_some(ShipmentEvent::ShipmentCancelled(ShipmentCancelled { order, location, at: self.at }))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;

    #[test]
    fn a_label_in_force_is_voided() {
        given([planned()]).when(cancel()).then([cancelled()]);
        given(labelled()).when(cancel()).then([cancelled(), void_requested(2)]);
        given(failed_history()).when(cancel()).then([cancelled()]);
    }

    #[test]
    fn a_label_that_is_being_bought_is_voided_once_it_is_there() {
        given(ready()).when(cancel()).then([cancelled()]);
        given([ready(), vec![cancelled()]].concat()).when(record_label(1)).then([bought(1), void_requested(2)]);
    }

    #[test]
    fn what_has_left_or_never_was_is_not_cancelled() {
        given([]).when(cancel()).then_nothing();
        given([planned(), cancelled()]).when(cancel()).then_nothing();
        given([planned(), by_hand()]).when(cancel()).then_nothing();
        given([labelled(), vec![handed_over(20)]].concat()).when(cancel()).then_nothing();
    }
}
