//! The order's read models: how its events fold, the tables of the rows, and the queries over them.

pub(crate) mod apply;
pub(crate) mod audit;
pub(crate) mod contribution;
pub(crate) mod events;
pub(crate) mod fold;
pub(crate) mod lines;
pub(crate) mod model;
pub(crate) mod query;
pub(crate) mod row;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub(crate) mod timeline;
pub(crate) mod view;
