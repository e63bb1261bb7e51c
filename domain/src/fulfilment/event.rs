//! The events of a fulfilment, as they are stored and as they are published. Released schemas change only through an upcaster.
//!
//! An event that answers a request has the request's id; it is the reply. The others are what the location's staff reported.

use serde::{Deserialize, Serialize};

use crate::contract::declare_events;
use crate::{Carrier, FulfilmentId, LocationId, OrderId, Reason, RequestId, TenantId, TrackingNumber};

use super::FulfilmentLine;

declare_events! {
    kind "fulfilment" stream fulfilment_id: FulfilmentId namespace "orders.fulfilment.v1";
    /// An event of a fulfilment.
    stored FulfilmentEvent upcasters [];
    /// A record of a fulfilment on the fulfilment topic.
    public PublicEvent;

    /// A location is to send pieces of an order. It may prepare them; nothing leaves before the release.
    FulfilmentRequested "1.0" [
        tenant: TenantId,
    ] {
        request: RequestId,
        order: OrderId,
        location: LocationId,
        /// At least one.
        lines: Vec<FulfilmentLine>,
    }
    says |event| format!("Asked {} to send {} lines", event.location, event.lines.len());

    /// The location will send it.
    FulfilmentAccepted "1.0" {
        order: OrderId,
    }
    says |_event| "Accepted".to_owned();

    /// The location will not send it. Nothing more comes of this fulfilment.
    FulfilmentRejected "1.0" {
        order: OrderId,
        reason: FulfilmentRejectionReason,
        /// In the staff's words.
        note: Option<Reason>,
    }
    says |event| format!("Rejected: {:?}", event.reason);

    /// It may leave: it is paid, and nothing holds it.
    FulfilmentReleased "1.0" {
        request: RequestId,
        order: OrderId,
    }
    says |_event| "Released".to_owned();

    /// It may not leave until it is released again.
    FulfilmentHeld "1.0" {
        request: RequestId,
        order: OrderId,
    }
    says |_event| "Held".to_owned();

    /// Its goods were fetched from their places. A location may pack without saying so.
    FulfilmentPicked "1.0" {
        order: OrderId,
    }
    says |_event| "Picked".to_owned();

    /// It lies ready.
    FulfilmentPacked "1.0" {
        order: OrderId,
    }
    says |_event| "Packed".to_owned();

    /// It left the location.
    FulfilmentShipped "1.0" {
        order: OrderId,
        location: LocationId,
        /// What left.
        lines: Vec<FulfilmentLine>,
        carrier: Carrier,
        tracking: TrackingNumber,
    }
    says |event| format!("Shipped with {} {}", event.carrier, event.tracking);

    /// It has arrived.
    FulfilmentDelivered "1.0" {
        order: OrderId,
    }
    says |_event| "Delivered".to_owned();

    /// The carrier lost it.
    FulfilmentLost "1.0" {
        order: OrderId,
    }
    says |_event| "Lost".to_owned();

    /// It will not be sent. Where it was not asked for before, a request that comes later is refused.
    FulfilmentCancelled "1.0" [
        tenant: TenantId,
    ] {
        request: RequestId,
        order: OrderId,
    }
    says |_event| "Cancelled".to_owned();

    /// A request was refused, and the fulfilment stays as it was.
    RequestRefused "1.0" [
        tenant: TenantId,
    ] {
        request: RequestId,
        /// As the request says.
        order: OrderId,
        reason: RequestRefusalReason,
    }
    says |event| format!("Request refused: {:?}", event.reason);
}

/// Why a location will not send what it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FulfilmentRejectionReason {
    /// Something is not there, whatever the books say.
    OutOfStock,
    /// Something is there and cannot be sold.
    Damaged,
    /// No carrier brings it to the address.
    Undeliverable,
    /// The location has no time, or is closed.
    NoCapacity,
    /// The note says more.
    Other,
}

/// Why a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RequestRefusalReason {
    /// Nothing was asked for under this id.
    NotRequested,
    /// Another request has asked for it.
    AlreadyRequested,
    /// The location has rejected it, so that there is nothing to stop.
    Rejected,
    /// It was cancelled, perhaps before it was asked for.
    Cancelled,
    /// It has left the location, wherever it is now.
    Shipped,
    /// The fulfilment is another order's.
    OtherOrder,
}

impl FulfilmentEvent {
    /// The request that the event answers; `None` for one that the staff reported.
    pub const fn request(&self) -> Option<RequestId> {
        match self {
            Self::FulfilmentRequested(event) => Some(event.request),
            Self::FulfilmentReleased(event) => Some(event.request),
            Self::FulfilmentHeld(event) => Some(event.request),
            Self::FulfilmentCancelled(event) => Some(event.request),
            Self::RequestRefused(event) => Some(event.request),
            Self::FulfilmentAccepted(_)
            | Self::FulfilmentRejected(_)
            | Self::FulfilmentPicked(_)
            | Self::FulfilmentPacked(_)
            | Self::FulfilmentShipped(_)
            | Self::FulfilmentDelivered(_)
            | Self::FulfilmentLost(_) => None,
        }
    }
}
