//! The order's read models: how its events fold, the tables of the rows, and the queries over them.

#[cfg(test)]
mod audit_tests;
pub(crate) mod contribution;
pub(crate) mod fold;
pub(crate) mod holds;
pub(crate) mod lines;
pub(crate) mod progress;
#[cfg(test)]
mod properties;
pub(crate) mod query;
pub(crate) mod row;
pub(crate) mod set;
pub(crate) mod shown;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub(crate) mod timeline;
pub(crate) mod view;
