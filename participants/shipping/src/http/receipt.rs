//! The answers of shipping's commands.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use command_kit::Answer;
use command_kit::http::versioned;
use domain::shipment::{EffectKind, Shipment, ShipmentDetails, Stage};
use domain::shipping_location::ShippingLocation;
use domain::{EventId, FulfilmentId};
use event_store::Decided;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far a shipment has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ShipmentStatus {
    /// It waits to be packed and released.
    Planned,
    /// A carrier is being asked for a label.
    Labelling,
    /// The label is there, and the carrier does not have the parcel.
    Labelled,
    /// The carrier is being asked to void the label.
    Voiding,
    /// No carrier takes it.
    Failed,
    /// Nobody wants it sent any more.
    Cancelled,
    /// People have sent it by other ways.
    ByHand,
    /// The carrier has it.
    InTransit,
    /// It has arrived.
    Delivered,
    /// The carrier lost it.
    Lost,
    /// It came back.
    Returned,
}

impl ShipmentStatus {
    pub(super) const fn of(shipment: &ShipmentDetails) -> Self {
        match shipment.stage {
            Stage::Planned => match (&shipment.effect, &shipment.label) {
                (Some(effect), _) => match effect.kind {
                    EffectKind::Buy(_) => Self::Labelling,
                    EffectKind::Void => Self::Voiding,
                },
                (None, Some(_)) => Self::Labelled,
                (None, None) => Self::Planned,
            },
            Stage::Failed => Self::Failed,
            Stage::Cancelled => Self::Cancelled,
            Stage::ByHand => Self::ByHand,
            Stage::InTransit => Self::InTransit,
            Stage::Delivered => Self::Delivered,
            Stage::Lost => Self::Lost,
            Stage::Returned => Self::Returned,
        }
    }
}

/// The result of a command of a shipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShipmentReceipt {
    /// The id of the shipment, which is its fulfilment's.
    #[schema(value_type = Uuid)]
    pub shipment_id: FulfilmentId,
    /// The version of the shipment after the command, which is also its ETag.
    pub version: i64,
    /// How far it has come.
    pub state: ShipmentStatus,
    /// The ids of the events that were stored; empty if there was nothing to change.
    #[schema(value_type = Vec<Uuid>)]
    pub event_ids: Vec<EventId>,
}

impl ShipmentReceipt {
    pub(crate) fn of(id: &str, decided: &Decided<Shipment>) -> Self {
        let shipment = decided.state.shipment().expect("a decision that was not refused leaves a shipment");
        Self {
            shipment_id: id.parse().expect("a shipment's stream is named by its id"),
            version: decided.version,
            state: ShipmentStatus::of(shipment),
            event_ids: decided.event_ids.clone(),
        }
    }
}

/// The result of a command about how a location ships.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShippingReceipt {
    /// The version after the command, which is also its ETag.
    pub version: i64,
    /// With how many carriers the location ships; none where it ships by hand.
    pub carriers: u64,
    /// The ids of the events that were stored; empty if there was nothing to change.
    #[schema(value_type = Vec<Uuid>)]
    pub event_ids: Vec<EventId>,
}

impl ShippingReceipt {
    pub(super) fn of(decided: &Decided<ShippingLocation>) -> Self {
        let carriers = decided.state.details().map_or(0, |details| details.carriers.len());
        Self {
            version: decided.version,
            carriers: u64::try_from(carriers).unwrap_or(u64::MAX),
            event_ids: decided.event_ids.clone(),
        }
    }
}

impl command_kit::Receipt for ShipmentReceipt {
    fn version(&self) -> i64 {
        self.version
    }

    fn event_ids(&self) -> &[EventId] {
        &self.event_ids
    }
}

impl command_kit::Receipt for ShippingReceipt {
    fn version(&self) -> i64 {
        self.version
    }

    fn event_ids(&self) -> &[EventId] {
        &self.event_ids
    }
}

/// An answer as a response.
pub(super) struct Reply<R>(pub(super) Answer<R>);

impl<R: command_kit::Receipt + Serialize> IntoResponse for Reply<R> {
    fn into_response(self) -> Response {
        let Answer { receipt, replayed } = self.0;
        versioned(StatusCode::OK, &receipt, receipt.version(), replayed)
    }
}
