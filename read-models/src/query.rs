//! Reading the models, and how far the projectors are.

mod applied;
mod health;
mod window;

pub use applied::AppliedVersion;
pub use health::{GroupHealth, PartitionHealth};

pub use window::Window;

pub use crate::fulfilment::query::{
    FulfilmentKey, FulfilmentList, FulfilmentPage, FulfilmentPageRequest, ShipmentFilter,
};
pub use crate::order::query::{
    Comparison, Condition, ConditionSql, CustomerRow, Field, FoundOrder, OldDraft, Page, PageRequest, Parts, Sort,
    SortKey, Value, Visibility,
};
pub use crate::order_saga::query::{SagaFilter, SagaKey, SagaPage, SagaPageRequest};
pub use crate::stock::query::{Reservable, StockFilter, StockKey, StockPage, StockPageRequest, StockSort};
