use domain::OrderId;
use domain::order::{OrderCommand, RemoveLine};
use event_store::Expectation;
use service_kit::auth::{Principal, Scope};

use super::input::LineRemoval;
use super::run::{Task, require};
use super::{Answer, Caller, Commands, Refusal};

impl Commands {
    /// Removes a line from a draft. A line that does not exist counts as removed.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.order.remove_line", skip_all, fields(order.id = %order_id))]
    pub async fn remove_line(
        &self,
        caller: &Caller,
        order_id: OrderId,
        input: &LineRemoval,
    ) -> Result<Answer, Refusal> {
        let command = self.removal(&caller.principal, input)?;
        let (operation, expects) = ("order.remove_line", Expectation::Existing);
        self.run(caller, Task { operation, order_id, line_id: None, expects, input, command }).await
    }

    pub(super) fn removal(&self, principal: &Principal, input: &LineRemoval) -> Result<OrderCommand, Refusal> {
        require(principal, Scope::ORDERS_DRAFT)?;
        Ok(OrderCommand::RemoveLine(RemoveLine { line_id: input.line_id, at: self.clock.now() }))
    }
}
