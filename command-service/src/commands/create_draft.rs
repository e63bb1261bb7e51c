use domain::OrderId;
use domain::order::{CreateDraft, OrderCommand};
use event_store::Expectation;
use service_kit::auth::{Principal, Scope};

use super::input::NewDraft;
use super::run::{Task, require};
use super::{Answer, Caller, Code, Commands, Refusal};

impl Commands {
    /// Begins a draft. A customer's drafts are her own.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.order.create_draft", skip_all, fields(order.id))]
    pub async fn create_draft(&self, caller: &Caller, input: &NewDraft) -> Result<Answer, Refusal> {
        let order_id = input.id.unwrap_or_else(|| OrderId::new(self.ids.ordered()));
        tracing::Span::current().record("order.id", tracing::field::display(order_id));
        let command = self.creation(&caller.principal, input)?;
        let expects = Expectation::New;
        let task = Task { operation: "order.create_draft", order_id, line_id: None, expects, input, command };
        self.run(caller, task).await
    }

    pub(super) fn creation(&self, principal: &Principal, input: &NewDraft) -> Result<OrderCommand, Refusal> {
        require(principal, Scope::ORDERS_DRAFT)?;
        let customer = match (&principal.customer, &input.customer) {
            (Some(own), None) => Some(own.clone()),
            (Some(own), Some(given)) if own != given => {
                return Err(Refusal::new(Code::CustomerNotYours, "a customer orders for nobody else"));
            }
            (_, given) => given.clone(),
        };
        Ok(OrderCommand::CreateDraft(CreateDraft {
            tenant: principal.tenant.clone(),
            customer,
            currency: input.currency,
            at: self.clock.now(),
        }))
    }
}
