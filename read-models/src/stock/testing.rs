//! Event histories of stock as they would come from the topic, built step by step.

use domain::contract::Position;
use domain::stock::contract::{
    AdjustmentReason, BackorderPolicyChanged, ContractStockLevel, ForeignEvent, PublicEvent, Published, StockAdjusted,
    StockItemAdded, StockReleased, StockReserved,
};
use domain::{EventId, LocationId, Sku, StockId, TenantId, Timestamp};
use uuid::Uuid;

use super::fold::fold;
use super::view::StockView;

/// 2026-01-01T00:00:00Z, when all histories begin. Each event is a second after the one before.
const BEGINNING_MICROS: i64 = 1_767_225_600_000_000;
const SECOND_MICROS: i64 = 1_000_000;

/// The events of one stock item, one after another.
#[derive(Debug, Clone)]
pub struct StockHistory {
    stock_id: Uuid,
    tenant: String,
    location: String,
    sku: String,
    level: ContractStockLevel,
    view: Option<StockView>,
    records: Vec<Published>,
}

impl StockHistory {
    /// A history without events.
    pub fn of(tenant: &str, location: &str, sku: &str) -> Self {
        let id = StockId::of(
            &TenantId::try_new(tenant).expect("a tenant"),
            &LocationId::try_new(location).expect("a location"),
            &Sku::try_new(sku).expect("an SKU"),
        );
        let level = ContractStockLevel { on_hand: 0, reserved: 0, backordered: 0, safety_stock: 0, available: 0 };
        let (tenant, location, sku) = (tenant.to_owned(), location.to_owned(), sku.to_owned());
        Self { stock_id: id.uuid(), tenant, location, sku, level, view: None, records: Vec::new() }
    }

    /// The stock's id.
    pub const fn id(&self) -> Uuid {
        self.stock_id
    }

    /// The row after the last event.
    ///
    /// # Panics
    /// Without events.
    pub fn view(&self) -> &StockView {
        self.view.as_ref().expect("the history has an event")
    }

    /// The events.
    pub fn records(&self) -> Vec<Published> {
        self.records.clone()
    }

    /// The events from a version on.
    pub fn since(&self, version: usize) -> Vec<Published> {
        self.records[version - 1..].to_vec()
    }

    /// The item is kept from now on.
    #[must_use]
    pub fn added(self) -> Self {
        let Next { stock_id, version, tenant, at, location, sku, level } = self.next();
        self.with(PublicEvent::StockItemAdded(StockItemAdded { stock_id, version, tenant, at, location, sku, level }))
    }

    /// Goods came from a supplier.
    #[must_use]
    pub fn received(mut self, pieces: i64) -> Self {
        self.level.on_hand += pieces;
        let Next { stock_id, version, tenant, at, location, sku, level } = self.next();
        self.with(PublicEvent::StockAdjusted(StockAdjusted {
            stock_id,
            version,
            tenant,
            at,
            location,
            sku,
            by: pieces,
            reason: AdjustmentReason::Received,
            discrepancy: 0,
            note: None,
            level,
        }))
    }

    /// Reservations beyond what is available are allowed or forbidden.
    #[must_use]
    pub fn backorder_allowed(self, allows_backorder: bool) -> Self {
        let Next { stock_id, version, tenant, at, location, sku, level } = self.next();
        let event = BackorderPolicyChanged { stock_id, version, tenant, at, location, sku, allows_backorder, level };
        self.with(PublicEvent::BackorderPolicyChanged(event))
    }

    /// A reservation was granted pieces, beyond what is available as backorder.
    #[must_use]
    pub fn reserved(mut self, reservation: Uuid, order: Uuid, quantity: i64) -> Self {
        let backordered = (quantity - self.available()).max(0);
        self.level.reserved += quantity;
        self.level.backordered += backordered;
        let Next { stock_id, version, tenant, at, location, sku, level } = self.next();
        self.with(PublicEvent::StockReserved(StockReserved {
            stock_id,
            version,
            tenant,
            at,
            location,
            sku,
            reservation: reservation.to_string(),
            order: order.to_string(),
            quantity,
            backordered,
            level,
        }))
    }

    /// A reservation gave pieces back, none of them backordered.
    #[must_use]
    pub fn released(mut self, reservation: Uuid, order: Uuid, quantity: i64) -> Self {
        self.level.reserved -= quantity;
        let Next { stock_id, version, tenant, at, location, sku, level } = self.next();
        self.with(PublicEvent::StockReleased(StockReleased {
            stock_id,
            version,
            tenant,
            at,
            location,
            sku,
            reservation: reservation.to_string(),
            order: order.to_string(),
            quantity,
            backordered: 0,
            level,
        }))
    }

    /// A row that another program wrote into the stream.
    #[must_use]
    pub fn foreign(self) -> Self {
        let Next { stock_id, version, tenant, at, .. } = self.next();
        self.with(PublicEvent::ForeignEvent(ForeignEvent {
            stock_id,
            version,
            tenant,
            at,
            aggregate_type: "stock".to_owned(),
            event_type: "Sung".to_owned(),
            event_version: "1.0".to_owned(),
            body: None,
        }))
    }

    fn available(&self) -> i64 {
        let set_aside = self.level.reserved - self.level.backordered;
        (self.level.on_hand - set_aside - self.level.safety_stock).max(0)
    }

    /// What the next event begins with.
    fn next(&self) -> Next {
        let count = i64::try_from(self.records.len()).expect("a history is short");
        Next {
            stock_id: self.stock_id.to_string(),
            version: count + 1,
            tenant: self.tenant.clone(),
            at: BEGINNING_MICROS + count * SECOND_MICROS,
            location: self.location.clone(),
            sku: self.sku.clone(),
            level: ContractStockLevel { available: self.available(), ..self.level.clone() },
        }
    }

    fn with(mut self, event: PublicEvent) -> Self {
        let version = i64::try_from(self.records.len()).expect("a history is short") + 1;
        let recorded = BEGINNING_MICROS + version * SECOND_MICROS;
        let record = Published {
            event,
            event_id: EventId::new(Uuid::from_u128(self.stock_id.as_u128() ^ u128::from(version.unsigned_abs()))),
            position: Position { shard: 0, position: version },
            recorded_at: Timestamp::try_from_micros(recorded).expect("a moment of this century"),
            correlation_id: Some("request-1".to_owned()),
            causation_id: None,
            traceparent: None,
        };
        self.view = Some(fold(self.view.take(), &record).expect("a history folds"));
        self.records.push(record);
        self
    }
}

/// What an event begins with, and the level after it.
struct Next {
    stock_id: String,
    version: i64,
    tenant: String,
    at: i64,
    location: String,
    sku: String,
    level: ContractStockLevel,
}
