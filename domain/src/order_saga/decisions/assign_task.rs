use crate::decision::Decision;
use crate::{Operator, Scope, TenantId, Timestamp};

use super::super::{OrderSaga, OrderSagaEvent, OrderSagaRejection, OrderSagaState, TaskAssigned};
use super::saga_of;

/// Take the open task, or give it to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignTask {
    pub tenant: TenantId,
    pub assignee: Operator,
    pub by: Operator,
    pub at: Timestamp,
}

impl Decision<OrderSaga> for AssignTask {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::SAGA_OPERATE]
    }

    fn decide(self, state: &OrderSagaState) -> Result<Vec<OrderSagaEvent>, OrderSagaRejection> {
        let task = saga_of(state, &self.tenant)?.task.as_ref().ok_or(OrderSagaRejection::NoTask)?;
        if task.assignee.as_ref() == Some(&self.assignee) {
            return Ok(vec![]);
        }
        Ok(vec![OrderSagaEvent::TaskAssigned(TaskAssigned { assignee: self.assignee, by: self.by, at: self.at })])
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use crate::order_saga::OrderSagaRejection;

    #[test]
    fn an_open_task_is_taken_and_given_on() {
        given(in_review()).when(assign("ann")).then([assigned("ann")]);
        given([in_review(), vec![assigned("ann")]].concat()).when(assign("bob")).then([assigned("bob")]);
        given([in_review(), vec![assigned("ann")]].concat()).when(assign("ann")).then_nothing();
    }

    #[test]
    fn there_is_nothing_to_take_without_a_task() {
        given(asked_for_stock()).when(assign("ann")).then_rejected(OrderSagaRejection::NoTask);
        given([]).when(assign("ann")).then_rejected(OrderSagaRejection::NotFound);
    }
}
