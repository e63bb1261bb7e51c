//! The read models: folds from public event to rows, their tables and their queries.
//!
//! Guarantees: a row is a pure fold of an order's public events ([`fold`]), so that a live projection ([`Applier`]) and
//! a rebuild give the same rows; sums change by the difference between what an order contributed before and after
//! ([`Contribution`]). Every event is applied once, in version order, or reported. Does not: read Kafka, store offsets
//! or park records; the caller of [`Applier::apply`] does, in the same transaction.

mod apply;
pub mod audit;
mod contribution;
mod db;
mod fold;
pub mod generation;
mod migrations;
mod model;
pub mod query;
pub mod rebuild;
mod table;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod timeline;
mod view;

pub use apply::plan::is_foreign;
pub use apply::{Applier, ApplyError, ApplyReport, Failure};
use contribution::moved_placement;
pub use contribution::{Contribution, CustomerFigures, CustomerKey, SkuFigures, SkuKey};
pub use db::{ReadDb, ReadDbError, ReadSettings};
pub use fold::{FoldError, fold};
pub use generation::{Generations, ensure_live};
pub use migrations::{MigrateError, migrate, migrations};
pub use model::Model;
pub use table::{Column, RowError, Table};
pub use timeline::TimelineEntry;
pub use view::{LineView, OrderView, ViewKind, ViewState};

/// The consumer group whose offsets these tables keep.
pub const GROUP: &str = "read";
