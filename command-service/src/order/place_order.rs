use std::sync::Arc;

use axum::extract::{FromRequest, Request, State};
use command_kit::http::{Keyed, MoneyView, OptionalJsonBody};
use command_kit::{Caller, Fields, Refusal};
use domain::order::{OrderCommand, PlaceOrder};
use domain::{Currency, CurrencyError, Money, OrderId, OrderNumber, TenantId};
use event_store::ExecuteError;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::OrderPath;
use super::receipt::Receipt;
use super::saga::{Begin, Told};
use super::service::{of_bus, permit};
use super::{Command, Link, Orders, Outcome, Trying, code};
use command_kit::http::form::{Form, Text};

pub(super) const COMMAND: Command = Command {
    name: "place",
    routes: || OpenApiRouter::default().routes(routes!(place_order)),
    dry_run,
    link: Some(Link::OfOrder("place_order")),
    texts: &[Text::new("MoneyView", "currency", Form::AnyCurrency, 3)],
};

/// Numbers tried before giving up. One is taken only where an import has brought it along since the block was fetched that it
/// is of, and the next block comes from behind that.
const NUMBERS_TRIED_MAX: u32 = 8;
/// Stands for the number that only a real placement is given.
const NUMBER_TO_COME: &str = "(given at placement)";

/// Place a draft.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({}))]
struct PlacementBody {
    /// The total that you expect to pay. The order is not placed if its total differs.
    expected_total: Option<MoneyView>,
}

impl PlacementBody {
    fn check(self, orders: &Orders) -> Result<PlaceOrder, Refusal> {
        let mut fields = Fields::default();
        let expected = fields.check_optional("/expectedTotal/currency", self.expected_total, |total| {
            Ok::<_, CurrencyError>(Money::new(total.minor, Currency::try_new(&total.currency)?))
        });
        let number = OrderNumber::try_new(NUMBER_TO_COME).expect("the text is short and printable");
        fields.finish(|| Some(PlaceOrder { number, expected_total: expected?, at: orders.now() }))
    }
}

impl Orders {
    /// Commits to a draft, under the tenant's next order number, whatever number the input holds; a dry run takes none. A number
    /// that is not used in the end is a gap.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.order.place", skip_all, fields(order.id = %order_id))]
    pub async fn place_order(&self, caller: &Caller, order_id: OrderId, input: PlaceOrder) -> Result<Outcome, Refusal> {
        let operation = "order.place";
        if caller.is_dry_run {
            return self.run(caller, order_id, operation, &input, input.clone()).await;
        }
        permit(&caller.principal, &OrderCommand::PlaceOrder(input.clone()))?;
        let tenant = &caller.principal.tenant;
        let begin = self.begin(tenant, order_id).await?;
        for _ in 0..NUMBERS_TRIED_MAX {
            let number = OrderNumber::counted(self.numbers.next(tenant).await.map_err(of_bus)?);
            let command = OrderCommand::PlaceOrder(PlaceOrder { number, ..input.clone() });
            let placed = match &begin {
                Some(told) => self.run_with_saga(caller, order_id, operation, &input, &command, told).await,
                None => self.run(caller, order_id, operation, &input, command).await,
            };
            match placed {
                Err(refusal) if refusal.code == code::ORDER_NUMBER_TAKEN => {
                    self.numbers.forget(tenant).await;
                }
                result => return result,
            }
        }
        Err(Refusal::new(code::CONTENDED, "the next order numbers are all taken; try again"))
    }
}

impl Orders {
    /// How the order's saga begins; `None` where nothing drives the tenant's orders.
    async fn begin(&self, tenant: &TenantId, order_id: OrderId) -> Result<Option<Told>, Refusal> {
        let Some(policy) = self.policies.of(tenant) else { return Ok(None) };
        let policy = Arc::clone(policy);
        let counted = policy.screening.many_orders_a_day;
        let state = self.recent(order_id).await?;
        let orders_within_a_day = match state.customer().filter(|_| counted > 0) {
            Some(customer) => {
                let count = self.orders_within_a_day(tenant, customer, counted).await;
                count.map_err(|error| of_bus(ExecuteError::from(error)))?
            }
            None => 0,
        };
        Ok(Some(Told::Placed(Begin { policy, orders_within_a_day })))
    }
}

/// Place a draft
///
/// Fixes lines, prices and addresses, and gives the order its number. The body may be left out.
#[utoipa::path(post, path = "/v1/orders/{id}/place", tag = "orders", request_body = PlacementBody, responses(
    (status = 200, description = "The order is placed.", body = Receipt),
))]
async fn place_order(
    State(orders): State<Arc<Orders>>,
    Keyed(caller): Keyed,
    OrderPath(order): OrderPath,
    OptionalJsonBody(body): OptionalJsonBody<PlacementBody>,
) -> Result<Outcome, Refusal> {
    orders.place_order(&caller, order, body.check(&orders)?).await
}

fn dry_run(orders: Arc<Orders>, caller: Caller, order: OrderId, request: Request) -> Trying {
    Box::pin(async move {
        let OptionalJsonBody(body) = OptionalJsonBody::<PlacementBody>::from_request(request, &()).await?;
        orders.place_order(&caller, order, body.check(&orders)?).await
    })
}
