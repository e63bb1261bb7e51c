use crate::decision::Decision;
use crate::{Scope, Timestamp};

use super::super::{Order, OrderEvent, OrderExpired, OrderRejection, OrderState};
use super::{Sample, draft_of};

/// Give up a draft. Whoever expires it knows since when nobody has changed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpireDraft {
    pub at: Timestamp,
}

impl Decision<Order> for ExpireDraft {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::SAGA_OPERATE]
    }
    fn decide(self, state: &OrderState) -> Result<Vec<OrderEvent>, OrderRejection> {
        if matches!(state, OrderState::Expired(_)) {
            return Ok(vec![]);
        }
        draft_of(state, "ExpireDraft")?;
        Ok(vec![OrderEvent::OrderExpired(OrderExpired { at: self.at })])
    }
}

impl Sample for ExpireDraft {
    fn sample() -> Option<Self> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use crate::{order::OrderRejection, testing::given};

    #[test]
    fn expires_a_draft_once() {
        given([drafted()]).when(expire()).then([expired()]);
        given([drafted(), expired()]).when(expire()).then_nothing();
    }

    #[test]
    fn refuses_what_is_no_draft() {
        given([]).when(expire()).then_rejected(OrderRejection::NotFound);
        given(placed_history()).when(expire()).then_rejected(not_allowed("Placed", "ExpireDraft"));
    }

    #[test]
    fn an_expired_draft_is_neither_changed_nor_placed() {
        given([drafted(), expired()]).when(place(None)).then_rejected(not_allowed("Expired", "PlaceOrder"));
    }
}
