use std::collections::BTreeSet;

use crate::decision::Decision;
use crate::{LocationId, Scope, TenantId, Timestamp};

use super::super::{
    CARRIERS_MAX, CarrierChoice, PARCEL_WEIGHT_G_MAX, ShippingDetails, ShippingLocation, ShippingLocationEvent,
    ShippingLocationRejection, ShippingLocationState, ShippingSet,
};
use super::OF_STAFF;

/// Let a location ship with carriers, or with other ones. What is planned already stays as it was planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetShipping {
    pub tenant: TenantId,
    pub location: LocationId,
    /// In the order in which they are asked.
    pub carriers: Vec<CarrierChoice>,
    /// Of one parcel, in grams.
    pub parcel_weight_g: u32,
    pub at: Timestamp,
}

impl Decision<ShippingLocation> for SetShipping {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &ShippingLocationState) -> Result<Vec<ShippingLocationEvent>, ShippingLocationRejection> {
        let Self { tenant, location, carriers, parcel_weight_g, at } = self;
        if state.tenant().is_some_and(|own| *own != tenant) {
            return Err(ShippingLocationRejection::OtherTenant);
        }
        if carriers.is_empty() || carriers.len() > CARRIERS_MAX {
            return Err(ShippingLocationRejection::CarrierCount);
        }
        if carriers.iter().collect::<BTreeSet<_>>().len() < carriers.len() {
            return Err(ShippingLocationRejection::CarrierTwice);
        }
        if !(1..=PARCEL_WEIGHT_G_MAX).contains(&parcel_weight_g) {
            return Err(ShippingLocationRejection::Weight);
        }
        let is_same = |known: &ShippingDetails| known.carriers == carriers && known.parcel_weight_g == parcel_weight_g;
        if state.details().is_some_and(is_same) {
            return Ok(vec![]);
        }
        let set = ShippingSet { tenant, location, carriers, parcel_weight_g, at };
        Ok(vec![ShippingLocationEvent::ShippingSet(set)])
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn a_location_ships_with_carriers_and_then_with_others() {
        given([]).when(set(&["postal", "courier"])).then([was_set(&["postal", "courier"])]);
        given([was_set(&["postal"])]).when(set(&["courier"])).then([was_set(&["courier"])]);
        given([was_set(&["postal"]), stopped()]).when(set(&["postal"])).then([was_set(&["postal"])]);
    }

    #[test]
    fn a_repeat_is_no_fact() {
        given([was_set(&["postal"])]).when(set(&["postal"])).then_nothing();
    }

    #[test]
    fn one_service_of_two_carriers_and_two_services_of_one_are_told_apart() {
        let express = SetShipping { carriers: vec![choice("postal"), express("postal")], ..setting(&["postal"]) };
        assert_eq!(given([]).when(express.into()).events().len(), 1);
        given([]).when(set(&["postal", "postal"])).then_rejected(ShippingLocationRejection::CarrierTwice);
    }

    #[test]
    fn refuses_too_few_too_many_too_heavy_and_other_tenants() {
        given([]).when(set(&[])).then_rejected(ShippingLocationRejection::CarrierCount);
        given([]).when(set(&["a", "b", "c", "d", "e", "f"])).then_rejected(ShippingLocationRejection::CarrierCount);
        for parcel_weight_g in [0, PARCEL_WEIGHT_G_MAX + 1] {
            let heavy = SetShipping { parcel_weight_g, ..setting(&["postal"]) };
            given([]).when(heavy.into()).then_rejected(ShippingLocationRejection::Weight);
        }
        let foreign = SetShipping { tenant: other_tenant(), ..setting(&["postal"]) };
        given([was_set(&["postal"])]).when(foreign.into()).then_rejected(ShippingLocationRejection::OtherTenant);
    }
}
