use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed};
use command_kit::{Answer, Broken, Caller, Fields, Refusal, hyphenated_uuid};
use domain::reservation::RequestedLine;
use domain::{LocationId, OrderId, ReservationId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Reply, ReservationReceipt, Task};
use super::lines::{RequestedLineBody, checked};
use super::request::Asked;
use crate::context::{AppState, Inventory};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(reserve_stock))
}

/// The forms of the body's texts.
pub(super) const TEXTS: &[Text] = &[
    Text::new("ReserveBody", "reservationId", Form::Uuid, 36),
    Text::new("ReserveBody", "orderId", Form::Uuid, 36),
    Text::new("ReserveBody", "location", Form::Identifier, 32),
];

/// How long stock is held unless the request says otherwise, in seconds.
const HOLD_S: u32 = 900;
/// The longest that stock is held without a renewal, in seconds: 31 days.
const HOLD_S_MAX: u32 = 2_678_400;

/// Stock to reserve for an order at one location.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"orderId": "0191f2c4-7d1e-7c3a-9b55-3f0f5a0c2b11", "location": "zrh-1",
    "lines": [{"sku": "85123A", "quantity": 3}]}))]
struct ReserveBody {
    /// The id of the reservation, any UUID; left out, one is made.
    #[serde(default)]
    reservation_id: Option<String>,
    /// The id of the order.
    order_id: String,
    /// The code of the location, such as `zrh-1`.
    location: String,
    /// All of these are reserved or none.
    #[schema(min_items = 1, max_items = 2_000)]
    lines: Vec<RequestedLineBody>,
    /// For how many seconds the stock is held unless the reservation is renewed.
    #[serde(default = "hold_s")]
    #[schema(minimum = 1, maximum = 2_678_400, default = 900)]
    hold_for_s: u32,
}

const fn hold_s() -> u32 {
    HOLD_S
}

/// Stock to reserve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReserveInput {
    pub reservation: Option<ReservationId>,
    pub order: OrderId,
    pub location: LocationId,
    pub lines: Vec<RequestedLine>,
    pub hold_for_s: u32,
}

impl ReserveBody {
    fn check(self) -> Result<ReserveInput, Refusal> {
        let uuid = |text: &str| hyphenated_uuid(text).ok_or(Broken("not_a_uuid", "an id is a UUID"));
        let mut fields = Fields::default();
        let reservation = fields.check_optional("/reservationId", self.reservation_id, |text| uuid(&text));
        let order = fields.check("/orderId", uuid(&self.order_id));
        let location = fields.check("/location", LocationId::try_new(self.location));
        let hold_for_s = fields.check("/holdForS", hold(self.hold_for_s));
        let lines = checked(&mut fields, self.lines);
        fields.finish(|| {
            Some(ReserveInput {
                reservation: reservation?.map(ReservationId::new),
                order: OrderId::new(order?),
                location: location?,
                lines: lines?,
                hold_for_s: hold_for_s?,
            })
        })
    }
}

/// Checks for how long stock is to be held.
pub(super) const fn hold(seconds: u32) -> Result<u32, Broken> {
    match seconds {
        1..=HOLD_S_MAX => Ok(seconds),
        _ => Err(Broken("hold_out_of_range", "stock is held for 1 to 2,678,400 seconds")),
    }
}

/// The moment so many seconds later.
pub(super) fn after(now: Timestamp, seconds: u32) -> Timestamp {
    let later = now.micros().saturating_add(i64::from(seconds) * 1_000_000);
    Timestamp::try_from_micros(later).unwrap_or(now)
}

impl Inventory {
    /// Reserves stock for an order at one location, all of it or none.
    ///
    /// # Errors
    /// A [`Refusal`]. That there is not enough is no error of this function: it is stored and stands in the receipt.
    #[tracing::instrument(name = "command.reservation.reserve", skip_all, fields(order.id = %input.order))]
    pub async fn reserve_stock(
        &self,
        caller: &Caller,
        input: ReserveInput,
    ) -> Result<Answer<ReservationReceipt>, Refusal> {
        let id = input.reservation.unwrap_or_else(|| ReservationId::new(self.ids.ordered()));
        let asked = Asked::Reserve {
            location: input.location.clone(),
            lines: input.lines.clone(),
            expires_at: after(self.now(), input.hold_for_s),
        };
        let is_named = input.reservation.is_some();
        let order = input.order;
        self.ask(caller, Task { operation: "reservation.reserve", id, order, is_named, input: &input, asked }).await
    }
}

/// Reserve stock for an order at one location
///
/// All lines are reserved or none. Where there is not enough of a SKU that does not allow backorder, the answer is the problem
/// `out_of_stock`; it is recorded, so that a repetition gets the same answer, and another attempt needs another id.
#[utoipa::path(post, path = "/v1/reservations", tag = "reservations", request_body = ReserveBody, responses(
    (status = 201, description = "The stock is reserved.", body = ReservationReceipt),
))]
async fn reserve_stock(
    State(inventory): State<Arc<Inventory>>,
    Keyed(caller): Keyed,
    JsonBody(body): JsonBody<ReserveBody>,
) -> Result<Reply, Refusal> {
    let answer = inventory.reserve_stock(&caller, body.check()?).await?;
    Ok(Reply { status: StatusCode::CREATED, answer })
}
