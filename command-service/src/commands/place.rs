use domain::order::{OrderCommand, PlaceOrder};
use domain::{OrderId, OrderNumber};
use event_store::{ExecuteError, Expectation};
use service_kit::auth::{Principal, Scope};

use super::input::Placement;
use super::run::{Task, require};
use super::{Answer, Caller, Code, Commands, Refusal};

/// Most numbers that one placement attempts. A number is taken only if an import has claimed it since its block was
/// fetched, and the next block begins after that one.
const NUMBER_ATTEMPTS_MAX: u32 = 8;

impl Commands {
    /// Places a draft under the tenant's next order number. A number that is not used leaves a gap.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.order.place", skip_all, fields(order.id = %order_id))]
    pub async fn place(&self, caller: &Caller, order_id: OrderId, input: &Placement) -> Result<Answer, Refusal> {
        require(&caller.principal, Scope::ORDERS_PLACE)?;
        for _ in 0..NUMBER_ATTEMPTS_MAX {
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
