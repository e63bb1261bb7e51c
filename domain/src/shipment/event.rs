//! The events of a shipment, as they are stored and as they are published. Released schemas change only through an upcaster.

use crate::contract::declare_events;
use crate::shipping_location::CarrierChoice;
use crate::{
    Carrier, CarrierService, FulfilmentId, LocationId, Money, OrderId, Reason, TenantId, Timestamp, TrackingNumber,
};

use super::{LabelUrl, ParcelPlace, ParcelStatus};

declare_events! {
    kind "shipment" stream shipment_id: FulfilmentId namespace "orders.shipment.v1";
    /// An event of a shipment.
    stored ShipmentEvent upcasters [];
    /// A record of a shipment on the shipping topic.
    public PublicEvent;

    /// The parcel of a fulfilment is to be sent with a carrier.
    ShipmentPlanned "1.0" [
        tenant: TenantId,
        /// In the order in which they are asked; at least one.
        carriers: Vec<CarrierChoice>,
    ] {
        order: OrderId,
        location: LocationId,
        /// Of the parcel, in grams.
        weight_g: u32,
        /// In the parcel.
        pieces: u32,
    }
    says |event| format!("To be sent from {} with a carrier", event.location);

    /// The parcel lies ready.
    ShipmentPacked "1.0" {
        order: OrderId,
        location: LocationId,
    }
    says |_event| "Packed".to_owned();

    /// It may leave.
    ShipmentReleased "1.0" {
        order: OrderId,
        location: LocationId,
    }
    says |_event| "Released".to_owned();

    /// It may not leave until it is released again.
    ShipmentHeld "1.0" {
        order: OrderId,
        location: LocationId,
    }
    says |_event| "Held".to_owned();

    /// A carrier is to be asked for a label.
    LabelRequested "1.0" {
        order: OrderId,
        location: LocationId,
        /// The number of the effect.
        effect: u32,
        carrier: Carrier,
        service: CarrierService,
    }
    says |event| format!("A label of {} asked for", event.carrier);

    /// The carrier has sold a label.
    LabelBought "1.0" [
        label_url: LabelUrl,
    ] {
        order: OrderId,
        location: LocationId,
        effect: u32,
        carrier: Carrier,
        service: CarrierService,
        tracking: TrackingNumber,
        cost: Money,
    }
    says |event| format!("A label of {} bought: {}", event.carrier, event.tracking);

    /// The carrier does not take the parcel.
    LabelRefused "1.0" {
        order: OrderId,
        location: LocationId,
        effect: u32,
        carrier: Carrier,
        /// The carrier's.
        code: Reason,
    }
    says |event| format!("{} refuses: {}", event.carrier, event.code);

    /// The carrier is to void the label.
    LabelVoidRequested "1.0" {
        order: OrderId,
        location: LocationId,
        effect: u32,
        carrier: Carrier,
        tracking: TrackingNumber,
    }
    says |event| format!("Label {} to be voided", event.tracking);

    /// The label was voided. The carrier does not carry the parcel.
    LabelVoided "1.0" {
        order: OrderId,
        location: LocationId,
        /// The effect that it is the result of; 0 where nobody here asked for it.
        effect: u32,
        carrier: Carrier,
        tracking: TrackingNumber,
    }
    says |event| format!("Label {} voided", event.tracking);

    /// The carrier does not void the label, though it does not have the parcel.
    LabelVoidRefused "1.0" {
        order: OrderId,
        location: LocationId,
        effect: u32,
        carrier: Carrier,
        tracking: TrackingNumber,
        /// The carrier's.
        code: Reason,
    }
    says |event| format!("Label {} not voided: {}", event.tracking, event.code);

    /// The carrier gave no answer; it is asked again later.
    EffectDelayed "1.0" {
        order: OrderId,
        location: LocationId,
        effect: u32,
        /// How often it was asked in vain.
        tries: u32,
        ask_at: Timestamp,
    }
    says |event| format!("No answer after {} tries", event.tries);

    /// No carrier takes it. People ship it by hand, or have the carriers asked again.
    ShipmentFailed "1.0" {
        order: OrderId,
        location: LocationId,
        /// The last carrier's code, or the engine's own.
        reason: Reason,
    }
    says |event| format!("No carrier takes it: {}", event.reason);

    /// The carriers are to be asked again.
    ShipmentRetried "1.0" {
        order: OrderId,
        location: LocationId,
    }
    says |_event| "The carriers are asked again".to_owned();

    /// Nobody wants it sent any more.
    ShipmentCancelled "1.0" {
        order: OrderId,
        location: LocationId,
    }
    says |_event| "Cancelled".to_owned();

    /// People have sent it by other ways.
    ShippedByHand "1.0" {
        order: OrderId,
        location: LocationId,
    }
    says |_event| "Shipped by hand".to_owned();

    /// The carrier has the parcel.
    ShipmentHandedOver "1.0" {
        order: OrderId,
        location: LocationId,
        carrier: Carrier,
        tracking: TrackingNumber,
        /// Whether it was to leave. Where it was not, it left all the same.
        released: bool,
        /// By the carrier's clock.
        occurred_at: Timestamp,
    }
    says |event| format!("Handed over to {}", event.carrier);

    /// The carrier has seen the parcel on its way.
    TrackingUpdated "1.0" {
        order: OrderId,
        location: LocationId,
        carrier: Carrier,
        tracking: TrackingNumber,
        status: ParcelStatus,
        /// In the carrier's words.
        place: Option<ParcelPlace>,
        /// When it is to be delivered, where the carrier says so.
        expected_at: Option<Timestamp>,
        /// By the carrier's clock.
        occurred_at: Timestamp,
    }
    says |event| match &event.place {
        Some(place) => format!("{}: {place}", event.status.in_words()),
        None => event.status.in_words().to_owned(),
    };

    /// It has arrived.
    ShipmentDelivered "1.0" {
        order: OrderId,
        location: LocationId,
        carrier: Carrier,
        tracking: TrackingNumber,
        /// By the carrier's clock.
        occurred_at: Timestamp,
    }
    says |_event| "Delivered".to_owned();

    /// The carrier has lost it.
    ShipmentLost "1.0" {
        order: OrderId,
        location: LocationId,
        carrier: Carrier,
        tracking: TrackingNumber,
        /// By the carrier's clock.
        occurred_at: Timestamp,
    }
    says |_event| "Lost".to_owned();

    /// It came back to the location.
    ShipmentReturned "1.0" {
        order: OrderId,
        location: LocationId,
        carrier: Carrier,
        tracking: TrackingNumber,
        /// By the carrier's clock.
        occurred_at: Timestamp,
    }
    says |_event| "Returned to the sender".to_owned();
}

impl ShipmentEvent {
    /// The number of the effect that begins with the event.
    pub const fn starts(&self) -> Option<u32> {
        match self {
            Self::LabelRequested(event) => Some(event.effect),
            Self::LabelVoidRequested(event) => Some(event.effect),
            _ => None,
        }
    }
}
