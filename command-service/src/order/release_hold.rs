use std::sync::Arc;

use axum::extract::{Request, State};
use command_kit::http::{JsonBody, Keyed};
use command_kit::{Caller, Refusal};
use domain::OrderId;
use domain::order::ReleaseHold;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::hold_order::HoldName;
use super::path::OrderPath;
use super::receipt::Receipt;
use super::saga::Told;
use super::{Command, Link, Orders, Outcome, Trying, body};

pub(super) const COMMAND: Command = Command {
    name: "release-hold",
    routes: || OpenApiRouter::default().routes(routes!(release_hold)),
    dry_run,
    link: Some(Link::OfOrder("release_hold")),
    texts: &[],
};

/// Release a hold.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"hold": "MANUAL"}))]
struct HoldReleaseBody {
    /// The kind of hold.
    hold: HoldName,
}

impl HoldReleaseBody {
    fn input(self, orders: &Orders) -> ReleaseHold {
        ReleaseHold { hold: self.hold.kind(), at: orders.now() }
    }
}

impl Orders {
    /// Releases a hold of an order. Holds of other kinds stay.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.order.release_hold", skip_all, fields(order.id = %order_id))]
    pub async fn release_hold(
        &self,
        caller: &Caller,
        order_id: OrderId,
        input: ReleaseHold,
    ) -> Result<Outcome, Refusal> {
        let (operation, hold) = ("order.release_hold", input.hold);
        if caller.is_dry_run {
            return self.run(caller, order_id, operation, &input, input.clone()).await;
        }
        let command = input.clone().into();
        self.run_with_saga(caller, order_id, operation, &input, &command, &Told::Released(hold)).await
    }
}

/// Release a hold of an order
///
/// Holds of other kinds stay. A hold that the order does not have counts as released. Needs the scope that places a hold of the kind:
/// `orders:hold.fraud` for `FRAUD`, `orders:hold.payment` for `PAYMENT_ACTION`, `orders:hold` for the others.
#[utoipa::path(post, path = "/v1/orders/{id}/release-hold", tag = "orders", request_body = HoldReleaseBody, responses(
    (status = 200, description = "The hold is released.", body = Receipt),
))]
async fn release_hold(
    State(orders): State<Arc<Orders>>,
    Keyed(caller): Keyed,
    OrderPath(order): OrderPath,
    JsonBody(body): JsonBody<HoldReleaseBody>,
) -> Result<Outcome, Refusal> {
    orders.release_hold(&caller, order, body.input(&orders)).await
}

fn dry_run(orders: Arc<Orders>, caller: Caller, order: OrderId, request: Request) -> Trying {
    Box::pin(async move {
        let input = body::<HoldReleaseBody>(request).await?.input(&orders);
        orders.release_hold(&caller, order, input).await
    })
}
