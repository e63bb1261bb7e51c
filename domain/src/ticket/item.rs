//! What a ticket has to be made.

use serde::{Deserialize, Serialize};

use crate::{Quantity, Sku, StationName};

/// Pieces of one SKU to prepare at one station, by one person and in one go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketItem {
    pub sku: Sku,
    pub quantity: Quantity,
    pub station: StationName,
    /// From 1. An item is begun when all items of earlier courses are done.
    pub course: u32,
    /// For all pieces together.
    pub preparation_s: u32,
}
