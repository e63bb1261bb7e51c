//! The events of a reservation, as they are stored and as they are published. Released schemas change only through an upcaster.
//!
//! An event that answers a request has the request's id; it is the reply.

use serde::{Deserialize, Serialize};

use crate::contract::declare_events;
use crate::{LocationId, OrderId, RequestId, ReservationId, TenantId, Timestamp};

use super::lines::{FilledLine, GrantedLine, ReservedLine, Shortage};

declare_events! {
    kind "reservation" stream reservation_id: ReservationId namespace "orders.reservation.v1";
    /// An event of a reservation.
    stored ReservationEvent upcasters [];
    /// A record of a reservation on the inventory topic.
    public PublicEvent;

    /// All that was asked for is reserved until the expiry.
    ReservationGranted "1.0" [
        tenant: TenantId,
    ] {
        request: RequestId,
        order: OrderId,
        location: LocationId,
        /// By SKU; at least one.
        lines: Vec<GrantedLine>,
        expires_at: Timestamp,
    }
    says |event| event.describe();

    /// Nothing is reserved, and nothing will be under this id.
    ReservationRefused "1.0" [
        tenant: TenantId,
    ] {
        request: RequestId,
        order: OrderId,
        location: LocationId,
        reason: ReservationRefusalReason,
        /// The SKUs of which there is not enough; none for another reason.
        shortages: Vec<Shortage>,
    }
    says |event| format!("Refused: {}", event.describe());

    /// The reservation holds its stock for longer.
    ReservationRenewed "1.0" {
        request: RequestId,
        order: OrderId,
        /// The expiry from now on; never earlier than before.
        expires_at: Timestamp,
    }
    says |_event| "Renewed".to_owned();

    /// The reservation holds nothing any more because somebody gave it back. Without lines it had held nothing, and refuses a request
    /// to reserve that comes later.
    ReservationReleased "1.0" [
        tenant: TenantId,
    ] {
        request: RequestId,
        order: OrderId,
        /// `None` where nothing was reserved.
        location: Option<LocationId>,
        /// What it gives back.
        lines: Vec<ReservedLine>,
    }
    says |event| format!("Released with {} lines", event.lines.len());

    /// The reservation holds nothing any more because its time was over.
    ReservationExpired "1.0" [
        tenant: TenantId,
    ] {
        order: OrderId,
        location: LocationId,
        /// What it gives back.
        lines: Vec<ReservedLine>,
    }
    says |event| format!("Expired with {} lines", event.lines.len());

    /// Pieces of the reservation left the location.
    ReservationShipped "1.0" [
        tenant: TenantId,
    ] {
        request: RequestId,
        order: OrderId,
        location: LocationId,
        /// What left.
        lines: Vec<ReservedLine>,
        /// Whether the reservation holds nothing any more.
        complete: bool,
    }
    says |event| format!("{} of {} lines", if event.complete { "Shipped the rest" } else { "Shipped a part" }, event.lines.len());

    /// Stock was set aside for backordered pieces.
    ReservationBackorderFilled "1.0" [
        tenant: TenantId,
    ] {
        order: OrderId,
        location: LocationId,
        lines: Vec<FilledLine>,
        /// Whether nothing is backordered any more.
        complete: bool,
    }
    says |event| format!("Backorder filled for {} lines", event.lines.len());

    /// A request was refused, and the reservation stays as it was.
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

/// Why nothing was reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReservationRefusalReason {
    /// There is not enough of at least one SKU.
    OutOfStock,
    /// The release came first.
    ReleasedBefore,
    /// The expiry that was asked for had passed when the request was decided.
    TooLate,
}

/// Why a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RequestRefusalReason {
    /// Nothing has been reserved under this id.
    NotReserved,
    /// The reservation was granted by another request.
    AlreadyReserved,
    /// The reservation was refused.
    Refused,
    /// The reservation was released, so that there is nothing left to give back.
    Released,
    /// The reservation has expired, so that there is nothing left to give back.
    Expired,
    /// All of the reservation was shipped.
    Shipped,
    /// More pieces than the reservation holds.
    MoreThanReserved,
    /// The expiry that was asked for had passed when the request was decided.
    TooLate,
    /// The reservation is another order's.
    OtherOrder,
}

impl ReservationEvent {
    /// The request that the event answers; `None` for one that no request has asked for.
    pub const fn request(&self) -> Option<RequestId> {
        match self {
            Self::ReservationGranted(event) => Some(event.request),
            Self::ReservationRefused(event) => Some(event.request),
            Self::ReservationRenewed(event) => Some(event.request),
            Self::ReservationReleased(event) => Some(event.request),
            Self::ReservationShipped(event) => Some(event.request),
            Self::RequestRefused(event) => Some(event.request),
            Self::ReservationExpired(_) | Self::ReservationBackorderFilled(_) => None,
        }
    }
}
