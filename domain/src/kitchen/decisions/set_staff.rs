use crate::decision::Decision;
use crate::{Scope, TenantId, Timestamp};

use super::super::{Kitchen, KitchenEvent, KitchenRejection, KitchenState, STAFF_MAX, Staff, StaffChanged};
use super::{OF_STAFF, kitchen_of};

/// Say who is on shift. Whoever has something in hand finishes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetStaff {
    pub tenant: TenantId,
    pub staff: Staff,
    pub at: Timestamp,
}

impl Decision<Kitchen> for SetStaff {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &KitchenState) -> Result<Vec<KitchenEvent>, KitchenRejection> {
        let Self { tenant, staff, at } = self;
        let kitchen = kitchen_of(state, &tenant)?;
        if staff.on_shift > STAFF_MAX {
            return Err(KitchenRejection::Staff);
        }
        if kitchen.staff == staff {
            return Ok(vec![]);
        }
        let (location, Staff { on_shift, simulated }) = (kitchen.location.clone(), staff);
        Ok(vec![KitchenEvent::StaffChanged(StaffChanged { location, on_shift, simulated, at })])
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn people_come_and_go() {
        given(set_up()).when(set_staff(5, false)).then([staff(5)]);
        given(set_up()).when(set_staff(2, false)).then_nothing();
        given(set_up()).when(set_staff(2, true)).then([simulated_staff(2)]);
        given(set_up()).when(set_staff(STAFF_MAX + 1, false)).then_rejected(KitchenRejection::Staff);
        given([]).when(set_staff(1, false)).then_rejected(KitchenRejection::NotFound);
    }
}
