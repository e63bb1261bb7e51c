//! The read models of sagas: how their events fold, the tables of the rows, and the queries over them.

pub(crate) mod event;
pub(crate) mod fold;
mod pending;
#[cfg(test)]
mod properties;
pub(crate) mod query;
pub(crate) mod set;
pub(crate) mod tasks;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub(crate) mod view;
