//! The events of a ticket, as they are stored and as they are published. Released schemas change only through an upcaster.

use serde::{Deserialize, Serialize};

use crate::contract::declare_events;
use crate::{FulfilmentId, LocationId, OrderId, Sku, TenantId, Timestamp};

use super::TicketItem;

declare_events! {
    kind "ticket" stream ticket_id: FulfilmentId namespace "orders.ticket.v1";
    /// An event of a ticket.
    stored TicketEvent upcasters [];
    /// A record of a ticket on the kitchen topic.
    public PublicEvent;

    /// A kitchen will prepare what a fulfilment needs.
    TicketAccepted "1.0" [
        tenant: TenantId,
    ] {
        order: OrderId,
        location: LocationId,
        /// At least one.
        items: Vec<TicketItem>,
        /// When it is to be ready.
        promised_at: Timestamp,
    }
    says |event| format!("Accepted by {} with {} items", event.location, event.items.len());

    /// The kitchen will not prepare it, or not all of it. Nothing more comes of this ticket.
    TicketRejected "1.0" [
        tenant: TenantId,
    ] {
        order: OrderId,
        location: LocationId,
        reason: TicketRejectionReason,
        /// What is not to be had, where that is why.
        skus: Vec<Sku>,
    }
    says |event| format!("Rejected by {}: {:?}", event.location, event.reason);

    /// The first item is being prepared.
    TicketStarted "1.0" {
        order: OrderId,
        location: LocationId,
    }
    says |_event| "Started".to_owned();

    /// No further item is begun until it is resumed: something holds the order.
    TicketHeld "1.0" {
        order: OrderId,
        location: LocationId,
    }
    says |_event| "Held".to_owned();

    /// Further items may be begun.
    TicketResumed "1.0" {
        order: OrderId,
        location: LocationId,
    }
    says |_event| "Resumed".to_owned();

    /// It was not ready at the promised moment.
    TicketDelayed "1.0" {
        order: OrderId,
        location: LocationId,
        /// When it is to be ready now.
        promised_at: Timestamp,
    }
    says |_event| "Delayed".to_owned();

    /// Every item is done.
    TicketReady "1.0" {
        order: OrderId,
        location: LocationId,
    }
    says |_event| "Ready".to_owned();

    /// It left the kitchen.
    TicketHandedOver "1.0" {
        order: OrderId,
        location: LocationId,
    }
    says |_event| "Handed over".to_owned();

    /// Nobody wants it any more.
    TicketCancelled "1.0" {
        order: OrderId,
        location: LocationId,
    }
    says |_event| "Cancelled".to_owned();
}

/// Why a kitchen does not prepare what it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TicketRejectionReason {
    /// The kitchen takes no orders for now.
    Paused,
    /// The kitchen has as many open tickets as it can have.
    Full,
    /// Nobody is on shift.
    NoStaff,
    /// The menu does not have it.
    NotOnMenu,
    /// It was on the menu, and there is none left today.
    SoldOut,
    /// It has more items, or more pieces of one, than a ticket can have.
    TooLarge,
}
