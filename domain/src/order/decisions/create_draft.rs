use crate::decision::Decision;
use crate::{Currency, CustomerId, Scope, TenantId, Timestamp};

use super::super::{Order, OrderDrafted, OrderEvent, OrderRejection, OrderState};
use super::Sample;

/// Create a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateDraft {
    pub tenant: TenantId,
    pub customer: Option<CustomerId>,
    /// Of all amounts of the order.
    pub currency: Currency,
    pub at: Timestamp,
}

impl Decision<Order> for CreateDraft {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::ORDERS_DRAFT]
    }
    fn decide(self, state: &OrderState) -> Result<Vec<OrderEvent>, OrderRejection> {
        match state {
            OrderState::Absent => Ok(vec![OrderEvent::OrderDrafted(OrderDrafted {
                tenant: self.tenant,
                customer: self.customer,
                currency: self.currency,
                at: self.at,
            })]),
            OrderState::Draft(draft)
                if (&draft.tenant, &draft.customer, draft.currency)
                    == (&self.tenant, &self.customer, self.currency) =>
            {
                Ok(vec![])
            }
            _ => Err(OrderRejection::OrderExists),
        }
    }
}

impl Sample for CreateDraft {
    fn sample() -> Option<Self> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use crate::{order::OrderRejection, testing::given};

    #[test]
    fn begins_a_draft() {
        given([]).when(create_draft()).then([drafted()]);
    }

    #[test]
    fn a_repeat_is_not_a_fact() {
        given([drafted()]).when(create_draft()).then_nothing();
    }

    #[test]
    fn refuses_an_id_that_is_taken() {
        given([drafted()]).when(create_draft_for("someone-else")).then_rejected(OrderRejection::OrderExists);
        given(placed_history()).when(create_draft()).then_rejected(OrderRejection::OrderExists);
    }
}
