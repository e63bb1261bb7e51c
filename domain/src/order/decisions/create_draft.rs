use crate::{Currency, CustomerId, Scope, TenantId, Timestamp};

use super::super::{OrderDrafted, OrderEvent, OrderRejection, OrderState};
use super::Decision;

/// Create a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateDraft {
    pub tenant: TenantId,
    pub customer: Option<CustomerId>,
    /// Of all amounts of the order.
    pub currency: Currency,
    pub at: Timestamp,
}

impl Decision for CreateDraft {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::ORDERS_DRAFT]
    }
    fn sample() -> Option<Self> {
        None
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
