use std::sync::Arc;

use axum::extract::{Request, State};
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed, optional_text};
use command_kit::{Caller, Fields, Refusal, Task};
use domain::order::{CreateDraft, OrderCommand};
use domain::{Currency, CustomerId, OrderId};
use event_store::Expectation;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::Created;
use super::path::order_id;
use super::receipt::Receipt;
use super::service::permit;
use super::{Command, Orders, Outcome, Trying, body, code};

pub(super) const COMMAND: Command = Command {
    name: "create",
    routes: || OpenApiRouter::default().routes(routes!(create_order)),
    dry_run,
    link: None,
    texts: &[
        Text::new("NewOrder", "id", Form::UuidV7, 36),
        Text::new("NewOrder", "customer", Form::Ascii, 64),
        Text::new("NewOrder", "currency", Form::Currency, 3),
    ],
};

/// Begin a draft.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"customer": "c-1", "currency": "EUR"}))]
struct NewOrder {
    /// Your own id for the order, a UUIDv7.
    #[schema(value_type = Option<Uuid>, example = "01936f2a-7c00-7abc-8def-0123456789ab")]
    #[serde(default, deserialize_with = "optional_text")]
    id: Option<String>,
    /// The id of the customer. A customer may leave it out for her own orders.
    #[schema(max_length = 64)]
    #[serde(default, deserialize_with = "optional_text")]
    customer: Option<String>,
    /// The currency of the order, as an ISO 4217 code.
    #[schema(example = "EUR")]
    currency: String,
}

/// A draft to begin. It is no [`CreateDraft`], since id and customer may be left out: a repeat without them is the same request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewDraft {
    /// The client's own id, a UUIDv7; one is made where it gives none.
    pub id: Option<OrderId>,
    /// For whom; a customer's own where she gives none.
    pub customer: Option<CustomerId>,
    pub currency: Currency,
}

impl NewOrder {
    fn check(self) -> Result<NewDraft, Refusal> {
        let mut fields = Fields::default();
        let id = fields.check_optional("/id", self.id, |id| order_id(&id));
        let customer = fields.check_optional("/customer", self.customer, CustomerId::try_new);
        let currency = fields.check("/currency", Currency::current(&self.currency));
        fields.finish(|| Some(NewDraft { id: id?, customer: customer?, currency: currency? }))
    }
}

impl Orders {
    /// Begins a draft. A customer's drafts are her own.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.order.create_draft", skip_all, fields(order.id = %order_id))]
    pub async fn create_draft(&self, caller: &Caller, order_id: OrderId, input: &NewDraft) -> Result<Outcome, Refusal> {
        let own = &caller.principal.customer;
        let command = OrderCommand::CreateDraft(CreateDraft {
            tenant: caller.principal.tenant.clone(),
            customer: own.as_ref().or(input.customer.as_ref()).cloned(),
            currency: input.currency,
            at: self.now(),
        });
        permit(&caller.principal, &command)?;
        if own.is_some() && input.customer.is_some() && *own != input.customer {
            return Err(Refusal::new(code::CUSTOMER_NOT_YOURS, "a customer orders for nobody else"));
        }
        let id = &order_id.to_string();
        let task = Task { operation: "order.create_draft", id, expects: Expectation::New, input, command };
        self.run_task(caller, order_id, task).await
    }
}

/// Begin a draft
///
/// A customer begins drafts for herself; staff may name a customer.
#[utoipa::path(post, path = "/v1/orders", tag = "drafts", request_body = NewOrder, responses(
    (status = 201, description = "The draft was begun.", body = Receipt),
    (status = 200, description = "The same draft had been begun under another key.", body = Receipt),
))]
async fn create_order(
    State(orders): State<Arc<Orders>>,
    Keyed(caller): Keyed,
    JsonBody(body): JsonBody<NewOrder>,
) -> Result<Created, Refusal> {
    let input = body.check()?;
    let order = input.id.unwrap_or_else(|| orders.new_order_id());
    orders.create_draft(&caller, order, &input).await.map(Created)
}

fn dry_run(orders: Arc<Orders>, caller: Caller, order: OrderId, request: Request) -> Trying {
    Box::pin(async move {
        let input = body::<NewOrder>(request).await?.check()?;
        orders.create_draft(&caller, order, &input).await
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_form_is_what_kept_keys_are_compared_with() {
        // Changing this makes a repeat across releases another request.
        let order = NewOrder { id: None, customer: Some("c-1".to_owned()), currency: "EUR".to_owned() };
        let form = serde_json::to_string(&order.check().unwrap()).unwrap();
        assert_eq!(form, r#"{"id":null,"customer":"c-1","currency":"EUR"}"#);
    }
}
