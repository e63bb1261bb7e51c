use crate::decision::Decision;
use crate::{Scope, TenantId, Timestamp};

use super::super::{
    ShippingLocation, ShippingLocationEvent, ShippingLocationRejection, ShippingLocationState, ShippingStopped,
};
use super::OF_STAFF;

/// Let a location ship by hand. What is planned already stays as it was planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopShipping {
    pub tenant: TenantId,
    pub at: Timestamp,
}

impl Decision<ShippingLocation> for StopShipping {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &ShippingLocationState) -> Result<Vec<ShippingLocationEvent>, ShippingLocationRejection> {
        let tenant = state.tenant().ok_or(ShippingLocationRejection::NotFound)?;
        if *tenant != self.tenant {
            return Err(ShippingLocationRejection::OtherTenant);
        }
        let Some(details) = state.details() else { return Ok(vec![]) };
        let stopped = ShippingStopped { location: details.location.clone(), at: self.at };
        Ok(vec![ShippingLocationEvent::ShippingStopped(stopped)])
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn is_stopped_once() {
        given([was_set(&["postal"])]).when(stop()).then([stopped()]);
        given([was_set(&["postal"]), stopped()]).when(stop()).then_nothing();
    }

    #[test]
    fn refuses_what_is_not_there_or_not_yours() {
        given([]).when(stop()).then_rejected(ShippingLocationRejection::NotFound);
        let foreign = || StopShipping { tenant: other_tenant(), at: AT }.into();
        given([was_set(&["postal"])]).when(foreign()).then_rejected(ShippingLocationRejection::OtherTenant);
        given([was_set(&["postal"]), stopped()]).when(foreign()).then_rejected(ShippingLocationRejection::OtherTenant);
    }
}
