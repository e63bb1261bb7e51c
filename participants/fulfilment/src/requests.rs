//! The requests of other participants, as they come in messages.

use std::sync::Arc;

use domain::contract::Request;
use domain::fulfilment::requests::{ContractRequestedLine, FulfilmentRequest};
use domain::fulfilment::{
    CancelFulfilment, FulfilmentCommand, FulfilmentLine, HoldFulfilment, ReleaseFulfilment, Request as Asked,
    RequestFulfilment,
};
use domain::{FulfilmentId, LocationId, Quantity, Sku, Timestamp};
use event_store::Metadata;
use messaging::{Decoder, DeliveredRequest};
use request_kit::{InvalidField, Outcome, Source, invalid};
use service_kit::errors::chain;

use crate::fulfilments::{AskError, AskedBy, Fulfilments};

/// The consumer group of the requests.
pub const GROUP: &str = "fulfilment.requests.v1";

/// The requests of fulfilment's topic, each answered by the fulfilment that it names.
pub fn source(fulfilments: Arc<Fulfilments>, decoder: Decoder<FulfilmentRequest>, topic: &str) -> Source {
    Source::requests(topic, decoder, move |delivered| {
        let fulfilments = Arc::clone(&fulfilments);
        async move { handle(&fulfilments, delivered).await }
    })
}

async fn handle(fulfilments: &Fulfilments, delivered: DeliveredRequest<FulfilmentRequest>) -> Outcome {
    let (id, command) = match read(&delivered.request, fulfilments.now()) {
        Ok(read) => read,
        Err(error) => return Outcome::Poison(chain(&error)),
    };
    let DeliveredRequest { request, correlation_id, traceparent, .. } = delivered;
    let by =
        AskedBy { tenant: request.tenant, metadata: Metadata::caused_by(&request.id, correlation_id, traceparent) };
    match fulfilments.answer(id, command, by).await {
        Ok(()) => Outcome::Done,
        Err(error @ AskError::Refused { .. }) => Outcome::Poison(chain(&error)),
        Err(AskError::Store { source, .. }) => source.into(),
    }
}

fn read(
    request: &Request<FulfilmentRequest>,
    at: Timestamp,
) -> Result<(FulfilmentId, FulfilmentCommand), InvalidField> {
    let asked = |order: &str| {
        let order = order.parse().map_err(invalid("order_id"))?;
        Ok(Asked { id: request.id, tenant: request.tenant.clone(), order })
    };
    let (id, command) = match &request.body {
        FulfilmentRequest::RequestFulfilment(body) => {
            let location = LocationId::try_new(&*body.location).map_err(invalid("location"))?;
            let request = asked(&body.order_id)?;
            (&body.fulfilment_id, RequestFulfilment { request, location, lines: lines(&body.lines)?, at }.into())
        }
        FulfilmentRequest::ReleaseFulfilment(body) => {
            (&body.fulfilment_id, ReleaseFulfilment { request: asked(&body.order_id)?, at }.into())
        }
        FulfilmentRequest::HoldFulfilment(body) => {
            (&body.fulfilment_id, HoldFulfilment { request: asked(&body.order_id)?, at }.into())
        }
        FulfilmentRequest::CancelFulfilment(body) => {
            (&body.fulfilment_id, CancelFulfilment { request: asked(&body.order_id)?, at }.into())
        }
    };
    Ok((id.parse().map_err(invalid("fulfilment_id"))?, command))
}

fn lines(lines: &[ContractRequestedLine]) -> Result<Vec<FulfilmentLine>, InvalidField> {
    let line = |line: &ContractRequestedLine| {
        let pieces = u32::try_from(line.quantity).map_err(invalid("quantity"))?;
        Ok(FulfilmentLine {
            sku: Sku::try_new(&*line.sku).map_err(invalid("sku"))?,
            quantity: Quantity::try_new(pieces).map_err(invalid("quantity"))?,
        })
    };
    lines.iter().map(line).collect()
}
