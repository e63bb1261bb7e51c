//! A shipment, folded from its stream and therefore strongly consistent.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use command_kit::http::{Unkeyed, versioned};
use command_kit::{Caller, Refusal};
use domain::contract::{Facts, PublicEvents};
use domain::shipment::contract::PublicEvent;
use domain::shipment::{Label, Shipment, ShipmentEvent};
use domain::{Decider, FulfilmentId, OrderId, Scope, StoredEvent, TenantId, Timestamp, upcast};
use event_store::StreamId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::ShipmentPath;
use super::receipt::ShipmentStatus;
use crate::code;
use crate::context::{ShipmentState, Shipments};

pub(super) fn routes() -> OpenApiRouter<ShipmentState> {
    OpenApiRouter::default().routes(routes!(get_shipment))
}

/// Most entries of a history that are shown, the newest.
const HISTORY_MAX: usize = 200;

/// The parcel of a fulfilment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShipmentView {
    /// The id of the shipment, which is its fulfilment's.
    #[schema(value_type = Uuid)]
    pub id: FulfilmentId,
    /// The id of the order that it is for.
    #[schema(value_type = Uuid)]
    pub order_id: OrderId,
    /// The location that sends it.
    pub location: String,
    /// The version of the shipment, which is also its ETag.
    pub version: i64,
    /// How far it has come.
    pub state: ShipmentStatus,
    /// Whether it lies ready.
    pub packed: bool,
    /// Whether it may leave.
    pub released: bool,
    /// The label in force; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<LabelView>,
    /// Why the last carrier that was asked refused; absent where none did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// What has happened to it, the newest last, at most 200 entries.
    pub history: Vec<ShipmentHistoryEntry>,
}

/// A label that was bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LabelView {
    /// The carrier that sold it.
    pub carrier: String,
    /// What the carrier sells, by its own name for it.
    pub service: String,
    /// The carrier's number of the parcel.
    pub tracking: String,
    /// Where it can be printed from. It shows the recipient's address.
    pub url: String,
    /// What it costs, in major units, such as `7.90`.
    pub cost: String,
    /// The currency of the cost, by ISO 4217.
    pub currency: String,
}

/// Something that has happened to a shipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShipmentHistoryEntry {
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The name of the event.
    #[serde(rename = "type")]
    pub event_type: String,
    /// What has happened, in English.
    pub description: String,
}

impl LabelView {
    fn of(label: &Label) -> Self {
        Self {
            carrier: label.choice.carrier.to_string(),
            service: label.choice.service.to_string(),
            tracking: label.tracking.to_string(),
            url: label.url.to_string(),
            cost: label.cost.to_decimal(),
            currency: label.cost.currency().to_string(),
        }
    }
}

impl Shipments {
    /// A shipment as of now.
    ///
    /// # Errors
    /// A [`Refusal`].
    pub async fn shipment(&self, caller: &Caller, id: FulfilmentId) -> Result<ShipmentView, Refusal> {
        caller.require(Scope::TENANT_STAFF)?;
        caller.require(Scope::FULFILMENT_WRITE)?;
        let loaded = self.runner.bus().load(&id.to_string()).await;
        let loaded = loaded.map_err(|error| Refusal::of_bus(&error, &code::SHIPMENT))?;
        let shipment = loaded.state.shipment().filter(|shipment| shipment.tenant == caller.principal.tenant);
        let shipment = shipment.ok_or_else(code::shipment_not_found)?;
        Ok(ShipmentView {
            id,
            order_id: shipment.order,
            location: shipment.location.to_string(),
            version: loaded.version,
            state: ShipmentStatus::of(shipment),
            packed: shipment.packed,
            released: shipment.released,
            label: shipment.label.as_ref().map(LabelView::of),
            refusal: shipment.refusal.as_ref().map(ToString::to_string),
            history: self.history(id, &shipment.tenant, loaded.version).await?,
        })
    }

    async fn history(
        &self,
        id: FulfilmentId,
        tenant: &TenantId,
        version: i64,
    ) -> Result<Vec<ShipmentHistoryEntry>, Refusal> {
        let behind = version.saturating_sub(i64::try_from(HISTORY_MAX).unwrap_or(i64::MAX)).max(0);
        let stream = StreamId::new(Shipment::KIND, &id.to_string());
        let rows = self.runner.bus().store().read_stream(&stream, behind).await;
        let rows = rows.map_err(|error| Refusal::of_bus(&error.into(), &code::SHIPMENT))?;
        let shown = rows.iter().map(|row| {
            let event: ShipmentEvent = upcast::decode(&row.event_type, &row.event_version, &row.payload)?;
            let record = PublicEvent::publish(&Facts { id, version: row.version, tenant: tenant.clone() }, &event);
            let at = Timestamp::try_from_micros(record.head().at).unwrap_or(Timestamp::EPOCH);
            Ok::<_, upcast::DecodeError>(ShipmentHistoryEntry {
                at,
                event_type: event.event_type().to_owned(),
                description: record.describe(),
            })
        });
        let shown: Result<Vec<_>, upcast::DecodeError> = shown.collect();
        shown.map_err(|error| Refusal::internal(&error))
    }
}

/// Read a shipment
#[utoipa::path(get, path = "/v1/shipments/{id}", tag = "shipping", responses(
    (status = 200, description = "The shipment as of now.", body = ShipmentView),
))]
async fn get_shipment(
    State(shipments): State<Arc<Shipments>>,
    Unkeyed(caller): Unkeyed,
    ShipmentPath(id): ShipmentPath,
) -> Result<Response, Refusal> {
    let view = shipments.shipment(&caller, id).await?;
    Ok(versioned(StatusCode::OK, &view, view.version, false))
}
