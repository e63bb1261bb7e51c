use domain::OrderId;
use domain::order::{CancelOrder, CancelReason, OrderCommand};
use event_store::Expectation;
use service_kit::auth::{Principal, Scope};

use super::run::{Task, require};
use super::{Answer, Caller, Commands, Refusal};

impl Commands {
    /// Discards a draft.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.order.discard", skip_all, fields(order.id = %order_id))]
    pub async fn discard(&self, caller: &Caller, order_id: OrderId) -> Result<Answer, Refusal> {
        let command = self.discarding(&caller.principal)?;
        let (operation, expects) = ("order.discard", Expectation::Existing);
        self.run(caller, Task { operation, order_id, line_id: None, expects, input: &(), command }).await
    }

    pub(super) fn discarding(&self, principal: &Principal) -> Result<OrderCommand, Refusal> {
        require(principal, Scope::ORDERS_DRAFT)?;
        Ok(OrderCommand::CancelOrder(CancelOrder { reason: CancelReason::Discarded, note: None, at: self.clock.now() }))
    }
}
