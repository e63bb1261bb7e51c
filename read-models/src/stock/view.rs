//! Stock as the read models see it, and the table `stock`, whose columns are its fields.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use domain::contract::Position;
use uuid::Uuid;

use crate::table::{Table, columns};

/// One row a tenant, location and SKU.
pub(crate) static STOCK: LazyLock<Table> = LazyLock::new(|| Table::of::<StockView>("stock", &["stock_id"]));

/// The stock of a SKU at a location: the level after its last event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StockView {
    pub stock_id: Uuid,
    pub tenant: String,
    pub location: String,
    pub sku: String,
    /// Version of the last event folded in.
    pub version: i64,
    /// Pieces at the location, whether or not reserved.
    pub on_hand: i64,
    /// Pieces held by reservations, with what is backordered.
    pub reserved: i64,
    /// The part of `reserved` that no stock is set aside for.
    pub backordered: i64,
    /// Pieces kept back from new reservations.
    pub safety_stock: i64,
    /// Pieces that can be newly reserved without backorder.
    pub available: i64,
    /// Whether reservations beyond what is available are taken.
    pub backorder_allowed: bool,
    /// When the last event happened, in business time.
    pub changed_at: DateTime<Utc>,
    /// When the last event was recorded, to the millisecond.
    pub updated_at: DateTime<Utc>,
    /// Shard of the last event in the log.
    pub shard: i16,
    /// Position of the last event in its shard.
    pub position: i64,
}

columns!(StockView {
    stock_id,
    tenant,
    location,
    sku,
    version,
    on_hand,
    reserved,
    backordered,
    safety_stock,
    available,
    backorder_allowed,
    changed_at,
    updated_at,
    shard,
    position,
});

impl StockView {
    /// Position of the last event in the log.
    pub const fn log_position(&self) -> Position {
        Position { shard: self.shard, position: self.position }
    }
}
