//! A fulfilment, folded from its stream and therefore strongly consistent.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use command_kit::http::{Unkeyed, versioned};
use command_kit::{Caller, Refusal};
use domain::fulfilment::FulfilmentLine;
use domain::{FulfilmentId, OrderId, Scope};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::path::FulfilmentPath;
use crate::receipt::{FulfilmentStatus, is_released};
use crate::{AppState, Fulfilments, code};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(get_fulfilment))
}

/// A fulfilment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FulfilmentView {
    /// The id of the fulfilment.
    #[schema(value_type = Uuid)]
    pub id: FulfilmentId,
    /// The id of the order that it is for.
    #[schema(value_type = Uuid)]
    pub order_id: OrderId,
    /// The version of the fulfilment, which is also its ETag.
    pub version: i64,
    /// The state of the fulfilment.
    pub state: FulfilmentStatus,
    /// Whether it may leave: it is paid, and nothing holds it. What has left counts as released.
    pub released: bool,
    /// The location; absent for what was rejected or cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// What is to be sent, or was; empty for what was rejected or cancelled.
    pub lines: Vec<FulfilmentLineView>,
    /// Who brings it; absent until it is shipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// The carrier's number of the shipment; absent until it is shipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking: Option<String>,
}

/// Pieces of a SKU to send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FulfilmentLineView {
    /// The SKU.
    pub sku: String,
    /// Pieces.
    pub quantity: u32,
}

impl FulfilmentLineView {
    fn of(line: &FulfilmentLine) -> Self {
        Self { sku: line.sku.to_string(), quantity: line.quantity.get() }
    }
}

impl Fulfilments {
    /// A fulfilment as of now.
    ///
    /// # Errors
    /// A [`Refusal`].
    pub async fn fulfilment(&self, caller: &Caller, id: FulfilmentId) -> Result<FulfilmentView, Refusal> {
        caller.require(Scope::TENANT_STAFF)?;
        caller.require(Scope::FULFILMENT_WRITE)?;
        let loaded = self.load(id).await?;
        let state = &*loaded.state;
        let inbox = state.inbox().filter(|inbox| inbox.tenant == caller.principal.tenant);
        let (job, shipment) = (state.job(), state.shipment());
        let location = job.map(|job| &job.location).or(shipment.map(|shipment| &shipment.location));
        let lines = job.map(|job| &job.lines).or(shipment.map(|shipment| &shipment.lines));
        Ok(FulfilmentView {
            id,
            order_id: inbox.ok_or_else(code::not_found)?.order,
            version: loaded.version,
            state: FulfilmentStatus::of(state).ok_or_else(code::not_found)?,
            released: is_released(state),
            location: location.map(ToString::to_string),
            lines: lines.into_iter().flatten().map(FulfilmentLineView::of).collect(),
            carrier: shipment.map(|shipment| shipment.carrier.to_string()),
            tracking: shipment.map(|shipment| shipment.tracking.to_string()),
        })
    }
}

/// Read a fulfilment
#[utoipa::path(get, path = "/v1/fulfilments/{id}", tag = "fulfilments", responses(
    (status = 200, description = "The fulfilment as of now.", body = FulfilmentView),
))]
async fn get_fulfilment(
    State(fulfilments): State<Arc<Fulfilments>>,
    Unkeyed(caller): Unkeyed,
    FulfilmentPath(id): FulfilmentPath,
) -> Result<Response, Refusal> {
    let view = fulfilments.fulfilment(&caller, id).await?;
    Ok(versioned(StatusCode::OK, &view, view.version, false))
}
