use crate::decision::Decision;
use crate::reservation::RequestedLine;
use crate::{CustomerId, Money, OrderId, Scope, TenantId, Timestamp};

use super::super::flow::with_consequences;
use super::super::{
    FLOW_VERSION, OrderSaga, OrderSagaEvent, OrderSagaRejection, OrderSagaState, SagaPolicy, SagaStarted, Signals,
};

/// Begin to fulfil an order, in the append that places it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartSaga {
    pub order: OrderId,
    pub tenant: TenantId,
    pub customer: Option<CustomerId>,
    /// A SKU may be on several lines.
    pub lines: Vec<RequestedLine>,
    pub total: Money,
    pub policy: Box<SagaPolicy>,
    pub signals: Signals,
    pub at: Timestamp,
}

impl Decision<OrderSaga> for StartSaga {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::ORDERS_PLACE]
    }

    fn decide(self, state: &OrderSagaState) -> Result<Vec<OrderSagaEvent>, OrderSagaRejection> {
        if state.saga().is_some() {
            return Ok(vec![]);
        }
        let Self { order, tenant, customer, lines, total, policy, signals, at } = self;
        let flow = FLOW_VERSION;
        let policy = *policy;
        let started = SagaStarted { order, tenant, customer, policy, signals, flow, lines, total, at };
        with_consequences(state, vec![OrderSagaEvent::SagaStarted(started)], at)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;

    #[test]
    fn asks_for_stock_at_the_first_location() {
        given([]).when(start()).then([started(), stock_requested(1, "zrh-1", 1, AT)]);
    }

    #[test]
    fn a_repeat_is_not_a_fact() {
        given([started(), stock_requested(1, "zrh-1", 1, AT)]).when(start()).then_nothing();
    }
}
