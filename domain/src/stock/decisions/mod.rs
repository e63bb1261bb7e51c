//! One file for each decision: the command, the scopes it needs, its validation and its tests; and the list of them.
//!
//! Every command names its tenant, and no stream of another one is changed.

mod add_stock_item;
mod adjust_stock;
mod count_stock;
mod fill_backorder;
mod release_pieces;
mod reserve_pieces;
mod set_backorder_policy;
mod set_safety_stock;
mod ship_pieces;
mod transfer_stock_in;
mod transfer_stock_out;

pub use add_stock_item::*;
pub use adjust_stock::*;
pub use count_stock::*;
pub use fill_backorder::*;
pub use release_pieces::*;
pub use reserve_pieces::*;
pub use set_backorder_policy::*;
pub use set_safety_stock::*;
pub use ship_pieces::*;
pub use transfer_stock_in::*;
pub use transfer_stock_out::*;

use super::{Stock, StockEvent, StockItem, StockLevel, StockRejection, StockShortage, StockState};
use crate::decision::declare_commands;
use crate::{TenantId, Timestamp};

declare_commands! {
    /// A command of the stock of a SKU at a location.
    StockCommand of Stock {
        AddStockItem,
        AdjustStock,
        CountStock,
        TransferStockOut,
        TransferStockIn,
        SetSafetyStock,
        SetBackorderPolicy,
        ReservePieces,
        ReleasePieces,
        ShipPieces,
        FillBackorder,
    }
}

/// The item of a state, for a command of its tenant.
fn item_of<'a>(state: &'a StockState, tenant: &TenantId) -> Result<&'a StockItem, StockRejection> {
    match state {
        StockState::Absent => Err(StockRejection::NotFound),
        StockState::Item(item) if item.tenant != *tenant => Err(StockRejection::OtherTenant),
        StockState::Item(item) => Ok(item),
    }
}

/// A fact, and the shortage where it leaves less on hand than is set aside.
fn with_shortage(fact: StockEvent, item: &StockItem, level: StockLevel, at: Timestamp) -> Vec<StockEvent> {
    let short = level.shortage();
    let shortage = (!short.is_zero()).then(|| {
        StockEvent::StockShortage(StockShortage {
            location: item.location.clone(),
            sku: item.sku.clone(),
            short,
            level,
            at,
        })
    });
    std::iter::once(fact).chain(shortage).collect()
}

#[cfg(test)]
pub(in crate::stock) mod fixtures;
