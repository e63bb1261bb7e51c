//! The commands of stock: what a location keeps, and how much of it is there.

mod adjust;
mod count;
mod import;
mod item;
mod receipt;
mod transfer;
mod view;

use command_kit::http::form::Text;
use command_kit::{Answer, Caller, Refusal, UnitTask};
use domain::stock::{AddStockItem, Stock, StockCommand, StockState};
use domain::{Decider, LocationId, Scope, Sku, StockId, TenantId, Timestamp};
use event_store::{Expectation, Member, Members, Work};
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;

use crate::context::{AppState, Inventory};
use receipt::Decided;

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

/// A command on one stock item.
pub(crate) struct ItemTask<'a, I> {
    /// Its name in metrics and in the scope of idempotency keys.
    pub(crate) operation: &'static str,
    pub(crate) place: Place,
    /// What the request is recognised by.
    pub(crate) input: &'a I,
    /// Decides on the item, at a moment.
    pub(crate) decide: &'a DecideItem<'a>,
}

/// Decides on an item within a unit of work, at a moment.
pub(crate) type DecideItem<'a> =
    dyn Fn(&mut Work<'_>, Member<Stock>, &Place, Timestamp) -> Result<(), Refusal> + Send + Sync + 'a;

impl Inventory {
    /// Runs a command on one stock item to its answer.
    pub(crate) async fn run_on_item<I: Serialize + Sync>(
        &self,
        caller: &Caller,
        task: ItemTask<'_, I>,
    ) -> Result<Answer<StockReceipt>, Refusal> {
        let ItemTask { operation, place, input, decide } = task;
        let mut members = Members::default();
        let stock = members.add::<Stock>(&place.id().to_string(), Expectation::Existing);
        let at = self.now();
        let task = UnitTask {
            operation,
            scopes: &[Scope::INVENTORY_WRITE],
            named: None,
            input,
            members: &members,
            decide: &|work| {
                decide(work, stock, &place, at)?;
                Ok(Decided::of(work, stock, &place))
            },
            receipt: &|decided: &Decided, effects| decided.receipt(effects),
        };
        self.stock.run(caller, task).await
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
