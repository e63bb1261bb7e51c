//! Reading the models, and how far the projectors are.

mod health;

pub use health::{GroupHealth, PartitionHealth};

pub use crate::order::query::{
    AppliedVersion, Comparison, Condition, ConditionSql, CustomerRow, Field, Page, PageRequest, Sort, SortKey, Value,
    Visibility, Window,
};
