//! Reading orders.
//!
//! Guarantees: every statement about orders is bound to a [`Visibility`], so no query reaches another tenant's or
//! customer's rows; the number of statements depends on what is asked, never on how many rows there are; values travel
//! as parameters. Does not: know GraphQL.

mod count;
mod drafts;
mod filter;
mod history;
mod orders;
mod page;
mod parts;
mod sums;

pub use drafts::OldDraft;
pub use filter::{Comparison, Condition, ConditionSql, Field, Value};
pub use orders::Visibility;
pub use page::{Page, PageRequest, Sort, SortKey};
pub use parts::{FoundOrder, Parts};
pub use sums::CustomerRow;
