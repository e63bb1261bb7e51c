//! The requests of other participants, as they come in messages.

use std::sync::Arc;

use domain::contract::Request;
use domain::reservation::RequestedLine;
use domain::reservation::requests::{ContractRequestedLine, InventoryRequest, REQUESTS_TOPIC};
use domain::{LocationId, Quantity, ReservationId, Sku, Timestamp};
use event_store::Metadata;
use messaging::{Decoder, DeliveredRequest};
use request_kit::{InvalidField, Outcome, Source, invalid};
use service_kit::errors::chain;

use crate::context::Inventory;
use crate::reservation::{AskError, Asked, AskedBy};

/// The consumer group of the requests.
pub const GROUP: &str = "inventory.requests.v1";

/// The requests of inventory's topic, each answered by the reservation that it names.
pub fn source(inventory: Arc<Inventory>, decoder: Decoder<InventoryRequest>) -> Source {
    Source::requests(REQUESTS_TOPIC, decoder, move |delivered| {
        let inventory = Arc::clone(&inventory);
        async move { handle(&inventory, delivered).await }
    })
}

async fn handle(inventory: &Inventory, delivered: DeliveredRequest<InventoryRequest>) -> Outcome {
    let (id, order, asked) = match read(&delivered.request) {
        Ok(read) => read,
        Err(error) => return Outcome::Poison(chain(&error)),
    };
    let DeliveredRequest { request, correlation_id, traceparent, .. } = delivered;
    let by = AskedBy {
        request: request.id,
        tenant: request.tenant,
        order,
        metadata: Metadata::caused_by(&request.id, correlation_id, traceparent),
    };
    match inventory.answer(id, &asked, &by).await {
        Ok(_answer) => Outcome::Done,
        Err(error @ AskError::Refused { .. }) => Outcome::Poison(chain(&error)),
        Err(AskError::Store { source, .. }) => source.into(),
    }
}

fn read(request: &Request<InventoryRequest>) -> Result<(ReservationId, domain::OrderId, Asked), InvalidField> {
    let (id, order, asked) = match &request.body {
        InventoryRequest::ReserveStock(body) => {
            let location = LocationId::try_new(&*body.location).map_err(invalid("location"))?;
            let expires_at = after(request.at, body.hold_for_s)?;
            let asked = Asked::Reserve { location, lines: lines(&body.lines)?, expires_at };
            (&body.reservation_id, &body.order_id, asked)
        }
        InventoryRequest::RenewReservation(body) => {
            let asked = Asked::Renew { expires_at: after(request.at, body.hold_for_s)? };
            (&body.reservation_id, &body.order_id, asked)
        }
        InventoryRequest::ReleaseReservation(body) => (&body.reservation_id, &body.order_id, Asked::Release),
        InventoryRequest::ShipReservation(body) => {
            (&body.reservation_id, &body.order_id, Asked::Ship { lines: lines(&body.lines)? })
        }
    };
    let id = id.parse().map_err(invalid("reservation_id"))?;
    let order = order.parse().map_err(invalid("order_id"))?;
    Ok((id, order, asked))
}

/// The hold counts from the moment of asking, so that a request which was under way for longer than that is refused as too late.
fn after(asked_at: Timestamp, seconds: i64) -> Result<Timestamp, InvalidField> {
    let micros = asked_at.micros().saturating_add(seconds.saturating_mul(1_000_000));
    Timestamp::try_from_micros(micros).map_err(invalid("hold_for_s"))
}

fn lines(lines: &[ContractRequestedLine]) -> Result<Vec<RequestedLine>, InvalidField> {
    let line = |line: &ContractRequestedLine| {
        let pieces = u32::try_from(line.quantity).map_err(invalid("quantity"))?;
        Ok(RequestedLine {
            sku: Sku::try_new(&*line.sku).map_err(invalid("sku"))?,
            quantity: Quantity::try_new(pieces).map_err(invalid("quantity"))?,
        })
    };
    lines.iter().map(line).collect()
}
