//! The read models of fulfilments: how their events fold, the tables of the rows, and the queries over them.

pub(crate) mod event;
pub(crate) mod fold;
pub(crate) mod query;
pub(crate) mod set;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub(crate) mod view;
