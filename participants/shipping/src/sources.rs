//! The topics that shipping follows, and what their events mean to shipments.

use std::sync::Arc;

use domain::contract::{PublicEvents, Published};
use domain::fulfilment::contract::{FulfilmentRequested, PublicEvent as FulfilmentRecord, TOPIC as FULFILMENT_TOPIC};
use domain::location::contract::PublicEvent as LocationRecord;
use domain::order::contract::{PublicEvent as OrderRecord, TOPIC as ORDERS_TOPIC};
use domain::shipment::{
    CancelShipment, HoldShipment, NoteShipped, PackShipment, PlanShipment, ReleaseShipment, ShipmentCommand,
};
use domain::{Carrier, FulfilmentId, LocationId, TenantId, Timestamp, TrackingNumber};
use event_store::Metadata;
use messaging::registry::Registry;
use messaging::{Decoder, KindReader};
use request_kit::{InvalidField, Outcome, Source, invalid};
use service_kit::errors::chain;

use crate::context::Shipments;
use crate::request::AskError;

/// The consumer group of what shipping follows.
pub const GROUP: &str = "shipping.v1";

/// The topics that shipping follows.
pub const TOPICS: [&str; 2] = [ORDERS_TOPIC, FULFILMENT_TOPIC];

/// The namespaces of what else is published to the topic of fulfilments.
const BESIDE_FULFILMENTS: &[&str] = &[LocationRecord::NAMESPACE];

/// The topics that shipping follows, which are [`TOPICS`] or stand for them, with what is done for each of their events. The schemas are
/// asked from the registry.
pub fn sources(shipments: &Arc<Shipments>, registry: &Registry, topics: [&str; 2]) -> [Source; 2] {
    let [orders, fulfilments] = topics;
    let of_orders = {
        let shipments = Arc::clone(shipments);
        let reader = KindReader::new(Decoder::new(registry.clone()), &[]);
        Source::events(orders, reader, move |published: Published<OrderRecord>| {
            let shipments = Arc::clone(&shipments);
            async move { place(&shipments, &published.event).await }
        })
    };
    let of_fulfilments = {
        let shipments = Arc::clone(shipments);
        let reader = KindReader::new(Decoder::new(registry.clone()), BESIDE_FULFILMENTS);
        Source::events(fulfilments, reader, move |published: Published<FulfilmentRecord>| {
            let shipments = Arc::clone(&shipments);
            async move {
                match follow(&shipments, published).await {
                    Ok(()) => Outcome::Done,
                    Err(FollowError::Invalid(error)) => Outcome::Poison(chain(&error)),
                    Err(FollowError::Ask(AskError::Store { source, .. }) | FollowError::Location(source)) => {
                        source.into()
                    }
                    Err(FollowError::Ask(error)) => Outcome::Poison(chain(&error)),
                }
            }
        })
    };
    [of_orders, of_fulfilments]
}

/// Records where a placed order goes.
async fn place(shipments: &Shipments, event: &OrderRecord) -> Outcome {
    let OrderRecord::OrderPlaced(placed) = event else { return Outcome::Done };
    let Ok(order) = placed.order_id.parse() else {
        return Outcome::Poison(format!("{:?} is no order's id", placed.order_id));
    };
    match shipments.addresses.save(order, placed, shipments.now()).await {
        Ok(()) => Outcome::Done,
        Err(error) => Outcome::Unavailable(chain(&error)),
    }
}

/// Why an event was not taken notice of.
#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    #[error(transparent)]
    Ask(#[from] AskError),
    #[error("how the location ships could not be read")]
    Location(#[source] event_store::ExecuteError),
}

async fn follow(shipments: &Shipments, published: Published<FulfilmentRecord>) -> Result<(), FollowError> {
    let Published { event, event_id, correlation_id, traceparent, .. } = published;
    let at = shipments.now();
    let tenant = || TenantId::try_new(event.tenant()).map_err(invalid("tenant"));
    let command: ShipmentCommand = match &event {
        FulfilmentRecord::FulfilmentRequested(requested) => match plan(shipments, requested, tenant()?, at).await? {
            Some(plan) => plan.into(),
            None => return Ok(()),
        },
        FulfilmentRecord::FulfilmentPacked(_) => PackShipment { at }.into(),
        FulfilmentRecord::FulfilmentReleased(_) => ReleaseShipment { at }.into(),
        FulfilmentRecord::FulfilmentHeld(_) => HoldShipment { at }.into(),
        FulfilmentRecord::FulfilmentCancelled(_) | FulfilmentRecord::FulfilmentRejected(_) => {
            CancelShipment { at }.into()
        }
        FulfilmentRecord::FulfilmentShipped(shipped) => NoteShipped {
            carrier: Carrier::recorded(&*shipped.carrier).map_err(invalid("carrier"))?,
            tracking: TrackingNumber::recorded(&*shipped.tracking).map_err(invalid("tracking"))?,
            at,
        }
        .into(),
        _ => return Ok(()),
    };
    let id: FulfilmentId = event.fulfilment_id().parse().map_err(invalid("fulfilment_id"))?;
    let metadata = Metadata::caused_by(&event_id, correlation_id, traceparent);
    let state = shipments.record(id, &tenant()?, metadata, command).await?;
    Ok(shipments.tell(id, state).await?)
}

/// The shipment of a fulfilment; `None` where its location ships by hand.
async fn plan(
    shipments: &Shipments,
    requested: &FulfilmentRequested,
    tenant: TenantId,
    at: Timestamp,
) -> Result<Option<PlanShipment>, FollowError> {
    let location = LocationId::recorded(&*requested.location).map_err(invalid("location"))?;
    let state = shipments.locations.state(&tenant, &location).await.map_err(FollowError::Location)?;
    let Some(details) = state.details() else { return Ok(None) };
    let pieces = requested.lines.iter().map(|line| line.quantity).fold(0_i64, i64::saturating_add);
    Ok(Some(PlanShipment {
        order: requested.order.parse().map_err(invalid("order"))?,
        carriers: details.carriers.clone(),
        weight_g: details.parcel_weight_g,
        pieces: u32::try_from(pieces).unwrap_or(u32::MAX),
        tenant,
        location,
        at,
    }))
}
