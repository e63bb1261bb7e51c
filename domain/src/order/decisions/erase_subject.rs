use crate::decision::Decision;
use crate::{Scope, SubjectId, Timestamp};

use super::super::{Order, OrderEvent, OrderRejection, OrderState, SubjectErased};
use super::Sample;

/// Record that the key of the order's personal data was destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EraseSubject {
    pub subject: SubjectId,
    pub at: Timestamp,
}

impl Decision<Order> for EraseSubject {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::PRIVACY_ERASE]
    }

    /// Never refused for an order that exists: the key is destroyed, whatever state the order is in.
    fn decide(self, state: &OrderState) -> Result<Vec<OrderEvent>, OrderRejection> {
        match state {
            OrderState::Absent => Err(OrderRejection::NotFound),
            state if state.erased().contains(&self.subject) => Ok(vec![]),
            OrderState::Draft(_)
            | OrderState::Placed(_)
            | OrderState::Confirmed(_)
            | OrderState::Completed(_)
            | OrderState::Rejected(_)
            | OrderState::Cancelled(_)
            | OrderState::Expired(_)
            | OrderState::Imported(_) => {
                Ok(vec![OrderEvent::SubjectErased(SubjectErased { subject: self.subject, at: self.at })])
            }
        }
    }
}

impl Sample for EraseSubject {
    fn sample() -> Option<Self> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use crate::{
        order::{CancelReason, OrderRejection},
        testing::given,
    };

    #[test]
    fn is_recorded_in_every_state() {
        given([drafted()]).when(erase("customer:c-1")).then([erased("customer:c-1")]);
        given(placed_history()).when(erase("customer:c-1")).then([erased("customer:c-1")]);
        given([drafted(), cancelled()]).when(erase("customer:c-1")).then([erased("customer:c-1")]);
        given([imported()]).when(erase("customer:c-1")).then([erased("customer:c-1")]);
    }

    #[test]
    fn a_repeat_is_not_a_fact() {
        given([drafted(), erased("customer:c-1")]).when(erase("customer:c-1")).then_nothing();
        given([imported(), erased("customer:c-1")]).when(erase("customer:c-1")).then_nothing();
    }

    #[test]
    fn the_order_goes_on_as_before() {
        given([drafted(), erased("customer:c-1")]).when(cancel(CancelReason::Customer)).then([cancelled()]);
    }

    #[test]
    fn nothing_is_no_order() {
        given([]).when(erase("customer:c-1")).then_rejected(OrderRejection::NotFound);
    }
}
