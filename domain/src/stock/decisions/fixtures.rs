//! Fixtures of the decisions' tests.

use uuid::Uuid;

use crate::stock::{
    AddStockItem, AdjustStock, AdjustmentReason, BackorderFilled, BackorderPolicyChanged, CountStock, FillBackorder,
    ReleasePieces, ReservePieces, SafetyStockChanged, SetBackorderPolicy, SetSafetyStock, ShipPieces, Stock,
    StockAdjusted, StockCommand, StockCounted, StockEvent, StockItemAdded, StockLevel, StockReleased, StockReserved,
    StockShipped, StockShortage, StockTransferredIn, StockTransferredOut, TransferStockIn, TransferStockOut,
};
use crate::testing::{Given, given_for};
use crate::{Difference, LocationId, OrderId, Pieces, ReservationId, Sku, TenantId, Timestamp, TransferId};

pub(in crate::stock) fn given(history: impl IntoIterator<Item = StockEvent>) -> Given<Stock> {
    given_for(history)
}

/// The moment of every command and event.
pub(in crate::stock) const AT: Timestamp = Timestamp::EPOCH;

pub(in crate::stock) fn tenant() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

pub(in crate::stock) fn other_tenant() -> TenantId {
    TenantId::try_new("other-shop").unwrap()
}

pub(in crate::stock) fn location() -> LocationId {
    LocationId::try_new("zrh-1").unwrap()
}

fn elsewhere() -> LocationId {
    LocationId::try_new("gva-1").unwrap()
}

fn sku() -> Sku {
    Sku::try_new("85123A").unwrap()
}

fn reservation() -> ReservationId {
    ReservationId::new(Uuid::from_u128(7))
}

fn order() -> OrderId {
    OrderId::new(Uuid::from_u128(8))
}

fn transfer() -> TransferId {
    TransferId::new(Uuid::from_u128(9))
}

pub(in crate::stock) fn pieces(number: u64) -> Pieces {
    Pieces::try_new(number).unwrap()
}

/// On hand, reserved, backordered, safety stock.
pub(in crate::stock) fn level(on_hand: u64, reserved: u64, backordered: u64, safety_stock: u64) -> StockLevel {
    StockLevel {
        on_hand: pieces(on_hand),
        reserved: pieces(reserved),
        backordered: pieces(backordered),
        safety_stock: pieces(safety_stock),
    }
}

pub(in crate::stock) fn add_item() -> StockCommand {
    AddStockItem { tenant: tenant(), location: location(), sku: sku(), at: AT }.into()
}

pub(in crate::stock) fn added() -> StockEvent {
    let level = StockLevel::default();
    StockEvent::StockItemAdded(StockItemAdded { tenant: tenant(), location: location(), sku: sku(), level, at: AT })
}

pub(in crate::stock) fn adjust_stock(by: i64, reason: AdjustmentReason) -> AdjustStock {
    AdjustStock { tenant: tenant(), by: Difference::try_new(by).unwrap(), reason, note: None, at: AT }
}

pub(in crate::stock) fn adjust(by: i64, reason: AdjustmentReason) -> StockCommand {
    adjust_stock(by, reason).into()
}

pub(in crate::stock) fn adjusted(by: i64, reason: AdjustmentReason, discrepancy: u64, level: StockLevel) -> StockEvent {
    StockEvent::StockAdjusted(StockAdjusted {
        location: location(),
        sku: sku(),
        by: Difference::try_new(by).unwrap(),
        reason,
        discrepancy: pieces(discrepancy),
        note: None,
        level,
        at: AT,
    })
}

pub(in crate::stock) fn received(quantity: i64, level: StockLevel) -> StockEvent {
    adjusted(quantity, AdjustmentReason::Received, 0, level)
}

/// An item with so many pieces.
pub(in crate::stock) fn stocked(on_hand: u64) -> Vec<StockEvent> {
    vec![added(), received(on_hand.try_into().unwrap(), level(on_hand, 0, 0, 0))]
}

/// An item with so many pieces, of which some are reserved.
pub(in crate::stock) fn reserved_of(on_hand: u64, quantity: u64) -> Vec<StockEvent> {
    stocked(on_hand).into_iter().chain([reserved(quantity, 0, level(on_hand, quantity, 0, 0))]).collect()
}

/// An item with so many pieces that allows backorder.
pub(in crate::stock) fn backorder_of(on_hand: u64) -> Vec<StockEvent> {
    stocked(on_hand).into_iter().chain([backorder_changed(true, level(on_hand, 0, 0, 0))]).collect()
}

/// An item with so many pieces, of which more are reserved.
pub(in crate::stock) fn backordered_of(on_hand: u64, quantity: u64) -> Vec<StockEvent> {
    let missing = quantity - on_hand;
    let reserved = reserved(quantity, missing, level(on_hand, quantity, missing, 0));
    backorder_of(on_hand).into_iter().chain([reserved]).collect()
}

pub(in crate::stock) fn count(number: u64) -> StockCommand {
    CountStock { tenant: tenant(), counted: pieces(number), at: AT }.into()
}

pub(in crate::stock) fn counted(number: u64, difference: i64, level: StockLevel) -> StockEvent {
    StockEvent::StockCounted(StockCounted {
        location: location(),
        sku: sku(),
        counted: pieces(number),
        difference: Difference::try_new(difference).unwrap(),
        level,
        at: AT,
    })
}

pub(in crate::stock) fn shortage(short: u64, level: StockLevel) -> StockEvent {
    let short = pieces(short);
    StockEvent::StockShortage(StockShortage { location: location(), sku: sku(), short, level, at: AT })
}

