//! The answers of stock's commands.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use command_kit::Answer;
use command_kit::http::versioned;
use domain::stock::{Stock, StockLevel, StockState};
use domain::{EventId, StockId, TransferId};
use event_store::{Member, UnitEffects, Work};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Place;

/// The quantities of a SKU at a location, in pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LevelView {
    /// Pieces at the location, whether or not reserved.
    #[schema(example = 20)]
    pub on_hand: u64,
    /// Pieces that reservations hold, with what is backordered.
    #[schema(example = 3)]
    pub reserved: u64,
    /// The part of `reserved` that no stock is set aside for.
    #[schema(example = 0)]
    pub backordered: u64,
    /// Pieces kept back from new reservations.
    #[schema(example = 2)]
    pub safety_stock: u64,
    /// Pieces that can be newly reserved without backorder.
    #[schema(example = 15)]
    pub available: u64,
}

impl LevelView {
    pub(crate) fn of(level: &StockLevel) -> Self {
        Self {
            on_hand: level.on_hand.get(),
            reserved: level.reserved.get(),
            backordered: level.backordered.get(),
            safety_stock: level.safety_stock.get(),
            available: level.available().get(),
        }
    }
}

/// The result of a command on the stock of a SKU at a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockReceipt {
    /// The id of the stock, which follows from tenant, location and SKU.
    #[schema(value_type = Uuid)]
    pub stock_id: StockId,
    /// The code of the location, such as `zrh-1`.
    #[schema(example = "zrh-1")]
    pub location: String,
    /// The SKU.
    #[schema(example = "85123A")]
    pub sku: String,
    /// The version of the stock after the command, which is also its ETag.
    #[schema(example = 17)]
    pub version: i64,
    /// The quantities after the command.
    pub level: LevelView,
    /// The ids of the events that were stored; empty if there was nothing to change.
    #[schema(value_type = Vec<Uuid>)]
    pub event_ids: Vec<EventId>,
}

/// The result of a transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TransferReceipt {
    /// The id of the transfer, which both locations have recorded.
    #[schema(value_type = Uuid)]
    pub transfer_id: TransferId,
    /// The stock that the pieces were taken from. Its version is the answer's ETag.
    pub origin: StockReceipt,
    /// The stock that the pieces were added to.
    pub destination: StockReceipt,
}

/// A stock item after a decision.
pub(super) struct Decided {
    receipt: StockReceipt,
}

impl Decided {
    /// The item as the unit leaves it.
    pub(super) fn of(work: &Work<'_>, stock: Member<Stock>, place: &Place) -> Self {
        let level = match work.state(stock) {
            StockState::Item(item) => item.level,
            StockState::Absent => StockLevel::default(),
        };
        let receipt = StockReceipt {
            stock_id: place.id(),
            location: place.location.to_string(),
            sku: place.sku.to_string(),
            version: work.version(stock),
            level: LevelView::of(&level),
            event_ids: Vec::new(),
        };
        Self { receipt }
    }

    pub(super) fn receipt(&self, effects: &UnitEffects) -> StockReceipt {
        StockReceipt { event_ids: effects.event_ids.clone(), ..self.receipt.clone() }
    }

    /// The receipt of one of several streams, without the unit's events.
    pub(super) fn part(&self) -> StockReceipt {
        self.receipt.clone()
    }
}

impl command_kit::Receipt for StockReceipt {
    fn version(&self) -> i64 {
        self.version
    }

    fn event_ids(&self) -> &[EventId] {
        &self.event_ids
    }
}

impl command_kit::Receipt for TransferReceipt {
    fn version(&self) -> i64 {
        self.origin.version
    }

    fn event_ids(&self) -> &[EventId] {
        &self.origin.event_ids
    }
}

/// An answer with the headers that every success has.
pub(super) struct Done<R>(pub Answer<R>);

impl<R: command_kit::Receipt> IntoResponse for Done<R> {
    fn into_response(self) -> Response {
        let Answer { receipt, replayed } = self.0;
        versioned(StatusCode::OK, &receipt, receipt.version(), replayed)
    }
}
