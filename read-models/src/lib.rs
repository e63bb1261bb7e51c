//! The read models: folds from public event to rows, their tables and their queries.
//!
//! Guarantees: a row is a pure fold of an order's public events ([`fold`]), so that a live projection ([`Applier`]) and
//! a rebuild give the same rows; sums change by the difference between what an order contributed before and after
//! ([`Contribution`]). Every event is applied once, in version order, or reported. Does not: read Kafka, store offsets
//! or park records; the caller of [`Applier::apply`] does, in the same transaction.

mod apply;
pub mod audit;
mod db;
pub mod generation;
mod migrations;
mod order;
pub mod query;
pub mod rebuild;
mod table;

pub use apply::{Applier, ApplyError};
pub use db::{ReadDb, ReadDbError, ReadSettings};
pub use generation::{Generations, ensure_live};
pub use migrations::{MigrateError, migrate, migrations};
pub use order::apply::plan::is_foreign;
pub use order::apply::{ApplyReport, Failure};
pub use order::contribution::{Contribution, CountFigures, CountKey, CustomerFigures, CustomerKey, SkuFigures, SkuKey};
pub use order::fold::{FoldError, fold};
pub use order::lines::{DamagedLines, LineRef, LineView, Lines, LinesRef};
pub use order::model::Model;
pub use order::row::{OrderColumns, OrderRow};
#[cfg(any(test, feature = "testing"))]
pub use order::testing;
pub use order::timeline::{EventColumns, TimelineEntry};
pub use order::view::{OrderView, ViewKind, ViewState};
pub use table::{Column, ColumnNames, ColumnSet, RowError, Shown, Table};

/// The consumer group whose offsets these tables keep.
pub const GROUP: &str = "read";
