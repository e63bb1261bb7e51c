use crate::decision::Decision;
use crate::{Scope, TenantId, Timestamp};

use super::super::{Location, LocationEvent, LocationRejection, LocationResumed, LocationState};
use super::{OF_STAFF, location_of};

/// Give a location orders again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResumeLocation {
    pub tenant: TenantId,
    pub at: Timestamp,
}

impl Decision<Location> for ResumeLocation {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &LocationState) -> Result<Vec<LocationEvent>, LocationRejection> {
        let Self { tenant, at } = self;
        let location = location_of(state, &tenant)?;
        if !location.is_paused {
            return Ok(vec![]);
        }
        let code = location.code.clone();
        Ok(vec![LocationEvent::LocationResumed(LocationResumed { code, at })])
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn is_resumed_once() {
        given([registered(), paused()]).when(resume()).then([resumed()]);
        given([registered()]).when(resume()).then_nothing();
        given([registered(), paused(), resumed()]).when(resume()).then_nothing();
    }

    #[test]
    fn refuses_what_is_not_there_or_not_yours() {
        given([]).when(resume()).then_rejected(LocationRejection::NotFound);
        let foreign = ResumeLocation { tenant: other_tenant(), at: AT };
        given([registered()]).when(foreign.into()).then_rejected(LocationRejection::OtherTenant);
    }
}
