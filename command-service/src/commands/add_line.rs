use domain::order::{AddLine, OrderCommand};
use domain::{LineId, OrderId};
use event_store::Expectation;
use service_kit::auth::{Principal, Scope};

use super::input::NewLine;
use super::run::{Task, require};
use super::{Answer, Caller, Code, Commands, Refusal};

impl Commands {
    /// Adds a line to a draft, at a price that the caller must be allowed to set.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.order.add_line", skip_all, fields(order.id = %order_id))]
    pub async fn add_line(&self, caller: &Caller, order_id: OrderId, input: &NewLine) -> Result<Answer, Refusal> {
        let line_id = input.line_id.unwrap_or_else(|| LineId::new(self.ids.ordered()));
        let command = self.addition(&caller.principal, line_id, input)?;
        let (line_id, expects) = (Some(line_id), Expectation::Existing);
        self.run(caller, Task { operation: "order.add_line", order_id, line_id, expects, input, command }).await
    }

    pub(super) fn addition(
        &self,
        principal: &Principal,
        line_id: LineId,
        input: &NewLine,
    ) -> Result<OrderCommand, Refusal> {
        require(principal, Scope::ORDERS_DRAFT)?;
        // There is no catalogue to price a line, so every new line brings its price.
        if !principal.scopes.contains(Scope::ORDERS_PRICE) {
            let detail =
                format!("a new line brings its price, and setting prices needs the scope {}", Scope::ORDERS_PRICE);
            return Err(Refusal::new(Code::PriceScopeRequired, detail));
        }
        Ok(OrderCommand::AddLine(AddLine {
            line_id,
            sku: input.sku.clone(),
            description: input.description.clone(),
            quantity: input.quantity,
            unit_price: input.unit_price,
            at: self.clock.now(),
        }))
    }
}
