use domain::order::{OrderCommand, PlaceOrder};
use domain::{OrderId, OrderNumber};
use event_store::{ExecuteError, Expectation};
use service_kit::auth::{Principal, Scope};

use super::input::Placement;
use super::run::{Task, require};
use super::{Answer, Caller, Code, Commands, Refusal};

/// Numbers tried before giving up. One is taken only where an import has brought it along since the block was fetched that it
/// is of, and the next block comes from behind that.
const NUMBERS_TRIED_MAX: u32 = 8;

impl Commands {
    /// Commits to a draft, under the tenant's next order number. A number that is not used in the end is a gap.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.order.place", skip_all, fields(order.id = %order_id))]
    pub async fn place(&self, caller: &Caller, order_id: OrderId, input: &Placement) -> Result<Answer, Refusal> {
        require(&caller.principal, Scope::ORDERS_PLACE)?;
        for _ in 0..NUMBERS_TRIED_MAX {
            let (store, tenant) = (self.bus.store(), &caller.principal.tenant);
            let number = OrderNumber::counted(store.next_order_number(tenant).await.map_err(ExecuteError::from)?);
            let command = self.placing(&caller.principal, number, input)?;
            let (operation, expects) = ("order.place", Expectation::Existing);
            match self.run(caller, Task { operation, order_id, line_id: None, expects, input, command }).await {
                Err(refusal) if refusal.code == Code::OrderNumberTaken => store.forget_order_numbers(tenant).await,
                result => return result,
            }
        }
        Err(Refusal::new(Code::Contended, "the next order numbers are all taken; try again"))
    }

    pub(super) fn placing(
        &self,
        principal: &Principal,
        number: OrderNumber,
        input: &Placement,
    ) -> Result<OrderCommand, Refusal> {
        require(principal, Scope::ORDERS_PLACE)?;
        Ok(OrderCommand::PlaceOrder(PlaceOrder { number, expected_total: input.expected_total, at: self.clock.now() }))
    }
}
