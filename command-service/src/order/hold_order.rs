use std::sync::Arc;

use axum::extract::{Request, State};
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed, optional_text};
use command_kit::{Caller, Fields, Refusal};
use domain::order::{HoldKind, HoldOrder};
use domain::{OrderId, Reason};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::OrderPath;
use super::receipt::Receipt;
use super::saga::Told;
use super::{Command, Link, Orders, Outcome, Trying, body};

pub(super) const COMMAND: Command = Command {
    name: "hold",
    routes: || OpenApiRouter::default().routes(routes!(hold_order)),
    dry_run,
    link: Some(Link::OfOrder("hold_order")),
    texts: &[Text::new("HoldBody", "note", Form::Line, 500)],
};

/// A kind of hold. An order has each once at most.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum HoldName {
    /// A person has to look at what the screening for fraud found.
    Fraud,
    /// The customer has to do something for the payment.
    PaymentAction,
    /// The goods cannot be sent to the address as it is.
    Address,
    /// There is not enough of what was ordered.
    Stock,
    /// Somebody edits the order.
    Edit,
    /// Somebody stopped it by hand.
    Manual,
}

impl HoldName {
    pub(super) const fn kind(self) -> HoldKind {
        match self {
            Self::Fraud => HoldKind::Fraud,
            Self::PaymentAction => HoldKind::PaymentAction,
            Self::Address => HoldKind::Address,
            Self::Stock => HoldKind::Stock,
            Self::Edit => HoldKind::Edit,
            Self::Manual => HoldKind::Manual,
        }
    }
}

/// Hold an order.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"hold": "MANUAL", "note": "the street does not exist"}))]
struct HoldBody {
    /// The kind of hold.
    hold: HoldName,
    /// The reason in your own words. It is published with the event, so it must not hold personal data.
    #[schema(max_length = 500)]
    #[serde(default, deserialize_with = "optional_text")]
    note: Option<String>,
}

impl HoldBody {
    fn check(self, orders: &Orders) -> Result<HoldOrder, Refusal> {
        let mut fields = Fields::default();
        let hold = self.hold.kind();
        let note = fields.check_optional("/note", self.note, Reason::try_new);
        fields.finish(|| Some(HoldOrder { hold, note: note?, at: orders.now() }))
    }
}

impl Orders {
    /// Holds an order that was placed and has not ended.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.order.hold", skip_all, fields(order.id = %order_id))]
    pub async fn hold_order(&self, caller: &Caller, order_id: OrderId, input: HoldOrder) -> Result<Outcome, Refusal> {
        let (operation, hold) = ("order.hold", input.hold);
        if caller.is_dry_run {
            return self.run(caller, order_id, operation, &input, input.clone()).await;
        }
        let command = input.clone().into();
        self.run_with_saga(caller, order_id, operation, &input, &command, &Told::Held(hold)).await
    }
}

/// Hold an order
///
/// Nothing of the order is sent until every hold is released; its location is told to keep what it has packed. A hold that the order has already changes nothing. Needs the scope `orders:hold.fraud` for `FRAUD`,
/// `orders:hold.payment` for `PAYMENT_ACTION`, and `orders:hold` for the other kinds.
#[utoipa::path(post, path = "/v1/orders/{id}/hold", tag = "orders", request_body = HoldBody, responses(
    (status = 200, description = "The order is held.", body = Receipt),
))]
async fn hold_order(
    State(orders): State<Arc<Orders>>,
    Keyed(caller): Keyed,
    OrderPath(order): OrderPath,
    JsonBody(body): JsonBody<HoldBody>,
) -> Result<Outcome, Refusal> {
    orders.hold_order(&caller, order, body.check(&orders)?).await
}

fn dry_run(orders: Arc<Orders>, caller: Caller, order: OrderId, request: Request) -> Trying {
    Box::pin(async move {
        let input = body::<HoldBody>(request).await?.check(&orders)?;
        orders.hold_order(&caller, order, input).await
    })
}
