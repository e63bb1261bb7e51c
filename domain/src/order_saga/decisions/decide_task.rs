use crate::decision::Decision;
use crate::{Operator, Reason, Scope, TenantId, Timestamp};

use super::super::flow::with_consequences;
use super::super::{
    OrderSaga, OrderSagaEvent, OrderSagaRejection, OrderSagaState, TaskDecided, TaskDecision, TaskKind,
};
use super::saga_of;

/// Decide the open task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecideTask {
    pub tenant: TenantId,
    /// As whoever decides knows the task, so that nobody decides another one than they have seen.
    pub task: TaskKind,
    pub decision: TaskDecision,
    pub note: Option<Reason>,
    pub by: Operator,
    pub at: Timestamp,
}

impl Decision<OrderSaga> for DecideTask {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::SAGA_OPERATE]
    }

    fn decide(self, state: &OrderSagaState) -> Result<Vec<OrderSagaEvent>, OrderSagaRejection> {
        let task = saga_of(state, &self.tenant)?.task.as_ref().ok_or(OrderSagaRejection::NoTask)?;
        if task.kind != self.task {
            return Err(OrderSagaRejection::NoTask);
        }
        let is_review = task.kind == TaskKind::Review;
        let is_offered = match self.decision {
            TaskDecision::Approve => is_review,
            TaskDecision::Continue => !is_review && task.kind != TaskKind::Lost,
            TaskDecision::Undo => true,
            TaskDecision::SendAgain => task.kind == TaskKind::Lost,
        };
        if !is_offered {
            return Err(OrderSagaRejection::DecisionNotOffered);
        }
        let Self { task, decision, note, by, at, .. } = self;
        with_consequences(state, vec![OrderSagaEvent::TaskDecided(TaskDecided { task, decision, note, by, at })], at)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use crate::order_saga::{OrderSagaRejection, TaskDecision as D, TaskKind};

    #[test]
    fn an_approved_order_is_paid() {
        given(in_review())
            .when(decide(TaskKind::Review, D::Approve))
            .then([decided(TaskKind::Review, D::Approve), authorization_requested(1, 1)]);
    }

    #[test]
    fn a_rejected_order_is_undone() {
        given(in_review())
            .when(decide(TaskKind::Review, D::Undo))
            .then([decided(TaskKind::Review, D::Undo), release_requested(1)]);
    }

    #[test]
    fn only_what_is_open_and_offered_is_decided() {
        given(in_review())
            .when(decide(TaskKind::Review, D::Continue))
            .then_rejected(OrderSagaRejection::DecisionNotOffered);
        given(in_review())
            .when(decide(TaskKind::Review, D::SendAgain))
            .then_rejected(OrderSagaRejection::DecisionNotOffered);
        given(in_review()).when(decide(TaskKind::Lost, D::Undo)).then_rejected(OrderSagaRejection::NoTask);
        given(asked_for_stock()).when(decide(TaskKind::Review, D::Undo)).then_rejected(OrderSagaRejection::NoTask);
    }
}
