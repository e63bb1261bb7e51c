use crate::decision::Decision;
use crate::{Scope, TenantId, Timestamp};

use super::super::{Location, LocationChanged, LocationDetails, LocationEvent, LocationRejection, LocationState};
use super::{OF_STAFF, location_of};

/// Change what is known of a location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeLocation {
    pub tenant: TenantId,
    /// All of it.
    pub details: LocationDetails,
    pub at: Timestamp,
}

impl Decision<Location> for ChangeLocation {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &LocationState) -> Result<Vec<LocationEvent>, LocationRejection> {
        let Self { tenant, details, at } = self;
        let location = location_of(state, &tenant)?;
        details.check()?;
        if location.details == details {
            return Ok(vec![]);
        }
        let code = location.code.clone();
        Ok(vec![LocationEvent::LocationChanged(LocationChanged { code, details, at })])
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn all_details_are_given_anew_also_while_it_is_paused() {
        given([registered()]).when(change(kitchen())).then([changed(kitchen())]);
        given([registered(), paused()]).when(change(kitchen())).then([changed(kitchen())]);
        given([registered()]).when(change(details())).then_nothing();
    }

    #[test]
    fn refuses_what_is_not_there_or_not_yours() {
        given([]).when(change(kitchen())).then_rejected(LocationRejection::NotFound);
        let foreign = ChangeLocation { tenant: other_tenant(), details: kitchen(), at: AT };
        given([registered()]).when(foreign.into()).then_rejected(LocationRejection::OtherTenant);
    }
}
