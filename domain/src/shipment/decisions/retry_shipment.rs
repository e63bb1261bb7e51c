use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{Shipment, ShipmentEvent, ShipmentRejection, ShipmentRetried, ShipmentState, Stage};
use super::OF_STAFF;

/// Ask the carriers again, from the first one on, after all of them have refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryShipment {
    pub at: Timestamp,
}

impl Decision<Shipment> for RetryShipment {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &ShipmentState) -> Result<Vec<ShipmentEvent>, ShipmentRejection> {
        let failed = state.shipment().filter(|shipment| shipment.stage == Stage::Failed);
        let shipment = failed.ok_or_else(|| state.forbids("retried"))?;
        let (order, location) = (shipment.order, shipment.location.clone());
        let retried = ShipmentEvent::ShipmentRetried(ShipmentRetried { order, location, at: self.at });
        Ok(shipment.with_consequences(vec![retried], self.at))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn the_first_carrier_is_asked_again() {
        given(failed_history()).when(retry()).then([retried(), label_requested(3, "postal")]);
        given([failed_history(), vec![held()]].concat()).when(retry()).then([retried()]);
    }

    #[test]
    fn what_has_not_failed_is_not_retried() {
        given([]).when(retry()).then_rejected(ShipmentRejection::NotFound);
        given(labelled()).when(retry()).then_rejected(not_allowed("Labelled", "retried"));
        given([planned(), cancelled()]).when(retry()).then_rejected(not_allowed("Cancelled", "retried"));
    }
}
