//! What other participants ask of inventory. The answers are the events of the reservation.

use crate::contract::declare_requests;

pub use crate::contract::ContractRequestedLine;

/// The topic of the requests. Key: the reservation's id, so that the requests of one reservation are handled in order.
pub const REQUESTS_TOPIC: &str = "inventory.commands.v1";

declare_requests! {
    /// What inventory is asked for.
    requests InventoryRequest of "inventory" namespace "inventory.commands.v1" key reservation_id;

    /// Reserve stock at one location: all lines, or none.
    ReserveStock {
        /// What the stock is for.
        order_id: String,
        location: String,
        /// Each product once.
        lines: Vec<ContractRequestedLine>,
        /// How long the reservation is kept without another request, in seconds.
        hold_for_s: i64,
    }

    /// Keep a reservation for longer, from now on.
    RenewReservation {
        order_id: String,
        /// How long it is kept without another request, in seconds.
        hold_for_s: i64,
    }

    /// Give back what a reservation holds. Before it was reserved, this refuses the late reservation.
    ReleaseReservation {
        order_id: String,
    }

    /// Take reserved pieces out of stock, since they leave the location.
    ShipReservation {
        order_id: String,
        /// What leaves; each product once.
        lines: Vec<ContractRequestedLine>,
    }
}
