use crate::decision::Decision;
use crate::shipping_location::CarrierChoice;
use crate::{LocationId, OrderId, Scope, TenantId, Timestamp};

use super::super::{Shipment, ShipmentEvent, ShipmentPlanned, ShipmentRejection, ShipmentState};
use super::OF_ENGINE;

/// Plan the parcel of a fulfilment whose location ships with carriers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanShipment {
    pub tenant: TenantId,
    pub order: OrderId,
    pub location: LocationId,
    /// In the order in which they are asked; at least one.
    pub carriers: Vec<CarrierChoice>,
    /// Of the parcel, in grams.
    pub weight_g: u32,
    pub pieces: u32,
    pub at: Timestamp,
}

impl Decision<Shipment> for PlanShipment {
    fn scopes(&self) -> &'static [Scope] {
        OF_ENGINE
    }

    fn decide(self, state: &ShipmentState) -> Result<Vec<ShipmentEvent>, ShipmentRejection> {
        let Self { tenant, order, location, carriers, weight_g, pieces, at } = self;
        Ok(match state {
            ShipmentState::Absent => vec![ShipmentEvent::ShipmentPlanned(ShipmentPlanned {
                tenant,
                carriers,
                order,
                location,
                weight_g,
                pieces,
                at,
            })],
            ShipmentState::Known(_) => vec![],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;

    #[test]
    fn a_shipment_is_planned_once() {
        given([]).when(plan()).then([planned()]);
        for history in every_stage() {
            given(history).when(plan()).then_nothing();
        }
    }
}
