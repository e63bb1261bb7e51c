use domain::OrderId;
use domain::order::{ChangeLineQuantity, OrderCommand};
use event_store::Expectation;
use service_kit::auth::{Principal, Scope};

use super::input::LineQuantity;
use super::run::{Task, require};
use super::{Answer, Caller, Commands, Refusal};

impl Commands {
    /// Changes the quantity of a draft's line.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.order.change_line_quantity", skip_all, fields(order.id = %order_id))]
    pub async fn change_line_quantity(
        &self,
        caller: &Caller,
        order_id: OrderId,
        input: &LineQuantity,
    ) -> Result<Answer, Refusal> {
        let command = self.quantity_change(&caller.principal, input)?;
        let (operation, expects) = ("order.change_line_quantity", Expectation::Existing);
        self.run(caller, Task { operation, order_id, line_id: None, expects, input, command }).await
    }

    pub(super) fn quantity_change(&self, principal: &Principal, input: &LineQuantity) -> Result<OrderCommand, Refusal> {
        require(principal, Scope::ORDERS_DRAFT)?;
        Ok(OrderCommand::ChangeLineQuantity(ChangeLineQuantity {
            line_id: input.line_id,
            quantity: input.quantity,
            at: self.clock.now(),
        }))
    }
}
