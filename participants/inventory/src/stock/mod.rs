//! The commands of stock: what a location keeps, and how much of it is there.

mod adjust;
mod count;
mod import;
mod item;
mod receipt;
mod transfer;
mod view;

use command_kit::Refusal;
use command_kit::http::form::Text;
use domain::stock::{AddStockItem, Stock, StockCommand, StockState};
use domain::{Decider, LocationId, Sku, StockId, TenantId, Timestamp};
use event_store::{Member, Work};
use utoipa_axum::router::OpenApiRouter;

use crate::context::AppState;

pub use import::{OpeningStock, OpeningStockOutcome};
pub use item::ItemSettings;
pub use receipt::{LevelView, StockReceipt, TransferReceipt};
pub use view::StockView;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    item::routes()
        .merge(adjust::routes())
        .merge(count::routes())
        .merge(transfer::routes())
        .merge(import::routes())
        .merge(view::routes())
}

/// The forms of all texts of requests.
pub(crate) fn texts() -> impl Iterator<Item = &'static Text> {
    [item::TEXTS, adjust::TEXTS, count::TEXTS, transfer::TEXTS, import::TEXTS].into_iter().flatten()
}

/// A SKU at a location, as a request names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) tenant: TenantId,
    pub(crate) location: LocationId,
    pub(crate) sku: Sku,
}

impl Place {
    pub(crate) fn id(&self) -> StockId {
        StockId::of(&self.tenant, &self.location, &self.sku)
    }

    /// Begins to keep the SKU at the location where it is not kept yet, so that goods which are there can be recorded.
    pub(crate) fn keep(&self, work: &mut Work<'_>, stock: Member<Stock>, at: Timestamp) -> Result<(), Refusal> {
        if matches!(work.state(stock), StockState::Absent) {
            let Self { tenant, location, sku } = self.clone();
            decide(work, stock, AddStockItem { tenant, location, sku, at })?;
        }
        Ok(())
    }
}

/// Decides a command of a stock item within a unit of work.
pub(crate) fn decide(
    work: &mut Work<'_>,
    stock: Member<Stock>,
    command: impl Into<StockCommand>,
) -> Result<Vec<<Stock as Decider>::Event>, Refusal> {
    let version = work.version(stock);
    work.decide(stock, command.into()).map_err(|rejection| {
        let refusal = Refusal::rejected(&rejection);
        if version == 0 { refusal } else { refusal.at(version) }
    })
}
