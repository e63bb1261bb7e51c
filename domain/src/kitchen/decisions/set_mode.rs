use crate::decision::Decision;
use crate::{Scope, TenantId, Timestamp};

use super::super::{Kitchen, KitchenEvent, KitchenMode, KitchenRejection, KitchenState, ModeChanged};
use super::{OF_STAFF, kitchen_of};

/// Pause a kitchen, let it go on, or say that it is in a rush.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetMode {
    pub tenant: TenantId,
    pub mode: KitchenMode,
    pub at: Timestamp,
}

impl Decision<Kitchen> for SetMode {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &KitchenState) -> Result<Vec<KitchenEvent>, KitchenRejection> {
        let Self { tenant, mode, at } = self;
        let kitchen = kitchen_of(state, &tenant)?;
        if kitchen.mode == mode {
            return Ok(vec![]);
        }
        Ok(vec![KitchenEvent::ModeChanged(ModeChanged { location: kitchen.location.clone(), mode, at })])
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn a_kitchen_is_in_one_mode() {
        given(set_up()).when(set_mode(KitchenMode::Normal)).then_nothing();
        given(set_up()).when(set_mode(KitchenMode::Rush)).then([mode(KitchenMode::Rush)]);
        given([set_up(), vec![mode(KitchenMode::Paused)]].concat())
            .when(set_mode(KitchenMode::Normal))
            .then([mode(KitchenMode::Normal)]);
    }
}
