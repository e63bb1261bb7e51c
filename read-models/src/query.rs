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
    Comparison, Condition, CustomerRow, ExportedLine, Field, FoundOrder, Grouping, OldDraft, OrderFigures, Page,
    PageRequest, Parts, Sort, SortKey, Value, Visibility, all_lines, all_orders, order_figures,
};
pub use crate::order_saga::query::{SagaFilter, SagaKey, SagaPage, SagaPageRequest};
pub use crate::stock::query::{Reservable, StockFilter, StockKey, StockPage, StockPageRequest, StockSort};
