//! Reading orders.
//!
//! Guarantees: every statement about orders is bound to a [`Visibility`] or to a tenant, so no query reaches another tenant's or
//! customer's rows; the number of statements depends on what is asked, never on how many rows there are; values travel
//! as parameters. Does not: know GraphQL.

mod count;
mod drafts;
mod export;
mod figures;
mod filter;
mod history;
mod orders;
mod page;
mod parts;
mod sums;

pub use drafts::OldDraft;
pub use export::{ExportedLine, all_lines, all_orders};
pub use figures::{Grouping, OrderFigures, order_figures};
pub use filter::{Comparison, Condition, Field, Value};
pub use orders::Visibility;
pub use page::{Page, PageRequest, Sort, SortKey};
pub use parts::{FoundOrder, Parts};
pub use sums::CustomerRow;
