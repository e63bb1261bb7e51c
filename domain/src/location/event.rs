//! The events of a location, as they are stored and as they are published. Released schemas change only through an upcaster.

use crate::contract::declare_events;
use crate::{LocationId, LocationStreamId, Reason, TenantId};

use super::details::LocationDetails;

declare_events! {
    kind "location" stream location_id: LocationStreamId namespace "orders.location.v1";
    /// An event of a location.
    stored LocationEvent upcasters [];
    /// A record of a location on the fulfilment topic.
    public PublicEvent;

    /// A place begins to send goods.
    LocationRegistered "1.0" [
        tenant: TenantId,
    ] {
        code: LocationId,
        details: LocationDetails,
    }
    says |event| format!("Location {} registered", event.code);

    /// What is known of it has changed.
    LocationChanged "1.0" {
        code: LocationId,
        /// All of it, as it is now.
        details: LocationDetails,
    }
    says |event| format!("Location {} changed", event.code);

    /// It is given no more to send, until it is resumed. What it has, it sends.
    LocationPaused "1.0" {
        code: LocationId,
        /// In the staff's words.
        note: Option<Reason>,
    }
    says |event| format!("Location {} paused", event.code);

    /// It is given orders again.
    LocationResumed "1.0" {
        code: LocationId,
    }
    says |event| format!("Location {} resumed", event.code);
}
