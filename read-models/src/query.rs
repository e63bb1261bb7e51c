//! Reading the models, and how far the projectors are.

mod health;

pub use health::{GroupHealth, PartitionHealth};

pub use crate::order::query::{
    AppliedVersion, Comparison, Condition, ConditionSql, CustomerRow, Field, FoundOrder, Page, PageRequest, Parts,
    Sort, SortKey, Value, Visibility, Window,
};
