use crate::decision::Decision;
use crate::{Reason, Scope, TenantId, Timestamp};

use super::super::{Location, LocationEvent, LocationPaused, LocationRejection, LocationState};
use super::{OF_STAFF, location_of};

/// Give a location no more to send. What it has, it sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PauseLocation {
    pub tenant: TenantId,
    pub note: Option<Reason>,
    pub at: Timestamp,
}

impl Decision<Location> for PauseLocation {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &LocationState) -> Result<Vec<LocationEvent>, LocationRejection> {
        let Self { tenant, note, at } = self;
        let location = location_of(state, &tenant)?;
        if location.is_paused {
            return Ok(vec![]);
        }
        let code = location.code.clone();
        Ok(vec![LocationEvent::LocationPaused(LocationPaused { code, note, at })])
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn is_paused_once() {
        given([registered()]).when(pause()).then([paused()]);
        given([registered(), paused(), resumed()]).when(pause()).then([paused()]);
        given([registered(), paused()]).when(pause()).then_nothing();
    }

    #[test]
    fn refuses_what_is_not_there_or_not_yours() {
        given([]).when(pause()).then_rejected(LocationRejection::NotFound);
        let foreign = PauseLocation { tenant: other_tenant(), note: None, at: AT };
        given([registered()]).when(foreign.into()).then_rejected(LocationRejection::OtherTenant);
    }
}
