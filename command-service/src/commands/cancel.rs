use domain::OrderId;
use domain::order::{CancelOrder, CancelReason, OrderCommand};
use event_store::Expectation;
use service_kit::auth::{Principal, Scope};

use super::input::Cancellation;
use super::run::{Task, require};
use super::{Answer, Caller, Code, Commands, Refusal};

impl Commands {
    /// Cancels an order. The caller must give the version that it has seen.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.order.cancel", skip_all, fields(order.id = %order_id))]
    pub async fn cancel(&self, caller: &Caller, order_id: OrderId, input: &Cancellation) -> Result<Answer, Refusal> {
        let command = self.cancellation(&caller.principal, input)?;
        if caller.expected.is_none() {
            return Err(Refusal::new(Code::VersionRequired, "send If-Match with the ETag of the order as you know it"));
        }
        let (operation, expects) = ("order.cancel", Expectation::Existing);
        self.run(caller, Task { operation, order_id, line_id: None, expects, input, command }).await
    }

    pub(super) fn cancellation(&self, principal: &Principal, input: &Cancellation) -> Result<OrderCommand, Refusal> {
        require(principal, Scope::ORDERS_CANCEL)?;
        if principal.customer.is_some() && input.reason != CancelReason::Customer {
            return Err(Refusal::new(Code::Forbidden, "a customer cancels with the reason CUSTOMER"));
        }
        Ok(OrderCommand::CancelOrder(CancelOrder {
            reason: input.reason,
            note: input.note.clone(),
            at: self.clock.now(),
        }))
    }
}
