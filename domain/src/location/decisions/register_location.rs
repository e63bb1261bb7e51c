use crate::decision::Decision;
use crate::{LocationId, Scope, TenantId, Timestamp};

use super::super::{Location, LocationDetails, LocationEvent, LocationRegistered, LocationRejection, LocationState};
use super::OF_STAFF;

/// Register a place that sends goods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterLocation {
    pub tenant: TenantId,
    pub code: LocationId,
    pub details: LocationDetails,
    pub at: Timestamp,
}

impl Decision<Location> for RegisterLocation {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &LocationState) -> Result<Vec<LocationEvent>, LocationRejection> {
        let Self { tenant, code, details, at } = self;
        details.check()?;
        match state.location() {
            None => Ok(vec![LocationEvent::LocationRegistered(LocationRegistered { tenant, code, details, at })]),
            Some(location) if location.tenant != tenant => Err(LocationRejection::OtherTenant),
            Some(location) if location.details == details => Ok(vec![]),
            Some(_) => Err(LocationRejection::Exists),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;
    use crate::location::{PREFIXES_MAX, ZONES_MAX};

    #[test]
    fn a_place_begins_to_send() {
        given([]).when(register(details())).then([registered()]);
    }

    #[test]
    fn a_repeat_is_not_a_fact_and_other_details_are_a_change() {
        given([registered()]).when(register(details())).then_nothing();
        given([registered(), paused()]).when(register(details())).then_nothing();
        given([registered()]).when(register(kitchen())).then_rejected(LocationRejection::Exists);
        given([registered(), changed(kitchen())]).when(register(kitchen())).then_nothing();
    }

    #[test]
    fn refuses_other_tenants_and_too_much() {
        let foreign = RegisterLocation { tenant: other_tenant(), ..registration(details()) };
        given([registered()]).when(foreign.into()).then_rejected(LocationRejection::OtherTenant);
        let zones = LocationDetails { zones: vec![zone(0); ZONES_MAX + 1], ..details() };
        given([]).when(register(zones)).then_rejected(LocationRejection::TooManyZones);
        let prefixes = LocationDetails { zones: vec![zone(PREFIXES_MAX), zone(1)], ..details() };
        given([]).when(register(prefixes)).then_rejected(LocationRejection::TooManyPrefixes);
    }
}
