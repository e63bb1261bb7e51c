//! The events of a kitchen, as they are stored and as they are published. Released schemas change only through an upcaster.

use crate::contract::declare_events;
use crate::ticket::{TicketItem, TicketRejectionReason};
use crate::{FulfilmentId, KitchenId, LocationId, OrderId, Sku, StationName, TenantId, Timestamp};

use super::{KitchenMode, KitchenStation};

declare_events! {
    kind "kitchen" stream kitchen_id: KitchenId namespace "orders.kitchen.v1";
    /// An event of a kitchen.
    stored KitchenEvent upcasters [];
    /// A record of a kitchen on the kitchen topic.
    public PublicEvent;

    /// The kitchen has these stations from now on. The first time there was none before.
    StationsSet "1.0" [
        tenant: TenantId,
    ] {
        location: LocationId,
        /// At least one.
        stations: Vec<KitchenStation>,
    }
    says |event| format!("{} stations at {}", event.stations.len(), event.location);

    /// The menu has a SKU, or has it otherwise than before.
    MenuItemSet "1.0" {
        location: LocationId,
        sku: Sku,
        station: StationName,
        /// From 1.
        course: u32,
        /// Of one piece.
        preparation_s: u32,
    }
    says |event| format!("{} is made at {}", event.sku, event.station);

    /// There is none left of a SKU, or there is some again.
    SoldOutChanged "1.0" {
        location: LocationId,
        sku: Sku,
        sold_out: bool,
    }
    says |event| format!("{} {}", event.sku, if event.sold_out { "is sold out" } else { "is there again" });

    /// So many people are on shift.
    StaffChanged "1.0" {
        location: LocationId,
        on_shift: u32,
        /// Whether the engine cooks for them.
        simulated: bool,
    }
    says |event| format!("{} on shift", event.on_shift);

    /// The kitchen works otherwise than before.
    ModeChanged "1.0" {
        location: LocationId,
        mode: KitchenMode,
    }
    says |event| format!("{:?}", event.mode);

    /// A ticket was taken into the queue.
    TicketQueued "1.0" [
        tenant: TenantId,
    ] {
        location: LocationId,
        ticket: FulfilmentId,
        order: OrderId,
        /// At least one.
        items: Vec<TicketItem>,
        promised_at: Timestamp,
    }
    says |event| format!("Ticket of {} items queued", event.items.len());

    /// A ticket was not taken, or given up because something has sold out.
    TicketTurnedAway "1.0" [
        tenant: TenantId,
    ] {
        location: LocationId,
        ticket: FulfilmentId,
        order: OrderId,
        reason: TicketRejectionReason,
        /// What is not to be had, where that is why.
        skus: Vec<Sku>,
    }
    says |event| format!("Ticket turned away: {:?}", event.reason);

    /// No further item of a ticket is begun until it is resumed.
    TicketHeld "1.0" {
        location: LocationId,
        ticket: FulfilmentId,
        order: OrderId,
    }
    says |_event| "Ticket held".to_owned();

    /// Further items of a ticket may be begun.
    TicketResumed "1.0" {
        location: LocationId,
        ticket: FulfilmentId,
        order: OrderId,
    }
    says |_event| "Ticket resumed".to_owned();

    /// A ticket was taken out of the queue because nobody wants it any more. What was in hand of it is left.
    TicketWithdrawn "1.0" {
        location: LocationId,
        ticket: FulfilmentId,
        order: OrderId,
    }
    says |_event| "Ticket withdrawn".to_owned();

    /// Somebody has an item in hand.
    CookingStarted "1.0" {
        location: LocationId,
        ticket: FulfilmentId,
        order: OrderId,
        /// Its place in the ticket, from 1.
        item: u32,
        station: StationName,
        /// When it is to be done.
        until: Timestamp,
        /// Whether the engine finishes it.
        simulated: bool,
    }
    says |event| format!("Item {} begun at {}", event.item, event.station);

    /// An item is done.
    CookingFinished "1.0" {
        location: LocationId,
        ticket: FulfilmentId,
        order: OrderId,
        /// Its place in the ticket, from 1.
        item: u32,
        station: StationName,
    }
    says |event| format!("Item {} done at {}", event.item, event.station);

    /// Every item of a ticket is done. It leaves the kitchen's queue.
    TicketCompleted "1.0" {
        location: LocationId,
        ticket: FulfilmentId,
        order: OrderId,
    }
    says |_event| "Ticket completed".to_owned();
}