pub(in crate::stock) fn transfer_stock_out(quantity: u64) -> TransferStockOut {
    let quantity = pieces(quantity);
    TransferStockOut { tenant: tenant(), transfer: transfer(), destination: elsewhere(), quantity, at: AT }
}

pub(in crate::stock) fn transfer_out(quantity: u64) -> StockCommand {
    transfer_stock_out(quantity).into()
}

pub(in crate::stock) fn transferred_out(quantity: u64, level: StockLevel) -> StockEvent {
    StockEvent::StockTransferredOut(StockTransferredOut {
        location: location(),
        sku: sku(),
        transfer: transfer(),
        destination: elsewhere(),
        quantity: pieces(quantity),
        level,
        at: AT,
    })
}

pub(in crate::stock) fn transfer_stock_in(quantity: u64) -> TransferStockIn {
    let quantity = pieces(quantity);
    TransferStockIn { tenant: tenant(), transfer: transfer(), origin: elsewhere(), quantity, at: AT }
}

pub(in crate::stock) fn transfer_in(quantity: u64) -> StockCommand {
    transfer_stock_in(quantity).into()
}

pub(in crate::stock) fn transferred_in(quantity: u64, level: StockLevel) -> StockEvent {
    StockEvent::StockTransferredIn(StockTransferredIn {
        location: location(),
        sku: sku(),
        transfer: transfer(),
        origin: elsewhere(),
        quantity: pieces(quantity),
        level,
        at: AT,
    })
}

pub(in crate::stock) fn set_safety_stock(number: u64) -> StockCommand {
    SetSafetyStock { tenant: tenant(), safety_stock: pieces(number), at: AT }.into()
}

pub(in crate::stock) fn safety_changed(level: StockLevel) -> StockEvent {
    StockEvent::SafetyStockChanged(SafetyStockChanged { location: location(), sku: sku(), level, at: AT })
}

pub(in crate::stock) fn set_backorder(allows_backorder: bool) -> StockCommand {
    SetBackorderPolicy { tenant: tenant(), allows_backorder, at: AT }.into()
}

pub(in crate::stock) fn backorder_changed(allows_backorder: bool, level: StockLevel) -> StockEvent {
    StockEvent::BackorderPolicyChanged(BackorderPolicyChanged {
        location: location(),
        sku: sku(),
        allows_backorder,
        level,
        at: AT,
    })
}

pub(in crate::stock) fn reserve_pieces(quantity: u64, backordered: u64) -> ReservePieces {
    ReservePieces {
        tenant: tenant(),
        reservation: reservation(),
        order: order(),
        quantity: pieces(quantity),
        backordered: pieces(backordered),
        at: AT,
    }
}

pub(in crate::stock) fn reserve(quantity: u64, backordered: u64) -> StockCommand {
    reserve_pieces(quantity, backordered).into()
}

pub(in crate::stock) fn reserved(quantity: u64, backordered: u64, level: StockLevel) -> StockEvent {
    StockEvent::StockReserved(StockReserved {
        location: location(),
        sku: sku(),
        reservation: reservation(),
        order: order(),
        quantity: pieces(quantity),
        backordered: pieces(backordered),
        level,
        at: AT,
    })
}

pub(in crate::stock) fn release_pieces(quantity: u64, backordered: u64) -> ReleasePieces {
    ReleasePieces {
        tenant: tenant(),
        reservation: reservation(),
        order: order(),
        quantity: pieces(quantity),
        backordered: pieces(backordered),
        at: AT,
    }
}

pub(in crate::stock) fn release(quantity: u64, backordered: u64) -> StockCommand {
    release_pieces(quantity, backordered).into()
}

pub(in crate::stock) fn released(quantity: u64, backordered: u64, level: StockLevel) -> StockEvent {
    StockEvent::StockReleased(StockReleased {
        location: location(),
        sku: sku(),
        reservation: reservation(),
        order: order(),
        quantity: pieces(quantity),
        backordered: pieces(backordered),
        level,
        at: AT,
    })
}

pub(in crate::stock) fn ship_pieces(quantity: u64, backordered: u64) -> ShipPieces {
    ShipPieces {
        tenant: tenant(),
        reservation: reservation(),
        order: order(),
        quantity: pieces(quantity),
        backordered: pieces(backordered),
        at: AT,
    }
}

pub(in crate::stock) fn ship(quantity: u64, backordered: u64) -> StockCommand {
    ship_pieces(quantity, backordered).into()
}

pub(in crate::stock) fn shipped(quantity: u64, backordered: u64, discrepancy: u64, level: StockLevel) -> StockEvent {
    StockEvent::StockShipped(StockShipped {
        location: location(),
        sku: sku(),
        reservation: reservation(),
        order: order(),
        quantity: pieces(quantity),
        backordered: pieces(backordered),
        discrepancy: pieces(discrepancy),
        level,
        at: AT,
    })
}

pub(in crate::stock) fn fill(quantity: u64) -> StockCommand {
    let quantity = pieces(quantity);
    FillBackorder { tenant: tenant(), reservation: reservation(), order: order(), quantity, at: AT }.into()
}

pub(in crate::stock) fn filled(quantity: u64, level: StockLevel) -> StockEvent {
    StockEvent::BackorderFilled(BackorderFilled {
        location: location(),
        sku: sku(),
        reservation: reservation(),
        order: order(),
        quantity: pieces(quantity),
        level,
        at: AT,
    })
}
