//! The events of how a location ships, as they are stored and as they are published. Released schemas change only through an upcaster.

use crate::contract::declare_events;
use crate::{LocationId, ShippingLocationId, TenantId};

use super::CarrierChoice;

declare_events! {
    kind "shipping_location" stream shipping_location_id: ShippingLocationId namespace "orders.shipping_location.v1";
    /// An event of how a location ships.
    stored ShippingLocationEvent upcasters [];
    /// A record of how a location ships on the shipping topic.
    public PublicEvent;

    /// The location ships with these carriers from now on.
    ShippingSet "1.0" [
        tenant: TenantId,
    ] {
        location: LocationId,
        /// In the order in which they are asked; at least one.
        carriers: Vec<CarrierChoice>,
        /// Of one parcel, in grams.
        parcel_weight_g: u32,
    }
    says |event| format!("{} ships with {} carriers", event.location, event.carriers.len());

    /// The location ships by hand again.
    ShippingStopped "1.0" {
        location: LocationId,
    }
    says |event| format!("{} ships by hand", event.location);
}
